/** Labels that clash: on a target, among the external ones, or with the label that tells replicas apart. */
import type { Labels, System } from "../model.ts";
import type { Finding } from "./finding.ts";
import { isLabelName } from "./names.ts";

/** Set by Prometheus on every alert or by the model, so that nobody else may. */
const ownAlertLabels = ["alertname", "severity"];

export function checkLabels(system: System): Finding[] {
  return [
    ...checkExternal(system),
    ...checkTargets(system),
    ...checkRelabelling(system),
    ...checkRules(system),
  ];
}

function checkExternal({ externalLabels, replicaLabel }: System): Finding[] {
  const findings = checkForm("externalLabels", externalLabels);
  if (!isLabelName(replicaLabel) || replicaLabel.startsWith("__"))
    findings.push(badName("replicaLabel", replicaLabel));
  if (replicaLabel in externalLabels)
    findings.push({
      key: `externalLabels.${replicaLabel}`,
      message: "is the replica label, which must differ between the members of a pair",
      mend: "remove it: each member gets its own value",
    });
  for (const name of ["job", "instance", ...ownAlertLabels])
    if (name in externalLabels)
      findings.push({
        key: `externalLabels.${name}`,
        message: `every series or alert has a label ${name} of its own, which an external one never replaces`,
        mend: "use another name",
      });
  return findings;
}

function checkTargets(system: System): Finding[] {
  return system.jobs.flatMap(({ name, discovery }) => {
    const targets =
      discovery.kind === "static" ? discovery.targets : discovery.kind === "federate" ? discovery.from : [];
    return targets.flatMap(({ address, labels }) => {
      const key = `jobs[${name}].targets[${address}]`;
      return [...checkForm(key, labels), ...checkClash(key, labels, system)];
    });
  });
}

function checkClash(key: string, labels: Labels, { externalLabels, replicaLabel }: System): Finding[] {
  const clashing = [
    ...(replicaLabel in labels ? ([[replicaLabel, "the replica label"]] as const) : []),
    ...Object.keys(labels)
      .filter((name) => name in externalLabels)
      .map((name) => [name, "an external label"] as const),
    ...("job" in labels ? ([["job", "the name of its scrape job"]] as const) : []),
  ];
  return clashing.map(([name, what]) => ({
    key: `${key}.${name}`,
    message: `the target's label ${name} clashes with ${what}`,
    mend: "rename the target's label",
  }));
}

function checkRelabelling({ jobs, replicaLabel }: System): Finding[] {
  return jobs.flatMap(({ name, relabel = [], metricRelabel = [] }) =>
    [...relabel, ...metricRelabel]
      .filter(({ targetLabel }) => targetLabel === replicaLabel)
      .map(() => ({
        key: `jobs[${name}].relabel`,
        message: `writes the replica label ${replicaLabel}, so that series of a pair would no longer be told apart`,
        mend: "write another label",
      })),
  );
}

function checkRules({ alerts, recording, replicaLabel }: System): Finding[] {
  const findings: Finding[] = [];
  for (const group of recording)
    for (const { record, labels = {} } of group.rules)
      findings.push(...checkRule(`recording[${group.name}].${record}.labels`, labels, [replicaLabel]));
  for (const group of alerts)
    for (const { name, labels = {} } of group.alerts)
      findings.push(
        ...checkRule(`alerts[${group.name}].${name}.labels`, labels, [replicaLabel, ...ownAlertLabels]),
      );
  return findings;
}

function checkRule(key: string, labels: Labels, taken: readonly string[]): Finding[] {
  const clashes = taken
    .filter((name) => name in labels)
    .map((name) => ({
      key: `${key}.${name}`,
      message: `the label ${name} is set by the stack`,
      mend: "rename or remove it",
    }));
  return [...checkForm(key, labels), ...clashes];
}

function checkForm(key: string, labels: Labels): Finding[] {
  return Object.keys(labels)
    .filter((name) => !isLabelName(name) || name.startsWith("__"))
    .map((name) => badName(`${key}.${name}`, name));
}

function badName(key: string, name: string): Finding {
  const message = name.startsWith("__")
    ? `labels that begin with __ are reserved and dropped, got ${name}`
    : `"${name}" is no label name`;
  return { key, message, mend: "use letters, digits and _, not beginning with a digit or __" };
}

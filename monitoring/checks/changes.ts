/** A stack's changes against the system that they change, before they are applied. */
import type { Changes } from "../extend.ts";
import type { System } from "../model.ts";
import { suggestion } from "../nearest.ts";
import type { Finding } from "./finding.ts";

/** Findings of changes that fit nothing or take what the system has; keys are those of the stack's configuration. */
export function checkChanges(system: System, changes: Changes): Finding[] {
  return [
    ...checkExternal(system, changes),
    ...checkTargets(system, changes),
    ...checkSizing(system, changes),
    ...checkGroups(system, changes),
    ...(changes.retention.objects && !system.retention.objects
      ? [
          {
            key: "vigil:retention.objects",
            message: `${system.name} keeps nothing in object storage`,
            mend: "remove it",
          },
        ]
      : []),
  ];
}

function checkExternal({ name: system, externalLabels }: System, changes: Changes): Finding[] {
  return Object.keys(changes.externalLabels)
    .filter((label) => label in externalLabels)
    .map((label) => ({
      key: `vigil:externalLabels.${label}`,
      message: `${system} sets this label itself, to "${externalLabels[label] ?? ""}"`,
      mend: "use another name, or vigil:environment and vigil:region where the label comes from them",
    }));
}

function checkTargets({ jobs }: System, { targets }: Changes): Finding[] {
  return Object.entries(targets).flatMap(([name, added]) => {
    const key = `vigil:targets.${name}`;
    const job = jobs.find((each) => each.name === name);
    if (job === undefined) {
      const known = jobs
        .filter(({ discovery }) => discovery.kind === "static" || discovery.kind === "federate")
        .map((each) => each.name);
      return [
        {
          key,
          message: `there is no job "${name}", ${suggestion(name, known)}`,
          mend: "name one that is there, or add the job to vigil:jobs",
        },
      ];
    }
    const { discovery } = job;
    if (discovery.kind === "federate") return [];
    if (discovery.kind !== "static")
      return [
        {
          key,
          message: `job ${name} finds its targets itself (${discovery.kind})`,
          mend: "add a job of your own to vigil:jobs",
        },
      ];
    const taken = new Set(discovery.targets.map(({ address }) => address));
    return added
      .filter(({ address }) => taken.has(address))
      .map(({ address }) => ({
        key: `${key}[${address}]`,
        message: `job ${name} scrapes ${address} already`,
        mend: "remove it",
      }));
  });
}

function checkSizing({ components, name: system }: System, { sizing, longTerm }: Changes): Finding[] {
  const known: string[] = components.map(({ component }) => component);
  if (longTerm !== undefined) known.push(longTerm === "receive" ? "thanos-receive" : "thanos-sidecar");
  return Object.keys(sizing)
    .filter((component) => !known.includes(component))
    .map((component) => ({
      key: `vigil:sizing.${component}`,
      message: `${system} has no component "${component}", ${suggestion(component, known)}`,
      mend: "name one that it has",
    }));
}

/** An existing group is evaluated where it always was. */
function checkGroups({ alerts }: System, changes: Changes): Finding[] {
  return changes.alerts.flatMap(({ group: name, evaluator, rule }) => {
    const group = alerts.find((each) => each.name === name);
    const actual = group?.evaluator ?? "prometheus";
    if (group === undefined || evaluator === undefined || evaluator === actual) return [];
    return [
      {
        key: `vigil:alerts.${rule.name}.evaluator`,
        message: `got ${evaluator}, group ${name} is evaluated by ${actual}`,
        mend: "leave it out, or name another group",
      },
    ];
  });
}

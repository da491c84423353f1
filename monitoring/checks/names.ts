/** Names that must be unique or have a form. */
import type { System } from "../model.ts";
import type { Finding } from "./finding.ts";

/** https://prometheus.io/docs/concepts/data_model/; the UTF-8 names of Prometheus 3 are left to those who need them. */
const labelName = /^[A-Za-z_][A-Za-z0-9_]*$/;
const metricName = /^[A-Za-z_:][A-Za-z0-9_:]*$/;

export function isLabelName(name: string): boolean {
  return labelName.test(name);
}

export function checkNames(system: System): Finding[] {
  const { jobs, recording, alerts, notifications, dashboards, components } = system;
  return [
    ...twice("jobs", "scrape job", names(jobs)),
    ...twice("recording", "group", names(recording)),
    ...twice("alerts", "group", names(alerts)),
    ...twice("receivers", "receiver", names(notifications.receivers)),
    ...twice(
      "dashboards",
      "uid",
      dashboards.map(({ uid }) => uid),
    ),
    ...twice(
      "dashboards",
      "title",
      dashboards.map(({ title }) => title),
    ),
    ...dashboards.flatMap(({ uid, panels }) =>
      twice(
        `dashboards[${uid}].panels`,
        "panel",
        panels.map(({ title }) => title),
      ),
    ),
    ...twice(
      "components",
      "component",
      components.map(({ component }) => component),
    ),
    ...twice("secrets", "secret", names(system.secrets)),
    ...duplicateAlerts(system),
    ...duplicateRecords(system),
    ...recording.flatMap(({ name, rules }) =>
      rules
        .filter(({ record }) => !metricName.test(record))
        .map(({ record }) => ({
          key: `recording[${name}].${record}`,
          message: `"${record}" is no metric name, expected level:metric:operations`,
          mend: "use letters, digits, _ and : only",
        })),
    ),
  ];
}

/** One name may stand for several severities, as burn rates do; alike in everything they would be one alert twice. */
function duplicateAlerts({ alerts }: System): Finding[] {
  const identities = alerts.flatMap((group) =>
    group.alerts.map((alert) => ({
      key: `alerts[${group.name}].${alert.name}`,
      identity: JSON.stringify([alert.name, alert.severity, sortedEntries(alert.labels)]),
    })),
  );
  return repeated(identities, "a second alert of this name, severity and labels");
}

function duplicateRecords({ recording }: System): Finding[] {
  const identities = recording.flatMap((group) =>
    group.rules.map((rule) => ({
      key: `recording[${group.name}].${rule.record}`,
      identity: JSON.stringify([rule.record, sortedEntries(rule.labels)]),
    })),
  );
  return repeated(identities, "a second recording rule of this name and labels");
}

function repeated(
  items: readonly { readonly key: string; readonly identity: string }[],
  message: string,
): Finding[] {
  const seen = new Map<string, string>();
  return items.flatMap(({ key, identity }) => {
    const first = seen.get(identity);
    if (first === undefined) {
      seen.set(identity, key);
      return [];
    }
    return [
      {
        key,
        message: `${message}, the first is ${first}`,
        mend: "give one of them another name, or remove it",
      },
    ];
  });
}

function twice(key: string, kind: string, all: readonly string[]): Finding[] {
  const duplicates = new Set(all.filter((name, index) => all.indexOf(name) !== index));
  return [...duplicates].map((name) => ({
    key: `${key}[${name}]`,
    message: `${kind} "${name}" is there ${String(all.filter((other) => other === name).length)} times`,
    mend: "give each another name, or remove what is too many",
  }));
}

function names(items: readonly { readonly name: string }[]): string[] {
  return items.map(({ name }) => name);
}

function sortedEntries(labels: Readonly<Record<string, string>> = {}): [string, string][] {
  return Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
}

/**
 * Recording rules and alerts as a Prometheus rule file. Thanos Ruler reads the same format with one more key.
 *
 * @see https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/
 */
import type { Alert, AlertGroup, RecordingGroup, System } from "./model.ts";
import { toYaml } from "./yaml.ts";

/** Who evaluates: most rules Prometheus, what looks at long-term data Thanos Ruler. */
export type Evaluator = "prometheus" | "thanos-ruler";

/** Settings that differ by deployment. */
export interface RuleOptions {
  /** Where a dashboard is by its uid, without a slash at the end. @default Grafana under the system's own host name */
  readonly dashboardBase?: string;
}

/** Text of `rules.yml` for one evaluator. */
export function renderRules(system: System, evaluator: Evaluator, options: RuleOptions = {}): string {
  return toYaml({ groups: ruleGroups(system, evaluator, options) });
}

/** A group of a rule file, without absent entries. */
export type RuleGroup = { readonly name: string } & Readonly<Record<string, unknown>>;

/** What `rules.yml` holds for one evaluator, empty groups left out. */
export function ruleGroups(system: System, evaluator: Evaluator, options: RuleOptions = {}): RuleGroup[] {
  const links: Links = {
    runbook: (alert) => runbookAddress(alert, system.runbookBase ?? "docs/runbooks"),
    dashboard: (uid) => `${options.dashboardBase ?? `https://${system.access.hostname}/grafana/d`}/${uid}`,
  };
  const own = (group: { readonly evaluator?: Evaluator }) => (group.evaluator ?? "prometheus") === evaluator;
  const recording = system.recording.filter(own).map(recordingGroup);
  const alerts = system.alerts.filter(own).map((group) => alertGroup(group, links));
  const groups = [...recording, ...alerts].filter((group) => group.rules.length > 0);
  return groups.map((group) => present(evaluator === "thanos-ruler" ? { ...group, ...tolerant } : group));
}

/** The same without entries that are undefined, at every depth. */
function present<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}

/** Where an alert leads. */
interface Links {
  readonly runbook: (alert: string) => string;
  readonly dashboard: (uid: string) => string;
}

/** Address of an alert's runbook, the one that its `runbook_url` names. */
export function runbookAddress(alert: string, base: string): string {
  return `${base}/${alert}.md`;
}

/** The Ruler's default, `abort`, turns one missing store into no evaluation at all (HTTP 422). */
const tolerant = { partial_response_strategy: "warn" };

function recordingGroup(group: RecordingGroup) {
  return {
    name: group.name,
    interval: group.interval,
    rules: group.rules.map((rule) => ({ record: rule.record, expr: rule.expression, labels: rule.labels })),
  };
}

function alertGroup(group: AlertGroup, links: Links) {
  return {
    name: group.name,
    interval: group.interval,
    rules: group.alerts.map((alert) => alertRule(alert, links)),
  };
}

function alertRule(alert: Alert, links: Links) {
  return {
    alert: alert.name,
    expr: alert.expression,
    for: alert.for,
    keep_firing_for: alert.keepFiringFor,
    labels: { ...alert.labels, severity: alert.severity },
    annotations: {
      summary: alert.summary,
      description: alert.description,
      runbook_url: links.runbook(alert.name),
      dashboard_url: links.dashboard(alert.dashboard),
    },
  };
}

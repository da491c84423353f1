/** What a person who is woken reads: runbooks, and templates that name labels which are there. */
import { bare, type AggregateNode, type Expression } from "../promql/expression.ts";
import { checkExpression } from "../promql.ts";
import { parse } from "../promql/parse.ts";
import { dashboardsOf } from "../dashboards/catalogue.ts";
import { homeDashboard } from "../dashboards/uids.ts";
import type { Alert, Look, Runbook, System } from "../model.ts";
import { suggestion } from "../nearest.ts";
import { seconds } from "../units.ts";
import type { Finding } from "./finding.ts";

export function checkAlerts(system: System): Finding[] {
  // Those of the stack take long to make, and few alerts of a system lead to one.
  const own = [homeDashboard, ...system.dashboards.map(({ uid }) => uid)];
  let all: readonly string[] | undefined;
  const knownFor = (uid: string): readonly string[] =>
    own.includes(uid) ? own : (all ??= dashboardsOf(system).map((dashboard) => dashboard.uid));
  return system.alerts.flatMap((group) => {
    const empty = group.alerts.length === 0 || seconds(group.interval) === 0;
    const key = `alerts[${group.name}]`;
    return [
      ...(empty
        ? [{ key, message: "has no alerts or an interval of 0", mend: "give it both, or remove the group" }]
        : []),
      ...group.alerts.flatMap((alert) => [
        ...checkRunbook(`${key}.${alert.name}.runbook`, alert.runbook),
        ...checkSaid(`${key}.${alert.name}`, alert),
        ...checkDashboard(`${key}.${alert.name}`, alert, knownFor(alert.dashboard)),
        ...checkTemplates(`${key}.${alert.name}`, alert, system),
      ]),
    ];
  });
}

function checkRunbook(key: string, runbook: Runbook): Finding[] {
  const parts = Object.entries(runbook) as [keyof Runbook, string | readonly Look[]][];
  const empty = parts
    .filter(([, text]) => text.length === 0 || [text].flat().some((line) => isEmpty(line)))
    .map(([part]) => ({
      key: `${key}.${part}`,
      message: "is empty, somebody is woken by this",
      mend: "say what it means and what to do",
    }));
  return [...empty, ...checkQueries(`${key}.firstLook`, runbook.firstLook)];
}

function isEmpty(look: Look): boolean {
  return typeof look === "string"
    ? look.trim() === ""
    : look.promql.trim() === "" || look.shows.trim() === "";
}

/** A query that whoever is woken copies must at least be one. */
function checkQueries(key: string, looks: readonly Look[]): Finding[] {
  return looks.flatMap((look) => {
    const [fault] = typeof look === "string" ? [] : checkExpression(look.promql);
    if (fault === undefined || typeof look === "string") return [];
    return [
      {
        key,
        message: `${look.promql} is no query, at character ${String(fault.position + 1)}: ${fault.message}`,
        mend: "correct the query, or make it a text",
      },
    ];
  });
}

function checkSaid(key: string, alert: Alert): Finding[] {
  return (["summary", "description"] as const)
    .filter((part) => alert[part].trim() === "")
    .map((part) => ({
      key: `${key}.${part}`,
      message: "is empty, it is what people read first",
      mend: "say what is wrong, where, and how much",
    }));
}

function checkDashboard(key: string, { dashboard }: Alert, known: readonly string[]): Finding[] {
  if (known.includes(dashboard)) return [];
  return [
    {
      key: `${key}.dashboard`,
      message: `there is no dashboard "${dashboard}", ${suggestion(dashboard, known)}`,
      mend: "name the dashboard that shows what the alert is about",
    },
  ];
}

/** A label that an aggregation has dropped is an empty place in the message. */
function checkTemplates(key: string, alert: Alert, { externalLabels }: System): Finding[] {
  const { root, findings } = parse(alert.expression);
  const kept = root && findings.length === 0 ? labelsOf(root) : undefined;
  if (kept === undefined) return [];
  const known = [
    ...kept,
    ...Object.keys(externalLabels),
    ...Object.keys(alert.labels ?? {}),
    "alertname",
    "severity",
  ];
  return (["summary", "description"] as const).flatMap((part) => {
    const named = [...alert[part].matchAll(/\$labels\.(\w+)/g)].flatMap(([, label]) => label ?? []);
    return [...new Set(named)]
      .filter((label) => !known.includes(label))
      .map((label) => ({
        key: `${key}.${part}`,
        message: `uses $labels.${label}, which the expression does not keep, ${suggestion(label, [...kept])}`,
        mend: "keep the label in the expression's grouping, or do not use it",
      }));
  });
}

/** The only labels that an expression's series can have; undefined where that depends on what is scraped. */
function labelsOf(expression: Expression): ReadonlySet<string> | undefined {
  const node = bare(expression);
  switch (node.kind) {
    case "aggregate":
      return labelsOfAggregate(node);
    case "unary":
      return labelsOf(node.operand);
    case "binary": {
      if (node.operator === "or") return union(labelsOf(node.left), labelsOf(node.right));
      if (isNumber(node.left)) return labelsOf(node.right);
      // group_right and fill() take labels from the right; one is rare and the other an experiment.
      return node.matching?.group === undefined && !node.fill ? labelsOf(node.left) : undefined;
    }
    default:
      return undefined;
  }
}

function labelsOfAggregate({ operator, grouping }: AggregateNode): ReadonlySet<string> | undefined {
  const keepsAll = ["topk", "bottomk", "limitk", "limit_ratio", "count_values"].includes(operator);
  if (keepsAll || grouping?.without === true) return undefined;
  return new Set(grouping?.labels ?? []);
}

function isNumber(expression: Expression): boolean {
  return bare(expression).kind === "number";
}

function union(
  a: ReadonlySet<string> | undefined,
  b: ReadonlySet<string> | undefined,
): ReadonlySet<string> | undefined {
  return a && b ? new Set([...a, ...b]) : undefined;
}

/** What a person who is woken reads: runbooks, and templates that name labels which are there. */
import { bare, type AggregateNode, type Expression } from "../promql/expression.ts";
import { parse } from "../promql/parse.ts";
import type { Alert, Runbook, System } from "../model.ts";
import { suggestion } from "../nearest.ts";
import { seconds } from "../units.ts";
import type { Finding } from "./finding.ts";

export function checkAlerts(system: System): Finding[] {
  return system.alerts.flatMap((group) => {
    const empty = group.alerts.length === 0 || seconds(group.interval) === 0;
    const key = `alerts[${group.name}]`;
    return [
      ...(empty
        ? [{ key, message: "has no alerts or an interval of 0", mend: "give it both, or remove the group" }]
        : []),
      ...group.alerts.flatMap((alert) => [
        ...checkRunbook(`${key}.${alert.name}.runbook`, alert.runbook),
        ...checkTemplates(`${key}.${alert.name}`, alert, system),
      ]),
    ];
  });
}

function checkRunbook(key: string, runbook: Runbook): Finding[] {
  const parts = Object.entries(runbook) as [keyof Runbook, string | readonly string[]][];
  return parts
    .filter(([, text]) => text.length === 0 || [text].flat().some((line) => line.trim() === ""))
    .map(([part]) => ({
      key: `${key}.${part}`,
      message: "is empty, somebody is woken by this",
      mend: "say what it means and what to do",
    }));
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

/** Every PromQL expression of rules, alerts and panels: syntax, type, window against the interval of what it reads. */
import { formatDuration } from "../promql/literals.ts";
import { metricOf, walk } from "../promql/expression.ts";
import { parse } from "../promql/parse.ts";
import { checkExpression, longestLookback, selectors, unitFindings, type ValueType } from "../promql.ts";
import { expressionsOf, plainExpression } from "../dashboards/panelExpressions.ts";
import type { Duration, System } from "../model.ts";
import { intervalsOf, type Intervals } from "../seriesIntervals.ts";
import { seconds } from "../units.ts";
import type { Finding } from "./finding.ts";

interface Rule {
  readonly key: string;
  readonly expression: string;
  /** Where it is evaluated. */
  readonly evaluator: "prometheus" | "thanos-ruler";
}

export function checkExpressions(system: System): Finding[] {
  const rules = rulesOf(system);
  const intervals = intervalsOf(system);
  // Those of the stack itself are no configuration's: tests check them for every system.
  const panels = system.dashboards.flatMap(({ uid, panels: all }) =>
    all.flatMap((panel) =>
      expressionsOf(panel).map(({ expression }) => ({
        key: `dashboards[${uid}].${panel.title}.expression`,
        expression: plainExpression(expression, panel, intervals),
      })),
    ),
  );
  return [
    ...rules.flatMap(({ key, expression }) => checkPromql(key, expression, ["instant-vector", "scalar"])),
    ...panels.flatMap(({ key, expression }) => checkPromql(key, expression, ["instant-vector", "scalar"])),
    ...[...rules, ...panels].flatMap(({ key, expression }) => checkWindows(key, expression, intervals)),
    ...rules.flatMap((rule) => checkLookback(rule, system)),
  ];
}

function rulesOf(system: System): Rule[] {
  return [
    ...system.recording.flatMap(({ name, evaluator = "prometheus", rules }) =>
      rules.map(({ record, expression }): Rule => ({
        key: `recording[${name}].${record}.expression`,
        expression,
        evaluator,
      })),
    ),
    ...system.alerts.flatMap(({ name: group, evaluator = "prometheus", alerts }) =>
      alerts.map(({ name, expression }): Rule => ({
        key: `alerts[${group}].${name}.expression`,
        expression,
        evaluator,
      })),
    ),
  ];
}

function checkPromql(key: string, expression: string, expected: readonly ValueType[]): Finding[] {
  const faults = checkExpression(expression, expected);
  const all = faults.length > 0 ? faults : unitFindings(expression);
  return all.slice(0, 1).map(({ position, message }) => ({
    key,
    message: `at character ${String(position + 1)}: ${message}`,
    mend: `correct the expression near \`${near(expression, position)}\``,
  }));
}

function near(expression: string, position: number): string {
  const text = expression.slice(Math.max(0, Math.min(position, expression.length - 1) - 8), position + 24);
  return text.replaceAll(/\s+/g, " ").trim();
}

/** Since Prometheus 3.0 a window excludes its left end: four intervals survive one lost scrape. */
function checkWindows(key: string, expression: string, intervalOf: Intervals): Finding[] {
  return selectors(expression).flatMap((selector) => {
    const { metric, range } = selector;
    const interval = intervalOf(selector);
    if (range === undefined || Number.isNaN(range) || range >= 4 * interval) return [];
    return [
      {
        key,
        message: `${metric ?? "{…}"}[${formatDuration(range)}] holds too few samples of a series that is sampled every ${formatDuration(interval)}`,
        mend: `use a window of ${formatDuration(4 * interval)} or more`,
      },
    ];
  });
}

function checkLookback({ key, expression, evaluator }: Rule, { retention }: System): Finding[] {
  const lookback = longestLookback(expression);
  const objects = retention.objects;
  if (evaluator === "thanos-ruler" && objects === undefined)
    return [
      {
        key,
        message: "is evaluated by Thanos Ruler, and the system keeps nothing in object storage",
        mend: "let prometheus evaluate the group, or give the system retention.objects",
      },
    ];
  const [kept, where] =
    evaluator === "thanos-ruler" && objects !== undefined
      ? [objects.raw, "retention.objects.raw"]
      : [retention.local.time, "retention.local.time"];
  if (isForever(kept) || lookback <= seconds(kept)) return [];
  return [
    {
      key,
      message: `looks back ${formatDuration(lookback)} and ${where} keeps ${kept}`,
      mend: `look back less far, or raise ${where} to ${formatDuration(lookback)}`,
    },
  ];
}

/** Thanos keeps for ever what is to be kept for zero seconds. */
function isForever(kept: Duration): boolean {
  return seconds(kept) === 0;
}

/** The names of all labels that an expression's selectors, groupings and matchings mention. */
export function labelsMentioned(expression: string): string[] {
  const { root } = parse(expression);
  if (!root) return [];
  return [...walk(root)].flatMap((node) => {
    switch (node.kind) {
      case "selector":
        return metricOf(node) === undefined ? [] : node.matchers.map(({ label }) => label);
      case "aggregate":
        return [...(node.grouping?.labels ?? [])];
      case "binary":
        return [...(node.matching?.labels ?? []), ...(node.matching?.group ?? [])];
      case "string":
        return [node.value];
      default:
        return [];
    }
  });
}

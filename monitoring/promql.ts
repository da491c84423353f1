import { conventionFindings } from "./promql/conventions.ts";
import { metricOf, namesTheMetric, walk } from "./promql/expression.ts";
import type { Expression, Finding, Matcher, SelectorNode } from "./promql/expression.ts";
import type { ValueType } from "./promql/functions.ts";
import { formatDuration } from "./promql/literals.ts";
import { parse } from "./promql/parse.ts";
import { spoken, typeOf } from "./promql/types.ts";

export type { Finding } from "./promql/expression.ts";
export type { ValueType } from "./promql/functions.ts";

/** One selector of an expression, with what is read of it. */
export interface Selector {
  /** Absent where the name is matched by a pattern or not at all. */
  readonly metric?: string;
  readonly matchers: readonly Pick<Matcher, "label" | "operator" | "value">[];
  /** Seconds; absent for an instant selector. NaN where the query's step() or range() decides. */
  readonly range?: number;
  /** Seconds, negative into the future; absent without an offset. */
  readonly offset?: number;
}

/**
 * Everything Prometheus 3.15 would refuse in an expression (`promtool check rules` without feature flags), and what
 * can never work: matchers that exclude each other, a bad pattern in label_replace(). Empty when there is nothing.
 *
 * @param expected the type or types that the place allows; anything by default. A rule's expression may be
 *   `["instant-vector", "scalar"]`.
 */
export function checkExpression(expression: string, expected?: ValueType | readonly ValueType[]): Finding[] {
  const { root, findings } = parse(expression);
  if (!root) return [...findings];
  const all = [...findings];
  const type = typeOf(root, all);
  const allowed = expected === undefined ? [] : [expected].flat();
  if (all.length === 0 && allowed.length > 0 && !allowed.includes(type))
    all.push({
      position: 0,
      message: `expected ${allowed.map(spoken).join(" or ")}, the expression is ${spoken(type)}`,
    });
  return all.sort((a, b) => a.position - b.position);
}

/** Every selector in the order of the text; none where the syntax is wrong. */
export function selectors(expression: string): Selector[] {
  const found: Selector[] = [];
  const collect = (node: Expression): void => {
    if (node.kind === "selector") found.push(selectorOf(node));
    else if (node.kind === "range")
      found.push({ ...selectorOf(node.selector), range: node.window, ...offsetOf(node) });
  };
  for (const node of nodesOf(expression)) collect(node);
  return found;
}

/** The names of the metrics an expression reads, sorted, each once. */
export function metricNames(expression: string): string[] {
  const names = selectors(expression).flatMap(({ metric }) => (metric === undefined ? [] : [metric]));
  return [...new Set(names)].sort();
}

/**
 * How far back an expression looks, in seconds: range plus offset, through nested subqueries. The 5 minutes for which
 * an instant selector accepts a stale sample do not count, nor does a fixed time after `@`.
 */
export function longestLookback(expression: string): number {
  const { root } = parse(expression);
  return root ? Math.max(0, lookbackOf(root)) : 0;
}

/** What the conventions for names and units show to be wrong, such as rate() of a gauge or a threshold on a raw counter. */
export function unitFindings(expression: string): Finding[] {
  const { root } = parse(expression);
  return root ? conventionFindings(root) : [];
}

/**
 * Windows shorter than four scrape intervals: since Prometheus 3.0 a window excludes its left end, so [10s] at 5 s
 * holds two samples, and one lost scrape leaves rate() nothing.
 */
export function rangeFindings(expression: string, scrapeIntervalSeconds: number): Finding[] {
  const least = 4 * scrapeIntervalSeconds;
  return nodesOf(expression).flatMap((node) => {
    if (node.kind !== "range" || !(node.window < least)) return [];
    const window = `${metricOf(node.selector) ?? "{…}"}[${formatDuration(node.window)}]`;
    const message = `${window} is shorter than 4 scrapes of ${formatDuration(scrapeIntervalSeconds)}: use [${formatDuration(least)}] or more`;
    return [{ position: node.position, message }];
  });
}

/** Every node but the selectors inside ranges, which their range stands for. */
function nodesOf(expression: string): Expression[] {
  const { root } = parse(expression);
  if (!root) return [];
  const nodes = [...walk(root)];
  const ranged = new Set(nodes.flatMap((node) => (node.kind === "range" ? [node.selector] : [])));
  return nodes.filter((node) => node.kind !== "selector" || !ranged.has(node));
}

function selectorOf(node: SelectorNode): Selector {
  const metric = metricOf(node);
  const naming = node.name === undefined ? node.matchers.find(namesTheMetric) : undefined;
  const matchers = node.matchers
    .filter((matcher) => matcher !== naming)
    .map(({ label, operator, value }) => ({ label, operator, value }));
  return { ...(metric !== undefined && { metric }), matchers, ...offsetOf(node) };
}

function offsetOf({ offset }: { readonly offset?: number }): { offset?: number } {
  return offset === undefined ? {} : { offset };
}

function lookbackOf(expression: Expression): number {
  switch (expression.kind) {
    case "selector":
      return known(expression.offset);
    case "range":
      return known(expression.window) + known(expression.offset);
    case "subquery":
      return known(expression.window) + known(expression.offset) + lookbackOf(expression.operand);
    case "number":
    case "string":
      return 0;
    case "binary":
      return Math.max(lookbackOf(expression.left), lookbackOf(expression.right));
    case "aggregate":
    case "call":
      return Math.max(0, ...expression.operands.map(lookbackOf));
    default:
      return lookbackOf(expression.operand);
  }
}

function known(seconds: number | undefined): number {
  return seconds === undefined || Number.isNaN(seconds) ? 0 : seconds;
}

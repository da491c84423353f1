import type { AggregateNode, BinaryNode, CallNode, Expression, Finding, SelectorNode } from "./expression.ts";
import { bare, metricOf, operandsOf } from "./expression.ts";

/**
 * What the naming conventions (https://prometheus.io/docs/practices/naming/) show to be wrong in a well-typed
 * expression. Only what cannot be meant: a doubtful case is left alone.
 */
export function conventionFindings(root: Expression): Finding[] {
  const findings: Finding[] = [];
  visit(root, findings);
  return findings;
}

function visit(expression: Expression, findings: Finding[]): void {
  if (expression.kind === "call") {
    checkRateOfGauge(expression, findings);
    checkRateOfSum(expression, findings);
    if (expression.name === "histogram_quantile") checkBuckets(expression, findings);
  }
  if (expression.kind === "call" || expression.kind === "aggregate") checkQuantile(expression, findings);
  if (expression.kind === "binary") checkRawCounter(expression, findings);
  if (expression.kind === "selector") checkRepeatedMatchers(expression, findings);
  for (const operand of operandsOf(expression)) visit(operand, findings);
}

const rates: ReadonlySet<string> = new Set(["increase", "irate", "rate"]);

// Plain _bytes is no sign of a gauge: many exporters count transfers under such names, and a native histogram is named
// after its unit. With a word of state before it, it is.
const gaugeSuffix =
  /_(?:celsius|info|percent|ratio|(?:alloc|avail|available|capacity|free|limit|max|memory|usage|used)_bytes)$/;

function checkRateOfGauge(call: CallNode, findings: Finding[]): void {
  const range = call.operands[0] && bare(call.operands[0]);
  if (!rates.has(call.name) || range?.kind !== "range") return;
  const metric = metricOf(range.selector);
  if (metric === undefined || !gaugeSuffix.test(metric)) return;
  note(
    findings,
    call,
    `${call.name}() needs a counter and ${metric} is named as a gauge: use delta() or deriv()`,
  );
}

/** A reset of one series is invisible in the sum of many, so the rate comes first. */
function checkRateOfSum(call: CallNode, findings: Finding[]): void {
  const subquery = call.operands[0] && bare(call.operands[0]);
  if (!rates.has(call.name) || subquery?.kind !== "subquery") return;
  const sum = bare(subquery.operand);
  if (sum.kind !== "aggregate" || sum.operator !== "sum" || !isRawCounter(sum)) return;
  note(
    findings,
    call,
    `${call.name}() of a sum of counters misses resets: sum the ${call.name}() of each instead`,
  );
}

const neutralAggregations: ReadonlySet<string> = new Set(["avg", "max", "min", "sum"]);

function isRawCounter(expression: Expression | undefined): boolean {
  if (expression === undefined) return false;
  const inner = bare(expression);
  if (inner.kind === "aggregate")
    return neutralAggregations.has(inner.operator) && isRawCounter(inner.operands[0]);
  if (inner.kind !== "selector") return false;
  const metric = metricOf(inner) ?? "";
  return metric.endsWith("_total") && !stateWord.test(metric);
}

/** Gauges that end in _total all the same, such as argocd_repo_pending_request_total. */
const stateWord = /(?:^|_)(?:active|available|current|idle|open|pending|queued|running|waiting)_/;

const thresholds: ReadonlySet<string> = new Set([">", ">=", "<", "<="]);

/** `x_total > 0` asks whether it ever happened, which is sound; any other threshold depends on the uptime. */
function checkRawCounter(binary: BinaryNode, findings: Finding[]): void {
  if (!thresholds.has(binary.operator)) return;
  for (const [counter, threshold] of [
    [binary.left, bare(binary.right)],
    [binary.right, bare(binary.left)],
  ] as const) {
    if (threshold.kind !== "number" || threshold.value === 0 || !isRawCounter(counter)) continue;
    note(
      findings,
      counter,
      `a counter is compared with ${threshold.value}: it only grows until a restart, so compare its rate() or increase()`,
    );
  }
}

function checkQuantile(call: CallNode | AggregateNode, findings: Finding[]): void {
  const name = call.kind === "call" ? call.name : call.operator;
  if (!/^(?:histogram_quantile|quantile|quantile_over_time)$/.test(name)) return;
  const quantile = call.operands[0] && bare(call.operands[0]);
  if (quantile?.kind !== "number" || (quantile.value >= 0 && quantile.value <= 1)) return;
  note(
    findings,
    quantile,
    `a quantile lies between 0 and 1, got ${quantile.value}: the 95th percentile is 0.95`,
  );
}

/** Classic histograms: the buckets must keep their label le on the way to histogram_quantile(). */
function checkBuckets(call: CallNode, findings: Finding[]): void {
  let aggregate: AggregateNode | undefined;
  let expression = call.operands[1] && bare(call.operands[1]);
  while (expression) {
    if (expression.kind === "aggregate") {
      if (!keepsBuckets(expression)) aggregate ??= expression;
      expression = expression.operands.at(-1);
    } else if (expression.kind === "call") {
      expression = expression.operands[0];
    } else if (expression.kind === "subquery" || expression.kind === "parenthesised") {
      expression = expression.operand;
    } else {
      break;
    }
  }
  const selector = expression?.kind === "range" ? expression.selector : expression;
  if (!aggregate || selector?.kind !== "selector" || !metricOf(selector)?.endsWith("_bucket")) return;
  note(
    findings,
    aggregate,
    `${aggregate.operator} drops the label le that histogram_quantile() needs: add by (le)`,
  );
}

function keepsBuckets({ operator, grouping }: AggregateNode): boolean {
  if (/^(?:topk|bottomk|limitk|limit_ratio)$/.test(operator)) return true;
  return grouping !== undefined && grouping.labels.includes("le") !== grouping.without;
}

function checkRepeatedMatchers({ matchers }: SelectorNode, findings: Finding[]): void {
  const seen = new Set<string>();
  for (const { label, operator, value, position } of matchers) {
    const matcher = JSON.stringify([label, operator, value]);
    if (seen.has(matcher)) findings.push({ position, message: `the matcher of ${label} is written twice` });
    seen.add(matcher);
  }
}

function note(findings: Finding[], at: Expression, message: string): void {
  findings.push({ position: at.position, message });
}

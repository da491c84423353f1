/** The types of PromQL, under the names the documentation gives them. */
export type ValueType = "scalar" | "string" | "instant-vector" | "range-vector";

/** What a function takes and returns. */
export interface Signature {
  readonly parameters: readonly ValueType[];
  /** How many arguments may be left out, from the right. */
  readonly optional: number;
  /** The greatest number of arguments; the last parameter's type holds for the extra ones. */
  readonly atMost: number;
  readonly returns: ValueType;
  /** Only with `--enable-feature=promql-experimental-functions`. */
  readonly experimental: boolean;
}

/** The function's signature, or undefined where Prometheus 3.15 has no such function. */
export function signatureOf(name: string): Signature | undefined {
  return signatures.get(name);
}

/** The known function whose name is nearest, for "did you mean". */
export function nearestFunction(name: string): string | undefined {
  const wanted = name.toLowerCase();
  let best: string | undefined;
  let bestDistance = 3;
  for (const candidate of [...signatures.keys(), ...aggregations]) {
    const distance = editDistance(wanted, candidate);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Aggregation operators and the type of the parameter that precedes the vector, if they take one. */
export const aggregationParameter: Readonly<Record<string, ValueType>> = {
  bottomk: "scalar",
  count_values: "string",
  limit_ratio: "scalar",
  limitk: "scalar",
  quantile: "scalar",
  topk: "scalar",
};

/** Only with `--enable-feature=promql-experimental-functions`. */
export const experimentalAggregations: ReadonlySet<string> = new Set(["limit_ratio", "limitk"]);

const aggregations = [
  ...["avg", "bottomk", "count", "count_values", "group", "max", "min"],
  ...["quantile", "stddev", "stdvar", "sum", "topk"],
];

const VECTOR: ValueType = "instant-vector";
const RANGE: ValueType = "range-vector";

// The table of https://prometheus.io/docs/prometheus/latest/querying/functions/ and, for counts of
// arguments and experimental marks, promql/parser/functions.go of Prometheus 3.15.
const signatures: ReadonlyMap<string, Signature> = new Map([
  ...all(
    `abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor histogram_avg histogram_count
     histogram_stddev histogram_stdvar histogram_sum ln log10 log2 rad sgn sin sinh sort sort_desc sqrt tan tanh
     timestamp`,
    [VECTOR],
  ),
  ...all(
    `absent_over_time avg_over_time changes count_over_time delta deriv first_over_time idelta increase irate
     last_over_time max_over_time min_over_time present_over_time rate resets stddev_over_time stdvar_over_time
     sum_over_time`,
    [RANGE],
  ),
  ...all("day_of_month day_of_week day_of_year days_in_month hour minute month year", [VECTOR], {
    optional: 1,
  }),
  ...all("clamp", [VECTOR, "scalar", "scalar"]),
  ...all("clamp_max clamp_min", [VECTOR, "scalar"]),
  ...all("histogram_fraction", ["scalar", "scalar", VECTOR]),
  ...all("histogram_quantile", ["scalar", VECTOR]),
  ...all("label_join", [VECTOR, "string", "string", "string"], { optional: 1, atMost: Infinity }),
  ...all("label_replace", [VECTOR, "string", "string", "string", "string"]),
  ...all("pi time", [], { returns: "scalar" }),
  ...all("predict_linear", [RANGE, "scalar"]),
  ...all("quantile_over_time", ["scalar", RANGE]),
  ...all("round", [VECTOR, "scalar"], { optional: 1 }),
  ...all("scalar", [VECTOR], { returns: "scalar" }),
  ...all("vector", ["scalar"]),
  ...all("start_timestamp", [VECTOR], { experimental: true }),
  ...all(
    "mad_over_time ts_of_first_over_time ts_of_last_over_time ts_of_max_over_time ts_of_min_over_time",
    [RANGE],
    { experimental: true },
  ),
  ...all("double_exponential_smoothing", [RANGE, "scalar", "scalar"], { experimental: true }),
  ...all("end range start step", [], { returns: "scalar", experimental: true }),
  ...all("max_of min_of", ["scalar", "scalar"], { returns: "scalar", experimental: true }),
  ...all("histogram_quantiles", [VECTOR, "string", "scalar", "scalar"], {
    optional: 1,
    atMost: 12,
    experimental: true,
  }),
  ...all("info", [VECTOR, VECTOR], { optional: 1, experimental: true }),
  ...all("sort_by_label sort_by_label_desc", [VECTOR, "string"], {
    optional: 1,
    atMost: Infinity,
    experimental: true,
  }),
]);

function all(
  names: string,
  parameters: readonly ValueType[],
  rest: Partial<Signature> = {},
): [string, Signature][] {
  const signature: Signature = {
    parameters,
    optional: 0,
    atMost: parameters.length,
    returns: VECTOR,
    experimental: false,
    ...rest,
  };
  return names.split(/\s+/).map((name) => [name, signature]);
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

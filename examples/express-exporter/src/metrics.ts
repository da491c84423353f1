/** Everything that this service tells of itself. One registry, made once and handed to whoever measures. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

/** Seconds. */
const requestBuckets = [0.1, 0.3, 0.5, 0.7, 1, 3, 5, 7, 10];
const queryBuckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1];

/** @param registry where the metrics are kept; one of its own by default, so that two services may live in one process */
export function createMetrics(registry = new Registry()) {
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    httpRequestDuration: new Histogram({
      name: "http_request_duration_seconds",
      help: "Seconds until a request was answered.",
      labelNames: ["method", "route", "status_code"],
      buckets: requestBuckets,
      registers,
    }),
    dbQueryDuration: new Histogram({
      name: "db_query_duration_seconds",
      help: "Seconds that a query of the database took.",
      labelNames: ["operation", "table"],
      buckets: queryBuckets,
      registers,
    }),
    cacheHits: new Counter({
      name: "cache_hits_total",
      help: "Look-ups that found something in the cache.",
      labelNames: ["cache_name"],
      registers,
    }),
    cacheMisses: new Counter({
      name: "cache_misses_total",
      help: "Look-ups that found nothing in the cache.",
      labelNames: ["cache_name"],
      registers,
    }),
    business: new Gauge({
      name: "business_metric",
      help: "A figure of the business, by its name: active_users_1h and the like.",
      labelNames: ["metric_name"],
      registers,
    }),
    businessTransactions: new Counter({
      name: "business_transactions_total",
      help: "Completed transactions.",
      registers,
    }),
    businessRevenue: new Counter({
      name: "business_revenue_total",
      help: "Revenue in the account's currency.",
      registers,
    }),
  };
}

export type Metrics = ReturnType<typeof createMetrics>;

/** Names of a team's own metrics: who, which part, what, and in which unit (`seconds`, `bytes`, `ratio`; `total` counts). */
export interface MetricName {
  readonly namespace: string;
  readonly subsystem: string;
  readonly name: string;
  readonly unit: "seconds" | "bytes" | "ratio" | "celsius" | "info" | "total";
}

/**
 * `{namespace}_{subsystem}_{name}_{unit}`.
 *
 * @throws when a part has other than lower-case letters, digits and single underscores
 * @see https://prometheus.io/docs/practices/naming/
 */
export function metricName({ namespace, subsystem, name, unit }: MetricName): string {
  const whole = [namespace, subsystem, name, unit].join("_");
  for (const [part, text] of Object.entries({ namespace, subsystem, name }))
    if (!/^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/.test(text))
      throw new Error(`metric ${whole}: ${part} is "${text}", expected snake_case that begins with a letter`);
  return whole;
}

/** Runs a query and keeps how long it took, whether it succeeds or not. */
export async function measureQuery<T>(
  { dbQueryDuration }: Metrics,
  labels: { readonly operation: "select" | "insert" | "update" | "delete"; readonly table: string },
  query: () => Promise<T>,
): Promise<T> {
  const end = dbQueryDuration.startTimer(labels);
  try {
    return await query();
  } finally {
    end();
  }
}

/** What the cache has, else what `load` brings, which is kept where there is something; each look-up is counted. */
export async function throughCache<T>(
  { cacheHits, cacheMisses }: Metrics,
  cache: { readonly name: string; readonly entries: Map<string, T> },
  key: string,
  load: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const kept = cache.entries.get(key);
  if (kept !== undefined) {
    cacheHits.inc({ cache_name: cache.name });
    return kept;
  }
  cacheMisses.inc({ cache_name: cache.name });
  const loaded = await load();
  if (loaded !== undefined) cache.entries.set(key, loaded);
  return loaded;
}

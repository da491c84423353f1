/** Loads a monitored Redis while people query, and says whether anybody noticed and whether it can be seen. */
import { largestGap } from "./gaps.ts";
import { alertProbe, queryProbes } from "./probes.ts";
import { redisBenchmark, type BenchmarkOptions, type BenchmarkResult } from "./redisBenchmark.ts";
import type { Series, StackClient } from "./stackClient.ts";
import { startLoad, type LoadFigures } from "./steadyLoad.ts";

export interface RedisLoadOptions extends BenchmarkOptions {
  /** The loaded Redis as its series name it, such as `redis-trade-state`. */
  readonly instance: string;
  /** Requests a second at the query edge, and as many at the Alertmanagers' edge. @default 20 */
  readonly queriesPerSecond?: number;
}

export interface RedisLoadFigures {
  readonly queries: LoadFigures;
  /** Requests for the list of alerts, in which Watchdog must be. */
  readonly alerts: LoadFigures;
  readonly benchmark: readonly BenchmarkResult[];
  readonly benchmarkSeconds: number;
  /** Seconds without a raw deduplicated sample of the loaded Redis. */
  readonly largestGapSeconds: number;
  /** Names of the alerts that fired meanwhile. */
  readonly fired: readonly string[];
  /** Evaluations of rule groups that Prometheus left out meanwhile. */
  readonly missedEvaluations: number;
  /** Series that show the load: the value just before, and the highest meanwhile. */
  readonly shown: Readonly<Record<string, { readonly before: number; readonly highest: number }>>;
}

/** Runs the drill. @throws as `redisBenchmark` does, or when a series that should show the load is not there. */
export async function redisLoad(client: StackClient, options: RedisLoadOptions): Promise<RedisLoadFigures> {
  const { instance, queriesPerSecond = 20 } = options;
  const selector = `redis_up{instance="${instance}"}`;
  const shows = seriesThatShow(instance);
  const queries = startLoad(client, await queryProbes(client, "query", selector), queriesPerSecond);
  const alerts = startLoad(client, [alertProbe(client)], queriesPerSecond);
  const from = now();
  try {
    const benchmark = await redisBenchmark(client, options);
    const to = now();
    const window = `${String(Math.ceil(to - from))}s`;
    return {
      queries: await queries.stop(),
      alerts: await alerts.stop(),
      benchmark,
      benchmarkSeconds: Math.round((to - from) * 10) / 10,
      largestGapSeconds: await largestGap(client, selector, { from, to }),
      fired: await alertsFired(client, window),
      missedEvaluations: await one(
        client,
        `sum(increase(prometheus_rule_group_iterations_missed_total[${window}]))`,
        to,
      ),
      shown: Object.fromEntries(
        await Promise.all(
          Object.entries(shows).map(async ([title, expression]) => [
            title,
            {
              before: await one(client, expression, from),
              highest: await one(client, `max_over_time((${expression})[${window}:1s])`, to),
            },
          ]),
        ),
      ) as RedisLoadFigures["shown"],
    };
  } finally {
    await Promise.all([queries.stop(), alerts.stop()]);
  }
}

/** Windows of 10 s: shorter ones may fall into the change from one replica to the other. */
function seriesThatShow(instance: string): Record<string, string> {
  return {
    redis_commands_processed_total: `rate(redis_commands_processed_total{instance="${instance}"}[10s])`,
    "redis_tss_signal_processing_latency, 95 %":
      "histogram_quantile(0.95, sum by (le) (rate(redis_tss_signal_processing_latency_bucket[10s])))",
    trade_state_updates_per_sec: "sum(trade_state_updates_per_sec)",
    redis_tss_pending_signals: "sum(redis_tss_pending_signals)",
  };
}

async function alertsFired(client: StackClient, window: string): Promise<string[]> {
  const series = await client.query(
    `group by (alertname) (count_over_time(ALERTS{alertstate="firing"}[${window}]))`,
  );
  return series.map(({ metric }) => metric["alertname"] ?? "").sort();
}

/** The value of a query with one answer, at a moment in seconds since 1970. */
async function one(client: StackClient, expression: string, at: number): Promise<number> {
  const url = `${client.endpoint("query")}/api/v1/query?query=${encodeURIComponent(expression)}&time=${at.toFixed(3)}`;
  const { status, body } = await client.request(url);
  const [series] = (JSON.parse(body) as { data?: { result: Series[] } }).data?.result ?? [];
  if (series?.value === undefined)
    throw new Error(
      `drill: ${expression} has no value (${String(status)}), expected one series: wait for scrapes`,
    );
  return Number(series.value[1]);
}

/** Seconds since 1970. */
function now(): number {
  return Date.now() / 1_000;
}

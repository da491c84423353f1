import type { Connect } from "./connection.ts";
import type { Faults } from "./faults.ts";
import type { Metrics } from "./metrics.ts";
import { every } from "./pace.ts";
import { entryOf, resultStream, type Result } from "./signals.ts";

type Reply = [string, [id: string, fields: string[]][]][] | null;

/**
 * Reads redis-result-stream as ClickHouse and DuckDB would. Neither is there: storing a batch is a random time, longer by
 * the injected fault.
 */
export async function storeResults(
  connect: Connect,
  metrics: Metrics,
  faults: Faults,
  stop: AbortSignal,
): Promise<void> {
  const redis = connect("redis-result-stream");
  // A stamp, not "$": "$" would skip what arrives between two reads.
  let last = `${String(Date.now())}-0`;
  const slippages = new Map<string, number[]>();
  await every(500, stop, async () => {
    const reply = (await redis.ask((results) =>
      results.xread("COUNT", 1_000, "STREAMS", resultStream, last),
    )) as Reply | undefined;
    const entries = reply?.[0]?.[1] ?? [];
    if (entries.length === 0) return;
    last = entries.at(-1)?.[0] ?? last;
    const trades = entries
      .map(([, fields]) => entryOf(fields) as Result)
      .filter((result) => result.status === "filled");
    for (const { broker, slippage } of trades) {
      slippages.set(broker, [...(slippages.get(broker) ?? []), slippage].slice(-100));
    }
    for (const [broker, values] of slippages) metrics.slippageAverage.set({ broker }, average(values));
    metrics.syncLatency.observe(0.02 + 0.06 * Math.random() + faults.current.syncLatencySeconds);
    metrics.duckdbRows.inc(trades.length);
    metrics.duckdbQuery.observe(0.001 + 0.01 * Math.random());
  });
  redis.close();
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

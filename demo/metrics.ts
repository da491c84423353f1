import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry, Summary } from "prom-client";
import type { Role } from "./config.ts";

export type Metrics = ReturnType<typeof createMetrics>;

/**
 * Every metric that the trade system's dashboards and alerts name, each in the registry of the process that exposes it.
 *
 * The names are those that the trade system publishes, so some lack a unit: `redis_tss_signal_processing_latency` is in
 * seconds, `instance_cpu_usage` in percent and `instance_memory_usage` in bytes. A histogram has no series of its bare
 * name: the backend exposes the latency as one, the engine its own part as a summary, so that either query answers.
 */
export function createMetrics() {
  const registries = registryPerRole();
  const backend = [registries.backend];
  const engine = [registries["trade-engine"]];
  const instances = [registries["instance-manager"]];
  const clickhouse = [registries.clickhouse];
  const duckdb = [registries.duckdb];
  collectDefaultMetrics({ register: registries.backend });

  return {
    registries,
    signalsReceived: new Counter({
      name: "redis_tss_signals_received_total",
      help: "Signals that the engine took from redis-signal-stream.",
      registers: backend,
    }),
    signalsFailed: new Counter({
      name: "redis_tss_signals_failed_total",
      help: "Signals that did not become a trade: rejected, or their state or result could not be stored.",
      registers: backend,
    }),
    streamSignals: new Counter({
      name: "redis_tss_stream_signals_total",
      help: "Entries added to a stream, by the Redis instance that carries it.",
      labelNames: ["stream", "redis_instance"],
      registers: backend,
    }),
    connectionErrors: new Counter({
      name: "redis_tss_connection_errors_total",
      help: "Connections to Redis that failed or timed out.",
      labelNames: ["redis_instance"],
      registers: backend,
    }),
    pendingSignals: new Gauge({
      name: "redis_tss_pending_signals",
      help: "Signals in redis-signal-stream that no engine has finished.",
      labelNames: ["stream"],
      registers: backend,
    }),
    processingLatency: new Histogram({
      name: "redis_tss_signal_processing_latency",
      help: "Seconds from sending a signal to its stored result.",
      // 0.2 is the bound of the objective `signal-latency`.
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.25, 0.5, 1, 2.5, 5, 10],
      registers: backend,
    }),
    engineLatency: new Summary({
      name: "redis_tss_signal_processing_latency",
      help: "Seconds that the engine took for a signal, over the last minute.",
      percentiles: [0.5, 0.95, 0.99],
      maxAgeSeconds: 60,
      ageBuckets: 6,
      pruneAgedBuckets: true,
      registers: engine,
    }),
    tradeStateUpdates: new Gauge({
      name: "trade_state_updates_per_sec",
      help: "Writes to redis-trade-state in the last second.",
      registers: engine,
    }),
    instanceCpu: new Gauge({
      name: "instance_cpu_usage",
      help: "CPU of an MT5 instance in percent of one core.",
      labelNames: ["terminal"],
      registers: instances,
    }),
    instanceMemory: new Gauge({
      name: "instance_memory_usage",
      help: "Memory of an MT5 instance in bytes.",
      labelNames: ["terminal"],
      registers: instances,
    }),
    slippageAverage: new Gauge({
      name: "clickhouse_slippage_average",
      help: "Average difference between asked and filled price of the trades stored last, in pips.",
      labelNames: ["broker"],
      registers: clickhouse,
    }),
    syncLatency: new Histogram({
      name: "clickhouse_sync_latency_seconds",
      help: "Seconds that it took to store a batch of results in ClickHouse.",
      buckets: [0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.5, 0.75, 1, 2.5, 5],
      registers: clickhouse,
    }),
    duckdbRows: new Counter({
      name: "duckdb_rows_inserted_total",
      help: "Trades stored in the embedded DuckDB.",
      registers: duckdb,
    }),
    duckdbQuery: new Histogram({
      name: "duckdb_query_duration_seconds",
      help: "Seconds that the embedded DuckDB took to answer.",
      buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1],
      registers: duckdb,
    }),
  };
}

function registryPerRole(): Record<Role, Registry> {
  return {
    backend: new Registry(),
    "trade-engine": new Registry(),
    "instance-manager": new Registry(),
    clickhouse: new Registry(),
    duckdb: new Registry(),
  };
}

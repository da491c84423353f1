import type { Alert, AlertGroup } from "../../monitoring/model.ts";
import { bytes } from "../../monitoring/units.ts";
import { redisInstances } from "./jobs.ts";

/** Memory that the backend may use, as its own deployment declares it. */
const backendMemoryLimit = "1GiB";

const highMemoryUsage: Alert = {
  name: "HighMemoryUsage",
  expression: `process_resident_memory_bytes{service="backend"} / ${bytes(backendMemoryLimit)} > 0.8`,
  for: "5s",
  keepFiringFor: "15s",
  severity: "critical",
  summary: "Backend {{ $labels.instance }} is about to run out of memory",
  description: `The backend {{ $labels.instance }} uses {{ $value | humanizePercentage }} of its ${backendMemoryLimit}; at 100 % it is killed.`,
  pageWithin: "10s",
  dashboard: "trade-performance",
  runbook: {
    meaning: `The backend's resident memory has been above 80 % of its declared limit of ${backendMemoryLimit} for 5 s.`,
    impact:
      "At the limit the backend is killed: signals are neither received nor distributed until it is back, and what it held in memory is lost.",
    firstLook: [
      {
        promql: 'process_resident_memory_bytes{service="backend"}',
        shows: "over the last hour: a ramp is a leak, a step is load",
      },
      { promql: "redis_tss_pending_signals", shows: "a growing queue is kept in the backend's memory" },
      {
        promql: 'rate(redis_tss_signals_received_total{service="backend"}[1m])',
        shows: "whether more signals come than usual",
      },
    ],
    mend: [
      "With a growing queue: find the consumer that stands still (Instance State dashboard) and start it again.",
      "With a ramp: restart the backend in a quiet minute and keep a heap snapshot for its developers.",
      "With lasting load: raise the backend's memory limit and backendMemoryLimit in systems/trade/alerts.ts together.",
    ],
  },
};

const slowSync: Alert = {
  name: "SlowSync",
  // A mean over 20 s, not 10: ClickHouse is scraped every 5 s and a window excludes its left end, so that [10s] holds two points.
  expression: `sum by (service, instance) (rate(clickhouse_sync_latency_seconds_sum[20s]))
  / sum by (service, instance) (rate(clickhouse_sync_latency_seconds_count[20s])) > 0.2`,
  for: "5s",
  keepFiringFor: "20s",
  severity: "warning",
  summary: "Synchronisation with ClickHouse ({{ $labels.instance }}) is slow",
  description:
    "A synchronisation with {{ $labels.instance }} took {{ $value | humanizeDuration }} on average over the last 20 s; more than 200ms delays the trade history.",
  // Scrape 5 s, then up to 20 s until slow synchronisations outweigh quick ones in the window, then as for the others.
  pageWithin: "35s",
  dashboard: "trade-performance",
  runbook: {
    meaning:
      "The mean duration of the synchronisations with ClickHouse over the last 20 s (four scrapes of 5 s) is above 200 ms, and was for 5 s.",
    impact: "Trade history, slippage and reports lag behind; trading itself goes on.",
    firstLook: [
      {
        promql: "histogram_quantile(0.95, sum by (le) (rate(clickhouse_sync_latency_seconds_bucket[1m])))",
        shows: "all slow, or a few: beside the mean of the alert",
      },
      "On ClickHouse: SELECT query, elapsed FROM system.processes ORDER BY elapsed DESC",
      "On ClickHouse: SELECT count() FROM system.parts WHERE active AND database = 'trade_system' (thousands mean too small inserts)",
      "Disk and CPU of the ClickHouse host (job windows or node)",
    ],
    mend: [
      "End a runaway query: KILL QUERY WHERE query_id = '…'.",
      "With too many parts: insert in larger batches; OPTIMIZE TABLE only in a quiet hour.",
      "With a full or slow disk: free space, or move the data to a faster one.",
    ],
  },
};

const redisDown: Alert = {
  name: "RedisDown",
  // `up` alone speaks of the exporter, `redis_up` alone is gone with it. Every branch yields the same labels, so that
  // one outage is one alert even when it changes its look on the way. A Prometheus that has just started evaluates its
  // rules for up to 5 s before it scrapes anything (discovery/manager.go, updatert), when everything is absent.
  expression: [
    "redis_up == 0",
    'or up{service="redis"} == 0',
    ...redisInstances.map(
      ({ name }) =>
        `or (absent(redis_up{instance="${name}", job="redis", redis_instance="${name}", service="redis"}) unless on() absent(up))`,
    ),
  ].join("\n"),
  for: "5s",
  // Longer than SignalLoss takes to end after Redis is back (10 s window, 5 s kept), so that its recovery pages nobody.
  keepFiringFor: "20s",
  severity: "critical",
  summary: "Redis {{ $labels.redis_instance }} does not answer",
  description:
    "Redis {{ $labels.redis_instance }} has not answered its exporter for 5 s, or nobody could ask it; what it holds is neither read nor written.",
  pageWithin: "10s",
  dashboard: "trade-state",
  runbook: {
    meaning:
      "The exporter reports redis_up 0 for the instance, or the exporter itself does not answer, or the instance is not scraped at all.",
    impact:
      "redis-trade-state: open trades are unknown. redis-instance-state: MT5 instances are not steered. redis-signal-stream and redis-result-stream: signals and results stand still.",
    firstLook: [
      {
        promql: 'up{job="redis"}',
        shows:
          "all four at 0: the exporter, or the network to it; one: a scrape of that Redis takes too long",
      },
      {
        promql: "redis_up",
        shows: "all four at 0: the network between the exporter and Redis; one: that Redis",
      },
      "redis-cli -h HOST -p PORT --askpass PING (NOAUTH means that it lives and the password differs)",
      "The service's log: out of memory, disk full on save, a port that is taken",
    ],
    mend: [
      "Start the service again; the stack notices by itself, data and this alert recover without a hand.",
      "With all four down: restart redis_exporter, then look at the network between it and Redis.",
      "With a changed password: give it to the exporter as well (secret redis-password) and run `pulumi up`.",
    ],
  },
};

const signalLoss: Alert = {
  name: "SignalLoss",
  // Both windows also see samples from before a target vanished: a stream that is absent counts as one that stands still.
  // 10 s are ten scrapes of the backend.
  expression: `sum by (stream, redis_instance) (increase(redis_tss_stream_signals_total[5m])) > 0
unless sum by (stream, redis_instance) (increase(redis_tss_stream_signals_total[10s])) > 0`,
  for: "5s",
  keepFiringFor: "5s",
  severity: "critical",
  summary: "No more signals on stream {{ $labels.stream }}",
  description:
    'Stream {{ $labels.stream }} on {{ $labels.redis_instance }} moved {{ $value | printf "%.0f" }} signals within the last 5 minutes and has stood still, or been absent, for more than 10 s.',
  // The window of 10 s has to run empty first.
  pageWithin: "20s",
  dashboard: "trade-state",
  runbook: {
    meaning:
      "The counter of the stream grew within the last 5 minutes, and did not over the last 10 s, or is gone. RedisDown of the stream's own Redis silences this alert. It ends by itself when signals come again, and after 5 minutes of silence.",
    impact: "Signals or results do not reach the MT5 instances: trades are neither opened nor closed.",
    firstLook: [
      { promql: "sum by (stream) (rate(redis_tss_stream_signals_total[10s]))", shows: "one stream, or all" },
      { promql: 'up{service="backend"}', shows: "0: the backend is gone, not the signals" },
      "redis-cli -p PORT --askpass XINFO STREAM NAME: does last-generated-id move?",
      {
        promql: "increase(redis_tss_connection_errors_total[5m])",
        shows: "whether the backend reaches Redis",
      },
    ],
    mend: [
      "All streams: start the backend again.",
      "One stream that moves in Redis: restart its consumer, and claim what is pending (XAUTOCLAIM).",
      "One stream that stands still in Redis: the source of the signals is silent; outside trading hours silence the alert for the session.",
    ],
  },
};

/** The four alerts of the trade system, evaluated every second. */
export const tradeAlerts: AlertGroup[] = [
  { name: "trade-critical", interval: "1s", alerts: [highMemoryUsage, redisDown, signalLoss] },
  { name: "trade-warning", interval: "1s", alerts: [slowSync] },
];

import type { Dashboard } from "../../monitoring/model.ts";

/** The three dashboards of the trade system, at its Grafana from the start. */
export const tradeDashboards: Dashboard[] = [
  {
    uid: "trade-state",
    title: "Trade State",
    about: "What is open, what moves, and what went wrong.",
    panels: [
      {
        title: "Open Trades",
        expression: "sum(redis_tss_signals_received_total)",
        unit: "short",
        kind: "stat",
        about: "Signals received since the backend started.",
      },
      {
        title: "Active Orders",
        expression: "sum(trade_state_updates_per_sec)",
        unit: "ops",
        kind: "timeseries",
        legend: "updates per second",
        about: "Updates of the trade state per second, over all engines.",
      },
      {
        title: "Slippage",
        expression: "avg(clickhouse_slippage_average)",
        unit: "short",
        kind: "timeseries",
        legend: "pips",
        about: "Mean slippage of executed trades in pips, as ClickHouse has it.",
        thresholds: [1, 2],
      },
      {
        title: "Failed Trades",
        expression: "sum(increase(redis_tss_signals_failed_total[5m]))",
        unit: "short",
        kind: "stat",
        about: "Signals that could not be executed, over the last 5 minutes.",
        thresholds: [1, 10],
      },
    ],
  },
  {
    uid: "trade-performance",
    title: "Performance",
    about: "How quickly and how well signals become trades.",
    panels: [
      {
        title: "Execution Latency",
        expression:
          "histogram_quantile(0.95, sum by (le, instance) (rate(redis_tss_signal_processing_latency_bucket[1m])))",
        unit: "s",
        kind: "timeseries",
        legend: "{{instance}}",
        about: "Seconds from sending a signal to its stored result, for 95 % of the signals.",
        thresholds: [0.05, 0.2],
      },
      {
        title: "Broker Slippage",
        expression: "avg by (broker) (clickhouse_slippage_average)",
        unit: "short",
        kind: "timeseries",
        legend: "slippage {{broker}}",
        about: "Mean slippage in pips by broker, where ClickHouse tells them apart.",
        thresholds: [1, 2],
      },
      {
        title: "Connection Errors",
        expression: "sum by (redis_instance) (rate(redis_tss_connection_errors_total[1m]))",
        unit: "ops",
        kind: "timeseries",
        legend: "{{redis_instance}}",
        about: "Failed connections to Redis per second.",
        thresholds: [0.1, 1],
      },
    ],
  },
  {
    uid: "trade-instance-state",
    title: "Instance State (MT5)",
    about: "The MT5 instances and their queues.",
    panels: [
      {
        title: "CPU",
        expression: "instance_cpu_usage",
        unit: "percent",
        kind: "timeseries",
        legend: "{{terminal}}",
        about: "CPU of each MT5 instance, 100 is one core.",
        thresholds: [70, 90],
      },
      {
        title: "Memory",
        expression: "instance_memory_usage",
        unit: "bytes",
        kind: "timeseries",
        legend: "{{terminal}}",
        about: "Memory of each MT5 instance.",
      },
      {
        title: "Queue Length",
        expression: "sum(redis_tss_pending_signals)",
        unit: "short",
        kind: "timeseries",
        legend: "pending signals",
        about: "Signals received and not yet processed.",
        thresholds: [100, 1_000],
      },
    ],
  },
];

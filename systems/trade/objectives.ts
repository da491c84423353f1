import { stackScope } from "../../monitoring/alerts/selfMonitoring.ts";
import type { Objective } from "../../monitoring/model.ts";

/** What the trade system promises its traders, and its monitoring whoever asks it. */
export const tradeObjectives: readonly Objective[] = [
  {
    name: "signal-latency",
    about: "A signal is processed, from its sending to its stored result, within 200 ms.",
    target: 99,
    indicator: {
      kind: "latency",
      histogram: "redis_tss_signal_processing_latency",
      matchers: 'service="backend"',
      within: 0.2,
    },
    runbook: {
      impact: "Trades are opened and closed late: slippage grows.",
      firstLook: [
        {
          promql:
            "histogram_quantile(0.95, sum by (le) (rate(redis_tss_signal_processing_latency_bucket[1m])))",
          shows: "all signals, or a few?",
        },
        {
          promql: "sum by (stream) (redis_tss_pending_signals)",
          shows: "a queue that grows is older than the engine is slow",
        },
        "Dashboard Performance",
      ],
      mend: [
        "With a growing queue: start another consumer, or the one that stands still.",
        "With a slow Redis (SLOWLOG GET): end the command that blocks it.",
        "Without either: the engine's machine is short of CPU; see dashboard Hosts.",
      ],
    },
  },
  {
    name: "signals-processed",
    about: "A signal that was received is processed without failure.",
    target: 99.9,
    indicator: {
      kind: "counters",
      errors: 'redis_tss_signals_failed_total{service="backend"}',
      events: 'redis_tss_signals_received_total{service="backend"}',
    },
    runbook: {
      impact: "Signals do not become trades: positions are not opened, or not closed.",
      firstLook: [
        { promql: "sum(rate(redis_tss_signals_failed_total[1m]))", shows: "does it go on?" },
        {
          promql: "sum by (redis_instance) (rate(redis_tss_connection_errors_total[1m]))",
          shows: "is a Redis out of reach?",
        },
        "The engine's log: it names the signal and why it failed",
      ],
      mend: [
        "A Redis that does not answer: see RedisDown.",
        "Rejected by the broker: its own message says what of the order is wrong; stop the source of such signals.",
        "Since a release of the engine: go back to the one before.",
      ],
    },
  },
  {
    name: "monitoring-queries",
    about: "A query that reaches the edge is answered, by whichever replica.",
    target: 99.9,
    labels: { scope: stackScope },
    // What the edge itself refuses is of the one who asks and no failure (4xx).
    indicator: {
      kind: "counters",
      errors: 'haproxy_frontend_http_responses_total{job="haproxy", proxy="fe_query", code="5xx"}',
      events: 'haproxy_frontend_http_requests_total{job="haproxy", proxy="fe_query"}',
    },
    runbook: {
      impact: "Dashboards have holes and people are blind; rules are evaluated without the edge and go on.",
      firstLook: [
        {
          promql: 'sum by (code) (rate(haproxy_frontend_http_responses_total{proxy="fe_query"}[5m]))',
          shows: "what the queries were answered with",
        },
        { promql: 'haproxy_server_status{state="UP"} == 0', shows: "which server is down" },
        "Dashboards Edge and Thanos",
      ],
      mend: [
        "503: no query is alive; start them, and see TargetDown for what else is down.",
        "504: a query is too heavy; find it in query-frontend's log, and narrow it or record it.",
        "Out of memory: compare with the plan (dashboard Capacity) and raise the limit of thanos-query.",
      ],
    },
  },
];

import { stackScope } from "../../monitoring/alerts/selfMonitoring.ts";
import type { Objective } from "../../monitoring/model.ts";
import { own } from "./recording.ts";

/** What Oversight promises its customers, and its monitoring its operators. The targets are our choice: it names none. */
export const oversightObjectives: readonly Objective[] = [
  {
    name: "http-availability",
    about: "A request to the applications is answered without a status of 500 and above.",
    target: 99.9,
    indicator: {
      kind: "ratio",
      errors: `sum(job:http_requests:rate5m{${own}, status=~"5.."})`,
      events: `sum(job:http_requests:rate5m{${own}})`,
    },
    runbook: {
      impact: "Customers see errors in the place of pages and answers.",
      firstLook: [
        { promql: "topk(5, job:http_errors:rate5m)", shows: "which application" },
        "kubectl get pods --all-namespaces --field-selector=status.phase!=Running",
        {
          promql: "instance:db_connections:usage",
          shows: "a database without free connections fails every application",
        },
      ],
      mend: [
        "A fresh release: kubectl rollout undo deployment NAME.",
        "A dependency (PostgreSQL, Redis): mend it first; the applications recover by themselves.",
        "More load than planned: scale the deployment out.",
      ],
    },
  },
  {
    name: "http-latency",
    about: "A request to the applications is answered within 500 ms.",
    target: 95,
    indicator: {
      kind: "latency",
      // The bound is a bucket of the metrics that every team copies (examples/express-exporter).
      histogram: "http_request_duration_seconds",
      matchers: own,
      within: 0.5,
    },
    runbook: {
      impact: "Customers wait, ask again, and make it slower still.",
      firstLook: [
        { promql: "topk(5, job:http_request_duration:p95_5m)", shows: "which application" },
        {
          promql:
            "histogram_quantile(0.95, sum by (le, operation, table) (rate(db_query_duration_seconds_bucket[5m])))",
          shows: "is it the database?",
        },
        { promql: "instance:node_cpu:rate5m", shows: "are the nodes busy?" },
      ],
      mend: [
        "A slow query: EXPLAIN it, and add the index it misses.",
        "Busy nodes: scale the node pool out.",
        "A cold cache (cache_misses_total): it fills by itself; do not restart it again.",
      ],
    },
  },
  {
    name: "remote-write",
    about: "A sample is taken by long-term storage.",
    target: 99.9,
    labels: { scope: stackScope },
    indicator: {
      kind: "ratio",
      errors:
        '(sum(rate(prometheus_remote_storage_samples_failed_total{job="prometheus"}[5m])) + (sum(rate(prometheus_remote_storage_samples_dropped_total{job="prometheus"}[5m])) or vector(0)))',
      events: 'sum(rate(prometheus_remote_storage_samples_total{job="prometheus"}[5m]))',
    },
    runbook: {
      impact: "Long-term data and the global view have holes; local data of 15 days is whole.",
      firstLook: [
        {
          promql: "sum by (instance) (rate(prometheus_remote_storage_samples_failed_total[5m]))",
          shows: "both replicas, or one?",
        },
        {
          promql: "prometheus_remote_storage_shards / prometheus_remote_storage_shards_max",
          shows: "is the queue at its limit (1)?",
        },
        "Prometheus' log: `non-recoverable error while sending` says what the receiver answered",
      ],
      mend: [
        "409 or out of order: two writers share their external labels; give each its replica label.",
        "401 or x509: the credentials or the authority differ; `pulumi up` writes both anew.",
        "Receivers down: start them; what waits is sent for as long as the write-ahead log reaches back (2 h).",
      ],
    },
  },
];

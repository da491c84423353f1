import type { RecordingGroup } from "../../monitoring/model.ts";

/**
 * Series of this region: federated ones of the others carry their `cluster`, its own get theirs only when they leave.
 */
export const own = 'cluster=""';

/**
 * Requests per second of every series, from the counter where an application has one, otherwise from the count of its
 * latency histogram (the example exporter), whose label `status_code` becomes `status`.
 */
const requests = `(
  rate(http_requests_total{${own}}[5m])
  or on (job, instance) label_replace(rate(http_request_duration_seconds_count{${own}}[5m]), "status", "$1", "status_code", "(.+)")
)`;

/** Series that dashboards and the other regions read instead of raw ones. */
export const oversightRecording: RecordingGroup[] = [
  {
    name: "oversight-infrastructure",
    interval: "30s",
    rules: [
      {
        record: "instance:node_cpu:rate5m",
        expression: '100 * (1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m])))',
        about: "Busy CPU of a machine in percent, mean over its cores.",
      },
      {
        record: "instance:node_memory_usage:percentage",
        expression:
          "100 * (1 - sum by (instance) (node_memory_MemAvailable_bytes) / sum by (instance) (node_memory_MemTotal_bytes))",
        about: "Used memory of a machine in percent; caches that can be given back count as free.",
      },
      {
        record: "instance:db_connections:usage",
        expression:
          "100 * sum by (instance) (pg_stat_database_numbackends) / max by (instance) (pg_settings_max_connections)",
        about: "Open connections of a PostgreSQL server in percent of max_connections.",
      },
    ],
  },
  {
    name: "oversight-http",
    interval: "30s",
    rules: [
      {
        record: "job:http_requests:rate5m",
        expression: `sum by (job, method, status) ${requests}`,
        about: "Requests per second by job, method and status.",
      },
      {
        record: "job:http_errors:rate5m",
        // Rules of a group run in order, so the series above is of this very evaluation; 0 where there are no errors.
        expression: `sum by (job) (job:http_requests:rate5m{${own}, status=~"5.."}) or 0 * sum by (job) (job:http_requests:rate5m{${own}})`,
        about: "Answers with a status of 500 and above, per second and job.",
      },
      {
        record: "job:http_request_duration:p95_5m",
        expression: `histogram_quantile(0.95, sum by (job, le) (rate(http_request_duration_seconds_bucket{${own}}[5m])))`,
        about: "Seconds within which 95 % of a job's requests were answered.",
      },
    ],
  },
  {
    name: "oversight-business",
    interval: "60s",
    rules: [
      {
        record: "business:active_users:count",
        // Every replica of the application counts the same users in the same database, hence max and not sum.
        expression: `max(business_metric{${own}, metric_name="active_users_1h"})`,
        about: "Users who were active within the last hour.",
      },
      {
        record: "business:transactions:rate1h",
        expression: `sum(rate(business_transactions_total{${own}}[1h]))`,
        about: "Completed transactions per second, mean over the last hour.",
      },
      {
        record: "business:revenue:rate1m",
        // Two minutes: with a scrape every 30 s, [1m] holds two points, and one lost scrape would leave none.
        expression: `sum(rate(business_revenue_total{${own}}[2m]))`,
        about: "Revenue per second in the account's currency, the latest that can be told reliably.",
      },
    ],
  },
];

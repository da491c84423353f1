import { graph, list, row, tile } from "../../monitoring/dashboards/panels.ts";
import type { Dashboard } from "../../monitoring/model.ts";

/** What the application does for its customers, from recorded series where there are some. */
export const oversightDashboards: readonly Dashboard[] = [
  {
    uid: "business",
    title: "Business",
    about: "Users, transactions, revenue, and how well the applications answer.",
    from: "6h",
    refresh: "30s",
    variables: [{ name: "job", label: "Application", series: "job:http_requests:rate5m", values: "job" }],
    panels: [
      ...row("Business", [
        tile(
          "Active users now",
          "max(business:active_users:count)",
          "short",
          "Users who were active within the last hour.",
          { width: 8 },
        ),
        tile(
          "Transactions now",
          "max(business:transactions:rate1h)",
          "cps",
          "Completed transactions per second, mean over the last hour.",
          { width: 8 },
        ),
        tile(
          "Revenue now",
          "max(business:revenue:rate1m)",
          "short",
          "Revenue per second in the account's currency.",
          { width: 8 },
        ),
        graph(
          "Active users",
          "max(business:active_users:count)",
          "short",
          "Users who were active within the last hour.",
          { legend: "users", min: 0, width: 8 },
        ),
        graph(
          "Transactions",
          "max(business:transactions:rate1h)",
          "cps",
          "Completed transactions per second.",
          { legend: "transactions", min: 0, width: 8 },
        ),
        graph(
          "Revenue",
          "max(business:revenue:rate1m)",
          "short",
          "Revenue per second in the account's currency.",
          { legend: "revenue", min: 0, width: 8 },
        ),
      ]),
      ...row("Applications", [
        graph(
          "Requests",
          'sum by (job) (job:http_requests:rate5m{job=~"$job"})',
          "reqps",
          "Requests per second by application.",
          { legend: "{{job}}", min: 0 },
        ),
        graph(
          "Failed requests",
          'sum by (job) (job:http_errors:rate5m{job=~"$job"}) / (sum by (job) (job:http_requests:rate5m{job=~"$job"}) > 0)',
          "percentunit",
          "Share of requests that were answered with a status of 500 and above.",
          { legend: "{{job}}", thresholds: [0.001, 0.01], min: 0, opens: "slo" },
        ),
        graph(
          "Time of a request",
          'max by (job) (job:http_request_duration:p95_5m{job=~"$job"})',
          "s",
          "Seconds within which 95 % of the requests were answered.",
          {
            legend: "{{job}}",
            thresholds: [0.5, 1],
            min: 0,
          },
        ),
        graph(
          "Cache",
          "sum by (cache_name) (rate(cache_hits_total[$__rate_interval])) / (sum by (cache_name) (rate(cache_hits_total[$__rate_interval])) + sum by (cache_name) (rate(cache_misses_total[$__rate_interval])) > 0)",
          "percentunit",
          "Share of look-ups that found what they looked for.",
          { legend: "{{cache_name}}", min: 0, max: 1 },
        ),
      ]),
      ...row("Databases", [
        graph(
          "Connections",
          "max by (instance) (instance:db_connections:usage)",
          "percent",
          "Open connections of each PostgreSQL server in percent of the most.",
          {
            legend: "{{instance}}",
            thresholds: [80, 95],
            min: 0,
            max: 100,
          },
        ),
        graph(
          "Time of a database query",
          "histogram_quantile(0.95, sum by (le, operation) (rate(db_query_duration_seconds_bucket[$__rate_interval])))",
          "s",
          "Seconds within which 95 % of the applications' queries were answered.",
          { legend: "{{operation}}", min: 0 },
        ),
      ]),
      ...row("Regions", [
        list(
          "Requests by region",
          "sum by (cluster) (job:http_requests:rate5m)",
          "reqps",
          "Requests per second of every region that is federated or of the global view.",
          { columns: { labels: { cluster: "Region" }, value: "Requests" }, width: 12 },
        ),
        graph(
          "Busy nodes",
          `avg by (cluster) (instance:node_cpu:rate5m)`,
          "percent",
          "Mean over a region's machines.",
          { legend: "{{cluster}}", min: 0, max: 100, opens: "hosts" },
        ),
      ]),
    ],
  },
];

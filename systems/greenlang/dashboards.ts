import { graph, list, row, tile } from "../../monitoring/dashboards/panels.ts";
import type { Dashboard } from "../../monitoring/model.ts";

const agents = 'job="greenlang-agents"';

/** What GreenLang does: its API as the gateway sees it, its agents and its batch jobs. */
export const greenlangDashboards: readonly Dashboard[] = [
  {
    uid: "business",
    title: "Business",
    about: "The API, the agents and the batch jobs.",
    from: "6h",
    refresh: "30s",
    variables: [{ name: "service", label: "Service", series: "kong_http_requests_total", values: "service" }],
    panels: [
      ...row("Now", [
        tile(
          "Requests now",
          "sum(rate(kong_http_requests_total[$__rate_interval]))",
          "reqps",
          "Requests per second to the API.",
          { width: 6 },
        ),
        tile("Agents", `count(up{${agents}} == 1)`, "short", "Agents that answer, of 47 and more.", {
          width: 6,
          thresholds: [47, 40],
        }),
        tile(
          "Agents that do not answer",
          `count(up{${agents}} == 0) or vector(0)`,
          "short",
          "Agents that are there and do not answer.",
          { width: 6, thresholds: [1, 5] },
        ),
        tile(
          "Late batch jobs",
          'count(kube_cronjob_status_last_schedule_time{namespace="greenlang"} > kube_cronjob_status_last_successful_time{namespace="greenlang"}) or vector(0)',
          "short",
          "Batch jobs that were started and have not succeeded since, those at work included.",
          { width: 6, thresholds: [3, 10] },
        ),
      ]),
      ...row("API", [
        graph(
          "Requests",
          'sum by (service) (rate(kong_http_requests_total{service=~"$service"}[$__rate_interval]))',
          "reqps",
          "Requests per second by service.",
          { legend: "{{service}}", min: 0 },
        ),
        graph(
          "Failed requests",
          'sum by (service) (rate(kong_http_requests_total{service=~"$service", code=~"5.."}[$__rate_interval])) / (sum by (service) (rate(kong_http_requests_total{service=~"$service"}[$__rate_interval])) > 0)',
          "percentunit",
          "Share of requests that were answered with a status of 500 and above.",
          { legend: "{{service}}", thresholds: [0.001, 0.01], min: 0, opens: "slo" },
        ),
        graph(
          "Time of a request",
          'histogram_quantile(0.99, sum by (le, service) (rate(kong_request_latency_ms_bucket{service=~"$service"}[$__rate_interval])))',
          "ms",
          "Milliseconds within which 99 % of the requests were answered.",
          { legend: "{{service}}", thresholds: [500, 1_000], min: 0 },
        ),
        graph(
          "Of it in Kong",
          "histogram_quantile(0.99, sum by (le) (rate(kong_kong_latency_ms_bucket[$__rate_interval])))",
          "ms",
          "Milliseconds that the gateway itself took, for 99 % of the requests.",
          {
            legend: "Kong",
            min: 0,
          },
        ),
      ]),
      ...row("Agents", [
        graph("Answering", `count(up{${agents}} == 1)`, "short", "Agents that answer, and that there are.", {
          legend: "answering",
          more: [{ expression: `count(up{${agents}})`, legend: "all" }],
          min: 0,
        }),
        graph(
          "Restarts",
          `sum(changes(process_start_time_seconds{${agents}}[1h]))`,
          "short",
          "Starts of agents within the last hour.",
          { legend: "starts", min: 0 },
        ),
        graph(
          "Busiest",
          `topk(10, sum by (pod) (rate(process_cpu_seconds_total{${agents}}[$__rate_interval])))`,
          "short",
          "Cores of the ten busiest agents.",
          { legend: "{{pod}}", min: 0 },
        ),
        graph(
          "Largest",
          `topk(10, max by (pod) (process_resident_memory_bytes{${agents}}))`,
          "bytes",
          "Memory of the ten largest agents.",
          { legend: "{{pod}}", min: 0 },
        ),
      ]),
      ...row("Batch jobs", [
        list(
          "Last success",
          'sort_desc(time() - max by (cronjob) (kube_cronjob_status_last_successful_time{namespace="greenlang"}))',
          "s",
          "Time since each batch job last succeeded.",
          { columns: { labels: { cronjob: "Batch job" }, value: "Age" }, width: 12, height: 10 },
        ),
        list(
          "Last push",
          "sort_desc(time() - max by (job) (push_time_seconds))",
          "s",
          "Time since each batch job last pushed its results.",
          { columns: { labels: { job: "Job" }, value: "Age" }, width: 12, height: 10 },
        ),
      ]),
    ],
  },
];

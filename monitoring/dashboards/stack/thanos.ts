import type { Dashboard, Panel, System } from "../../model.ts";
import { graph, row, tile, yesNo } from "../panels.ts";
import { has } from "./deployed.ts";

/** Thanos, a row for each component that the system deploys. */
export function thanosDashboard(system: System): Dashboard {
  const when = (component: Parameters<typeof has>[1], panels: readonly Panel[]): readonly Panel[] =>
    has(system, component) ? panels : [];
  return {
    uid: "thanos",
    title: "Thanos",
    about: "Queries over everything, and the way of samples into the bucket and through it.",
    from: "1h",
    panels: [
      ...row("Now", now(system)),
      ...row("Query", when("thanos-query", query)),
      ...row("Query-frontend", when("thanos-query-frontend", frontend)),
      ...row("Sidecar", when("thanos-sidecar", sidecar)),
      ...row("Receive", when("thanos-receive", receive)),
      ...row("Store", when("thanos-store", store)),
      ...row("Compactor", when("thanos-compactor", compactor)),
      ...row("Ruler", when("thanos-ruler", ruler)),
      ...row("Bucket", bucket),
    ],
  };
}

const thanosJobs = "thanos-.*";

function now(system: System): Panel[] {
  return [
    tile(
      "Answering",
      `100 * avg by (job) (up{job=~"${thanosJobs}"})`,
      "percent",
      "Share of each component's replicas that answer a scrape.",
      { width: has(system, "thanos-compactor") ? 16 : 24, legend: "{{job}}", thresholds: [100, 50] },
    ),
    ...(has(system, "thanos-compactor")
      ? [
          tile(
            "Compactor",
            'max(thanos_compact_halted{job="thanos-compactor"})',
            "short",
            "Whether it has met blocks that it must not touch, and stopped.",
            {
              words: { 0: { text: "works", state: "good" }, 1: { text: "halted", state: "bad" } },
              thresholds: [1, 1],
            },
          ),
        ]
      : []),
    tile(
      "Failed at the bucket",
      `sum(increase(thanos_objstore_bucket_operation_failures_total{job=~"${thanosJobs}"}[1h]))`,
      "short",
      "Operations on the bucket that failed within the last hour.",
      { thresholds: [1, 10] },
    ),
  ];
}

const query: Panel[] = [
  graph(
    "Queries",
    'sum by (handler, code) (rate(http_requests_total{job="thanos-query", handler=~"query|query_range"}[$__rate_interval]))',
    "reqps",
    "Queries per second by status.",
    { legend: "{{handler}} {{code}}" },
  ),
  graph(
    "Time of a query",
    'histogram_quantile(0.5, sum by (le) (rate(http_request_duration_seconds_bucket{job="thanos-query", handler=~"query|query_range"}[$__rate_interval])))',
    "s",
    "Seconds within which a half, and 99 %, of the queries were answered.",
    {
      legend: "half",
      more: [
        {
          expression:
            'histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket{job="thanos-query", handler=~"query|query_range"}[$__rate_interval])))',
          legend: "99 %",
        },
      ],
      thresholds: [2, 10],
    },
  ),
  graph(
    "Stores that answer",
    'sum by (instance, store_type) (thanos_store_nodes_grpc_connections{job="thanos-query"})',
    "short",
    "Sources of samples that each query is connected to, by kind.",
    { legend: "{{instance}} {{store_type}}", min: 0 },
  ),
  graph(
    "Queries at once",
    'sum by (instance) (thanos_query_concurrent_gate_queries_in_flight{job="thanos-query"})',
    "short",
    "Queries that are being answered, and how many may be.",
    {
      legend: "{{instance}}",
      more: [
        {
          expression: 'max(thanos_query_concurrent_gate_queries_max{job="thanos-query"})',
          legend: "at most, each",
        },
      ],
      min: 0,
    },
  ),
];

const frontend: Panel[] = [
  graph(
    "Queries",
    'sum by (op) (rate(thanos_query_frontend_queries_total{job="thanos-query-frontend"}[$__rate_interval]))',
    "reqps",
    "Queries per second by kind, as people and Grafana ask them.",
    { legend: "{{op}}" },
  ),
  graph(
    "Answered from the cache",
    'sum(rate(cortex_cache_hits_total{job="thanos-query-frontend"}[$__rate_interval])) / (sum(rate(cortex_cache_fetched_keys_total{job="thanos-query-frontend"}[$__rate_interval])) > 0)',
    "percentunit",
    "Share of the parts of queries whose answer was in the cache.",
    { legend: "of all parts", min: 0, max: 1 },
  ),
];

const sidecar: Panel[] = [
  graph(
    "Its Prometheus",
    'thanos_sidecar_prometheus_up{job="thanos-sidecar"}',
    "short",
    "Whether each sidecar reaches its Prometheus.",
    { legend: "{{instance}}", words: yesNo("reached", "not reached"), min: 0, max: 1 },
  ),
  graph(
    "Uploads",
    'sum by (instance) (increase(thanos_shipper_uploads_total{job="thanos-sidecar"}[2h]))',
    "short",
    "Blocks uploaded within the last two hours, in which one is due, and uploads that failed.",
    {
      legend: "{{instance}}",
      more: [
        {
          expression:
            'sum by (instance) (increase(thanos_shipper_upload_failures_total{job="thanos-sidecar"}[2h]))',
          legend: "{{instance}} failed",
        },
      ],
      min: 0,
    },
  ),
];

const receive: Panel[] = [
  graph(
    "Writes",
    'sum by (code) (rate(http_requests_total{job="thanos-receive", handler="receive"}[$__rate_interval]))',
    "reqps",
    "Remote writes per second by status.",
    { legend: "{{code}}" },
  ),
  graph(
    "Time of a write",
    'histogram_quantile(0.99, sum by (le, instance) (rate(http_request_duration_seconds_bucket{job="thanos-receive", handler="receive"}[$__rate_interval])))',
    "s",
    "Seconds within which 99 % of the writes were taken.",
    { legend: "{{instance}}", thresholds: [1, 5] },
  ),
  graph(
    "Forwarded",
    'sum by (result) (rate(thanos_receive_forward_requests_total{job="thanos-receive"}[$__rate_interval]))',
    "cps",
    "Writes per second that went to another receiver of the ring, by result.",
    { legend: "{{result}}" },
  ),
  graph(
    "Series in memory",
    'sum by (instance) (prometheus_tsdb_head_series{job="thanos-receive"})',
    "short",
    "Active series of each receiver: a share of both replicas' copies.",
    { legend: "{{instance}}", opens: "capacity" },
  ),
];

const store: Panel[] = [
  graph(
    "Blocks",
    'sum by (instance) (thanos_bucket_store_blocks_loaded{job="thanos-store"})',
    "short",
    "Blocks of the bucket that each store can read.",
    { legend: "{{instance}}", min: 0 },
  ),
  graph(
    "Time of a read",
    'histogram_quantile(0.99, sum by (le, instance) (rate(grpc_server_handling_seconds_bucket{job="thanos-store", grpc_method="Series"}[$__rate_interval])))',
    "s",
    "Seconds within which 99 % of the reads were answered. From 10 s on another shard is asked for.",
    { legend: "{{instance}}", thresholds: [5, 10] },
  ),
  graph(
    "Index read from the cache",
    'sum by (instance) (rate(thanos_store_index_cache_hits_total{job="thanos-store"}[$__rate_interval])) / (sum by (instance) (rate(thanos_store_index_cache_requests_total{job="thanos-store"}[$__rate_interval])) > 0)',
    "percentunit",
    "Share of what was needed of the index that was in memory.",
    { legend: "{{instance}}", min: 0, max: 1 },
  ),
  graph(
    "Cache",
    'sum by (instance) (thanos_store_index_cache_total_size_bytes{job="thanos-store"})',
    "bytes",
    "Memory of the index cache, and its limit.",
    {
      legend: "{{instance}}",
      more: [
        { expression: 'max(thanos_store_index_cache_max_size_bytes{job="thanos-store"})', legend: "at most" },
      ],
      min: 0,
      opens: "capacity",
    },
  ),
];

const compactor: Panel[] = [
  graph(
    "Still to do",
    'sum(thanos_compact_todo_compactions{job="thanos-compactor"})',
    "short",
    "Compactions, downsamplings and deletions that are due. What grows for days is not kept up with.",
    {
      legend: "compactions",
      more: [
        {
          expression: 'sum(thanos_compact_todo_downsample_blocks{job="thanos-compactor"})',
          legend: "blocks to downsample",
        },
        {
          expression: 'sum(thanos_compact_todo_deletion_blocks{job="thanos-compactor"})',
          legend: "blocks to delete",
        },
      ],
      min: 0,
    },
  ),
  graph(
    "Rounds",
    'sum(increase(thanos_compact_iterations_total{job="thanos-compactor"}[1h]))',
    "short",
    "Rounds over the bucket of the last hour.",
    {
      legend: "rounds",
      more: [
        {
          expression: 'sum(increase(thanos_blocks_meta_sync_failures_total{job="thanos-compactor"}[1h]))',
          legend: "failed to look",
        },
      ],
      min: 0,
    },
  ),
];

const ruler: Panel[] = [
  graph(
    "Time of a group",
    'max by (instance) (prometheus_rule_group_duration_seconds{job="thanos-ruler", quantile="0.99"})',
    "s",
    "Seconds within which 99 % of the groups were evaluated.",
    { legend: "{{instance}}" },
  ),
  graph(
    "Evaluations with warnings",
    'sum by (instance) (increase(thanos_rule_evaluation_with_warnings_total{job="thanos-ruler"}[1h]))',
    "short",
    "Evaluations of the last hour that missed a store, and alerts that were lost.",
    {
      legend: "{{instance}}",
      more: [
        {
          expression:
            'sum by (instance) (increase(thanos_alert_queue_alerts_dropped_total{job="thanos-ruler"}[1h]))',
          legend: "{{instance}} lost alerts",
        },
      ],
      min: 0,
    },
  ),
];

const bucket: Panel[] = [
  graph(
    "Operations",
    `sum by (operation) (rate(thanos_objstore_bucket_operations_total{job=~"${thanosJobs}"}[$__rate_interval]))`,
    "ops",
    "Operations on the bucket per second.",
    { legend: "{{operation}}" },
  ),
  graph(
    "Failed operations",
    `sum by (job, operation) (rate(thanos_objstore_bucket_operation_failures_total{job=~"${thanosJobs}"}[$__rate_interval]))`,
    "ops",
    "Per second. Nothing is good.",
    { legend: "{{job}} {{operation}}" },
  ),
];

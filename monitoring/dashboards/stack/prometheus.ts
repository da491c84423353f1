import type { Dashboard, Panel, System } from "../../model.ts";
import { graph, row, tile, yesNo } from "../panels.ts";

/** `job="prometheus"` and the chosen replicas. */
const own = 'job="prometheus", instance=~"$instance"';

/** The pair of Prometheus: what it takes in, evaluates, keeps, tells and answers. */
export function prometheusDashboard(system: System): Dashboard {
  return {
    uid: "prometheus",
    title: "Prometheus",
    about: "Each replica's intake, rules, storage, notifications and queries.",
    from: "1h",
    variables: [{ name: "instance", label: "Replica", series: 'up{job="prometheus"}', values: "instance" }],
    panels: [
      ...row("Now", now),
      ...row("Intake", intake),
      ...row("Rules", rules),
      ...row("Storage", storage),
      ...row("Telling the Alertmanagers", notifications),
      ...(system.longTerm.mode === "receive" || system.longTerm.remoteWrite !== undefined
        ? row("Remote write", remoteWrite)
        : []),
      ...row("Queries and resources", queries),
    ],
  };
}

const byReplica = { legend: "{{instance}}" };

const now: Panel[] = [
  tile("Answers", `up{${own}}`, "short", "Whether the replica answers a scrape.", {
    ...byReplica,
    words: yesNo("up", "down"),
    thresholds: [1, 0],
  }),
  tile(
    "Configuration",
    `prometheus_config_last_reload_successful{${own}}`,
    "short",
    "Whether the last reload was accepted.",
    { ...byReplica, words: yesNo("live", "refused"), thresholds: [1, 0] },
  ),
  tile("Running for", `time() - process_start_time_seconds{${own}}`, "s", "Time since the start.", byReplica),
  tile(
    "Data reach back",
    `time() - prometheus_tsdb_lowest_timestamp_seconds{${own}}`,
    "s",
    "Age of the oldest sample on the replica's own disk.",
    byReplica,
  ),
  tile("Series", `prometheus_tsdb_head_series{${own}}`, "short", "Active series.", byReplica),
  tile(
    "Difference of the pair",
    'max(prometheus_tsdb_head_series{job="prometheus"}) / min(prometheus_tsdb_head_series{job="prometheus"}) - 1',
    "percentunit",
    "How many more series one replica has than the other: they should see the same.",
    { thresholds: [0.05, 0.2] },
  ),
];

const intake: Panel[] = [
  graph(
    "Samples",
    `rate(prometheus_tsdb_head_samples_appended_total{${own}, type="float"}[$__rate_interval])`,
    "cps",
    "Samples per second that the replica stores.",
    byReplica,
  ),
  graph(
    "Samples by job",
    "topk(10, sum by (job) (scrape_samples_post_metric_relabeling))",
    "short",
    "Samples of one scrape of all targets of a job, after relabelling: where the series come from.",
    { legend: "{{job}}" },
  ),
  graph(
    "Slowest scrapes",
    "topk(10, max by (job) (scrape_duration_seconds))",
    "s",
    "Seconds of the slowest target of each job.",
    { legend: "{{job}}" },
  ),
  graph(
    "Refused samples",
    `sum by (instance) (rate(prometheus_target_scrapes_sample_duplicate_timestamp_total{${own}}[$__rate_interval]))`,
    "cps",
    "Samples per second that were not stored, by reason. Nothing is good.",
    {
      legend: "{{instance}} duplicate",
      more: [
        {
          expression: `sum by (instance) (rate(prometheus_target_scrapes_sample_out_of_order_total{${own}}[$__rate_interval]))`,
          legend: "{{instance}} out of order",
        },
        {
          expression: `sum by (instance) (rate(prometheus_target_scrapes_sample_out_of_bounds_total{${own}}[$__rate_interval]))`,
          legend: "{{instance}} too old",
        },
        {
          expression: `sum by (instance) (rate(prometheus_target_scrapes_exceeded_sample_limit_total{${own}}[$__rate_interval]))`,
          legend: "{{instance}} over a limit",
        },
      ],
    },
  ),
];

const rules: Panel[] = [
  graph(
    "Share of its interval that a group takes",
    `topk(10, max by (rule_group) (label_replace(prometheus_rule_group_last_duration_seconds{${own}} / prometheus_rule_group_interval_seconds{${own}}, "rule_group", "$1", "rule_group", ".*;(.*)")))`,
    "percentunit",
    "Time of the last evaluation by the time between evaluations. At 1 evaluations are left out.",
    { legend: "{{rule_group}}", thresholds: [0.2, 0.8] },
  ),
  graph(
    "Evaluations that failed or were left out",
    `sum by (instance) (rate(prometheus_rule_evaluation_failures_total{${own}}[$__rate_interval]))`,
    "cps",
    "Per second. Nothing is good.",
    {
      legend: "{{instance}} failed",
      more: [
        {
          expression: `sum by (instance) (rate(prometheus_rule_group_iterations_missed_total{${own}}[$__rate_interval]))`,
          legend: "{{instance}} left out",
        },
      ],
    },
  ),
];

const storage: Panel[] = [
  graph(
    "Disk",
    `prometheus_tsdb_storage_blocks_bytes{${own}}`,
    "bytes",
    "Bytes of blocks, the write-ahead log and the chunks in memory.",
    {
      legend: "{{instance}} blocks",
      more: [
        { expression: `prometheus_tsdb_wal_storage_size_bytes{${own}}`, legend: "{{instance}} log" },
        {
          expression: `prometheus_tsdb_head_chunks_storage_size_bytes{${own}}`,
          legend: "{{instance}} head chunks",
        },
      ],
      opens: "capacity",
    },
  ),
  graph(
    "Series made and dropped",
    `rate(prometheus_tsdb_head_series_created_total{${own}}[$__rate_interval])`,
    "cps",
    "New series per second, and those that were forgotten: many of both are churn.",
    {
      legend: "{{instance}} made",
      more: [
        {
          expression: `rate(prometheus_tsdb_head_series_removed_total{${own}}[$__rate_interval])`,
          legend: "{{instance}} dropped",
        },
      ],
    },
  ),
  graph(
    "Compactions",
    `increase(prometheus_tsdb_compactions_total{${own}}[1h])`,
    "short",
    "Compactions of the last hour, and those that failed.",
    {
      legend: "{{instance}}",
      more: [
        {
          expression: `increase(prometheus_tsdb_compactions_failed_total{${own}}[1h])`,
          legend: "{{instance}} failed",
        },
      ],
    },
  ),
  graph("Blocks", `prometheus_tsdb_blocks_loaded{${own}}`, "short", "Blocks on disk.", byReplica),
];

const notifications: Panel[] = [
  graph(
    "Alerts sent",
    `sum by (instance) (rate(prometheus_notifications_sent_total{${own}}[$__rate_interval]))`,
    "cps",
    "Alerts per second to the Alertmanagers, repeats included, and those that were lost.",
    {
      legend: "{{instance}}",
      more: [
        {
          expression: `sum by (instance) (rate(prometheus_notifications_errors_total{${own}}[$__rate_interval]))`,
          legend: "{{instance}} failed",
        },
        {
          expression: `sum by (instance) (rate(prometheus_notifications_dropped_total{${own}}[$__rate_interval]))`,
          legend: "{{instance}} dropped",
        },
      ],
      opens: "alertmanager",
    },
  ),
  graph(
    "Alertmanagers known",
    `prometheus_notifications_alertmanagers_discovered{${own}}`,
    "short",
    "Alertmanagers that the replica tells.",
    byReplica,
  ),
];

const remoteWrite: Panel[] = [
  graph(
    "Behind by",
    `max by (instance) (prometheus_remote_storage_highest_timestamp_in_seconds{${own}} - on (instance) group_right prometheus_remote_storage_queue_highest_sent_timestamp_seconds{${own}})`,
    "s",
    "Seconds between the newest sample and the newest that was sent.",
    { ...byReplica, thresholds: [60, 300] },
  ),
  graph(
    "Samples sent",
    `sum by (instance) (rate(prometheus_remote_storage_samples_total{${own}}[$__rate_interval]))`,
    "cps",
    "Samples per second to long-term storage, and those that failed.",
    {
      ...byReplica,
      more: [
        {
          expression: `sum by (instance) (rate(prometheus_remote_storage_samples_failed_total{${own}}[$__rate_interval]))`,
          legend: "{{instance}} failed",
        },
        {
          expression: `sum by (instance) (rate(prometheus_remote_storage_samples_retried_total{${own}}[$__rate_interval]))`,
          legend: "{{instance}} again",
        },
      ],
    },
  ),
  graph(
    "Shards",
    `sum by (instance) (prometheus_remote_storage_shards{${own}})`,
    "short",
    "Senders at work, and how many are wanted.",
    {
      legend: "{{instance}} at work",
      more: [
        {
          expression: `sum by (instance) (prometheus_remote_storage_shards_desired{${own}})`,
          legend: "{{instance}} wanted",
        },
      ],
    },
  ),
  graph(
    "Waiting samples",
    `sum by (instance) (prometheus_remote_storage_samples_pending{${own}})`,
    "short",
    "Samples in the senders' queues.",
    byReplica,
  ),
];

const queries: Panel[] = [
  graph(
    "Time of a query",
    `max by (instance) (prometheus_engine_query_duration_seconds{${own}, slice="inner_eval", quantile="0.99"})`,
    "s",
    "Seconds within which 99 % of the queries, those of rules included, were evaluated.",
    byReplica,
  ),
  graph(
    "Requests",
    `sum by (instance, code) (rate(prometheus_http_requests_total{${own}}[$__rate_interval]))`,
    "reqps",
    "HTTP requests per second by status.",
    { legend: "{{instance}} {{code}}" },
  ),
  graph("CPU", `rate(process_cpu_seconds_total{${own}}[$__rate_interval])`, "short", "Cores.", byReplica),
  graph("Memory", `process_resident_memory_bytes{${own}}`, "bytes", "Resident memory.", {
    ...byReplica,
    opens: "capacity",
  }),
];

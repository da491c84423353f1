/** Prometheus' own storage: blocks, write-ahead log, and how long it keeps. */
import type { Alert } from "../model.ts";
import type { Deployed } from "./deployed.ts";

export function storageAlerts({ system, patience }: Deployed): Alert[] {
  const { time, size } = system.retention.local;
  return [
    {
      name: "PrometheusWalFailing",
      expression: `sum by (instance) (
  increase(prometheus_tsdb_wal_writes_failed_total{job="prometheus"}[5m])
  + increase(prometheus_tsdb_wal_truncations_failed_total{job="prometheus"}[5m])
  + increase(prometheus_tsdb_checkpoint_creations_failed_total{job="prometheus"}[5m])
  + increase(prometheus_tsdb_wal_corruptions_total{job="prometheus"}[5m])
) > 0`,
      for: patience,
      keepFiringFor: "10m",
      severity: "critical",
      summary: "{{ $labels.instance }} cannot write its write-ahead log",
      description:
        'The write-ahead log of {{ $labels.instance }} failed {{ $value | printf "%.0f" }} times in 5 minutes: what is not in it is lost at a restart.',
      dashboard: "prometheus",
      runbook: {
        meaning: "Writing, cutting or reading the log failed: the disk is full, read-only, or broken.",
        impact:
          "A restart loses up to two hours of this replica, and the disk may be about to fail altogether.",
        firstLook: [
          {
            promql: 'prometheus_tsdb_wal_storage_size_bytes{job="prometheus"}',
            shows: "a log that only grows is no longer cut",
          },
          "Prometheus' log: `no space left on device`, `read-only file system`, `input/output error`",
        ],
        mend: [
          "A full disk: free space; lower retention.local.size to 80 % of the volume.",
          "A broken disk: replace it; the other replica and the bucket have the data.",
          "A corruption: restart it, it repairs the log and says what it lost.",
        ],
      },
    },
    {
      name: "PrometheusCompactionsFailing",
      expression: `sum by (instance) (
  increase(prometheus_tsdb_compactions_failed_total{job="prometheus"}[1h])
  + increase(prometheus_tsdb_head_truncations_failed_total{job="prometheus"}[1h])
) > 0`,
      for: "10m",
      keepFiringFor: "30m",
      severity: "warning",
      summary: "{{ $labels.instance }} cannot make blocks of its samples",
      description:
        'Compaction at {{ $labels.instance }} failed {{ $value | printf "%.0f" }} times within an hour; its head, and its memory, only grow.',
      dashboard: "prometheus",
      runbook: {
        meaning: "Prometheus cannot write a new block, or cannot cut its head after it.",
        impact: "Memory and the write-ahead log grow, until the process is killed; nothing new is uploaded.",
        firstLook: [
          {
            promql: 'prometheus_tsdb_head_min_time_seconds{job="prometheus"}',
            shows: "older than three hours: the head is not cut",
          },
          "Prometheus' log: `Compaction failed` with the block and the reason",
        ],
        mend: [
          "No space: a compaction needs room for the block that it writes.",
          "A broken block: move the named folder out of the data directory and restart.",
        ],
      },
    },
    {
      name: "PrometheusBlockReloadsFailing",
      expression: 'increase(prometheus_tsdb_reloads_failures_total{job="prometheus"}[1h]) > 0',
      for: "10m",
      keepFiringFor: "30m",
      severity: "warning",
      summary: "{{ $labels.instance }} cannot read its blocks",
      description:
        '{{ $labels.instance }} failed {{ $value | printf "%.0f" }} times within an hour to load its blocks from disk.',
      dashboard: "prometheus",
      runbook: {
        meaning: "A block on disk is incomplete or unreadable.",
        impact: "History is missing from answers, and old blocks are not deleted.",
        firstLook: [
          { promql: 'prometheus_tsdb_blocks_loaded{job="prometheus"}', shows: "how many blocks are loaded" },
          "Prometheus' log: `reloadBlocks` with the block's name",
        ],
        mend: [
          "Move the named block out of the data directory; long-term storage has it when it was uploaded.",
          "Several blocks: look at the disk itself.",
        ],
      },
    },
    {
      name: "PrometheusRetentionBySize",
      expression: 'increase(prometheus_tsdb_size_retentions_total{job="prometheus"}[1d]) > 0',
      for: "10m",
      severity: "warning",
      summary: `{{ $labels.instance }} keeps less than the ${time} that are promised`,
      description: `{{ $labels.instance }} dropped its oldest block {{ $value | printf "%.0f" }} times within a day because ${size} were full before ${time} were over.`,
      dashboard: "capacity",
      runbook: {
        meaning: `The limit of ${size} acts before that of ${time}: more is taken in than the capacity plan assumes.`,
        impact: "Local queries reach back less far than promised; long-term storage is complete.",
        firstLook: [
          {
            promql: 'time() - prometheus_tsdb_lowest_timestamp_seconds{job="prometheus"}',
            shows: "how far back it reaches, in seconds",
          },
          {
            promql: 'rate(prometheus_tsdb_head_samples_appended_total{job="prometheus"}[1h])',
            shows: "samples per second, to be compared with the plan's",
          },
          {
            promql: "topk(5, sum by (job) (scrape_samples_post_metric_relabeling))",
            shows: "the largest jobs",
          },
        ],
        mend: [
          "A job that grew by mistake: see JobSeriesGrow.",
          "An honest load: a larger volume and retention.local.size, or a longer interval.",
        ],
      },
    },
  ];
}

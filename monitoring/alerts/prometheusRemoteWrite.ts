/** Whether what leaves by remote write arrives, in time. */
import type { Alert } from "../model.ts";
import type { Deployed } from "./deployed.ts";

export function remoteWriteAlerts({ system, patience }: Deployed): Alert[] {
  if (system.longTerm.remoteWrite === undefined) return [];
  return [
    {
      name: "PrometheusRemoteWriteFailing",
      expression: `rate(prometheus_remote_storage_samples_failed_total{job="prometheus"}[5m])
  / (rate(prometheus_remote_storage_samples_failed_total{job="prometheus"}[5m]) + rate(prometheus_remote_storage_samples_total{job="prometheus"}[5m])) > 0.01`,
      for: "5m",
      keepFiringFor: patience,
      severity: "critical",
      summary: "{{ $labels.instance }} loses samples on the way to long-term storage",
      description:
        "{{ $value | humanizePercentage }} of the samples that {{ $labels.instance }} sends to {{ $labels.remote_name }} are refused for good.",
      dashboard: "prometheus",
      runbook: {
        meaning:
          "The receiver answers with an error that a retry would not mend (4xx): the samples are dropped.",
        impact: "They are missing in long-term storage and in global views for ever; locally they are there.",
        firstLook: [
          "Prometheus' log: `non-recoverable error` with the status and the receiver's words",
          {
            promql: 'sum by (code) (rate(http_requests_total{job="thanos-receive", handler="receive"}[5m]))',
            shows: "how the receiver answers",
          },
        ],
        mend: [
          "401, 403 or x509: the certificate or password of remote write; `pulumi up` writes it anew.",
          "409: two writers with one identity; each needs its own replica label.",
          "400: labels or samples that the receiver refuses; its log names them.",
        ],
      },
    },
    {
      name: "PrometheusRemoteWriteBehind",
      // Against what is stored: a queue that is full takes in nothing, and its own highest timestamp stands still (since 3.7).
      expression: `max by (instance) (prometheus_tsdb_head_max_time_seconds{job="prometheus"})
  - on (instance) group_right () prometheus_remote_storage_queue_highest_sent_timestamp_seconds{job="prometheus"} > 120`,
      for: "10m",
      keepFiringFor: patience,
      severity: "critical",
      summary: "{{ $labels.instance }} is behind with its remote write",
      description:
        "What {{ $labels.instance }} has sent to {{ $labels.remote_name }} is {{ $value | humanizeDuration }} older than what it has stored.",
      dashboard: "prometheus",
      runbook: {
        meaning:
          "Samples wait in the write-ahead log: the receiver is down, slow, or refuses with a 5xx, which is retried. Decades: nothing has been sent since Prometheus started.",
        impact:
          "Long-term storage and global views lag. What is older than two hours when it is read is lost to them.",
        firstLook: [
          {
            promql:
              'prometheus_remote_storage_shards{job="prometheus"} / prometheus_remote_storage_shards_max{job="prometheus"}',
            shows: "1: sending is at its limit",
          },
          {
            promql: 'rate(prometheus_remote_storage_samples_retried_total{job="prometheus"}[5m])',
            shows: "above 0: the receiver fails",
          },
          { promql: 'up{job="thanos-receive"}', shows: "whether the receivers are up" },
        ],
        mend: [
          "Receivers down: start them; Prometheus sends what it kept.",
          "Receivers slow: look at their CPU and disk before allowing more shards, which would press them harder.",
        ],
      },
    },
    {
      name: "PrometheusRemoteWriteShardsAtMax",
      expression:
        'prometheus_remote_storage_shards_desired{job="prometheus"} / prometheus_remote_storage_shards_max{job="prometheus"} > 1',
      for: "15m",
      keepFiringFor: patience,
      severity: "warning",
      summary: "{{ $labels.instance }} would need more shards to keep up",
      description:
        "{{ $labels.instance }} wants {{ $value | humanizePercentage }} of the most shards that its queue to {{ $labels.remote_name }} may have.",
      dashboard: "prometheus",
      runbook: {
        meaning: "Even with the most shards the queue is not emptied as fast as it is filled.",
        impact: "None yet; soon the remote write is behind.",
        firstLook: [
          {
            promql:
              'histogram_quantile(0.99, sum by (le) (rate(prometheus_remote_storage_sent_batch_duration_seconds_bucket{job="prometheus"}[5m])))',
            shows: "how long a batch takes",
          },
          {
            promql: 'rate(prometheus_remote_storage_samples_total{job="prometheus"}[5m])',
            shows: "samples per second that arrive",
          },
        ],
        mend: [
          "Slow batches: the receiver is the limit, not the shards.",
          "Quick batches: larger ones (maxSamplesPerSend), or more shards, in systems/.",
        ],
      },
    },
  ];
}

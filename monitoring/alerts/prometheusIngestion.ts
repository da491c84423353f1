/** What a Prometheus takes in: that it does, and what it has to throw away. */
import type { Alert } from "../model.ts";
import type { Deployed } from "./deployed.ts";

export function ingestionAlerts({ patience }: Deployed): Alert[] {
  return [
    {
      name: "PrometheusNotIngesting",
      expression: `sum by (instance) (rate(prometheus_tsdb_head_samples_appended_total{job="prometheus"}[5m])) == 0
and on (instance) sum by (instance) (prometheus_target_scrape_pool_targets{job="prometheus"}) > 0`,
      for: patience,
      keepFiringFor: patience,
      severity: "critical",
      summary: "{{ $labels.instance }} stores no samples",
      description:
        'Prometheus {{ $labels.instance }} has targets and has stored {{ $value | printf "%.0f" }} samples per second over 5 minutes.',
      dashboard: "prometheus",
      runbook: {
        meaning:
          "The replica has targets, answers, and stores nothing, not even that its scrapes fail: its storage refuses.",
        impact: "This replica is blind, and its alerts are silent or false; the other one still works.",
        firstLook: [
          {
            promql: 'prometheus_tsdb_head_active_appenders{job="prometheus"}',
            shows: "appenders that never end: the storage is stuck",
          },
          "Its log: `no space left on device`, `permission denied`",
        ],
        mend: ["A full disk: free space, then restart it; see retention.local in systems/."],
      },
    },
    {
      name: "PrometheusSamplesOutOfOrder",
      expression:
        'rate(prometheus_target_scrapes_sample_out_of_order_total{job="prometheus"}[5m]) + rate(prometheus_target_scrapes_sample_out_of_bounds_total{job="prometheus"}[5m]) > 0',
      for: "10m",
      keepFiringFor: "10m",
      severity: "warning",
      summary: "{{ $labels.instance }} drops samples that are out of order",
      description:
        "Prometheus {{ $labels.instance }} drops {{ $value | humanize }} samples per second, because they are older than what it has of the series.",
      dashboard: "prometheus",
      runbook: {
        meaning: "A target sends timestamps of its own that go back, or two targets share one set of labels.",
        impact: "The samples are lost, and the series is a mixture of two.",
        firstLook: [
          "Prometheus' log at warn: `Error on ingesting out-of-order samples` names the scrape pool and target",
          { promql: "count by (job, instance) (up) > 1", shows: "targets that share their labels" },
        ],
        mend: [
          "Two targets with one identity: give each its own `instance`.",
          "Federation or PushGateway: honour their labels, and let nobody push timestamps.",
          "A clock that went back: see HostClockSkewed.",
        ],
      },
    },
    {
      name: "PrometheusSamplesDuplicated",
      expression:
        'rate(prometheus_target_scrapes_sample_duplicate_timestamp_total{job="prometheus"}[5m]) > 0',
      for: "10m",
      keepFiringFor: "10m",
      severity: "warning",
      summary: "{{ $labels.instance }} drops samples with a time that it has already",
      description:
        "Prometheus {{ $labels.instance }} drops {{ $value | humanize }} samples per second: another value of the series has the same time.",
      dashboard: "prometheus",
      runbook: {
        meaning:
          "A target exposes one series twice with different values, or relabelling makes two series one.",
        impact: "Which of the two values is kept is chance.",
        firstLook: [
          "Prometheus' log at warn: `Error on ingesting samples with different value but same timestamp` names the target",
          "curl the target's /metrics and look for a line that is there twice",
        ],
        mend: [
          "A rule of metricRelabel that drops a label which told series apart: keep it, or aggregate in a recording rule.",
          "The exporter itself: report it, and drop the metric meanwhile.",
        ],
      },
    },
    {
      name: "PrometheusScrapeLimitHit",
      expression: `sum by (instance) (
  increase(prometheus_target_scrapes_exceeded_sample_limit_total{job="prometheus"}[5m])
  + increase(prometheus_target_scrapes_exceeded_body_size_limit_total{job="prometheus"}[5m])
  + increase(prometheus_target_scrape_pool_exceeded_label_limits_total{job="prometheus"}[5m])
  + increase(prometheus_target_scrape_pool_exceeded_target_limit_total{job="prometheus"}[5m])
) > 0`,
      for: patience,
      keepFiringFor: "5m",
      // The page is TargetDown: this says why.
      severity: "info",
      summary: "{{ $labels.instance }} refuses targets that are over their job's limits",
      description:
        'Prometheus {{ $labels.instance }} threw away {{ $value | printf "%.0f" }} scrapes in 5 minutes, because they were over a limit of samples, labels, size or targets.',
      dashboard: "prometheus",
      runbook: {
        meaning: "A target exposes more than the limits of its job allow, so that nothing of it is stored.",
        impact: "The target counts as down. The limits protect everything else from it.",
        firstLook: [
          {
            promql: "scrape_samples_post_metric_relabeling / (scrape_sample_limit > 0) > 0.8",
            shows: "who is near or over",
          },
          "Status → Target health: the last error names the limit",
        ],
        mend: [
          "A label that explodes: mend it in the application, or drop it by metricRelabel.",
          "Honest growth: raise seriesPerTarget or limits in systems/.",
        ],
      },
    },
    {
      name: "PrometheusDiscoveryFailing",
      expression: `sum by (instance) (increase(prometheus_sd_refresh_failures_total{job="prometheus"}[10m])) > 0
or sum by (instance) (increase(prometheus_sd_kubernetes_failures_total{job="prometheus"}[10m])) > 0
or sum by (instance) (increase(prometheus_target_sync_failed_total{job="prometheus"}[10m])) > 0`,
      for: "10m",
      severity: "warning",
      summary: "{{ $labels.instance }} cannot ask who its targets are",
      description:
        'Service discovery of Prometheus {{ $labels.instance }} has failed {{ $value | printf "%.0f" }} times in 10 minutes; it goes on with the targets that it knew.',
      dashboard: "prometheus",
      runbook: {
        meaning:
          "The API of Kubernetes or of the cloud refuses or does not answer, or a target's address cannot be made.",
        impact: "New targets are not scraped, and those that are gone count as down.",
        firstLook: [
          {
            promql:
              'sum by (instance, config, mechanism) (increase(prometheus_sd_refresh_failures_total{job="prometheus"}[10m]))',
            shows: "which discovery fails",
          },
          { promql: 'prometheus_sd_discovered_targets{job="prometheus"}', shows: "what it still knows" },
          "Prometheus' log: 401 and 403 are rights, timeouts the network",
        ],
        mend: [
          "Rights: the identity has lost its role; `pulumi up` gives it back.",
          "Network: the API must be reachable from the pod; see the network policies.",
        ],
      },
    },
  ];
}

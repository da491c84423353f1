/** The sidecars: whether queries reach their Prometheus, and blocks the bucket. */
import type { Alert } from "../../model.ts";
import { of, unavailable, type Deployed } from "../deployed.ts";

export function sidecarAlerts(deployed: Deployed): Alert[] {
  const { patience, afterwards } = deployed;
  return of(deployed, "thanos-sidecar", () => [
    unavailable(deployed, {
      name: "ThanosSidecarUnavailable",
      component: "thanos-sidecar",
      title: "the Thanos sidecars",
      severity: "critical",
      dashboard: "thanos",
      impact: "Queries see nothing of the last hours, and no block is uploaded.",
      mend: [
        "Start them; a sidecar ends when its Prometheus has no external labels, or its bucket's configuration is wrong.",
      ],
    }),
    {
      name: "ThanosSidecarPrometheusUnreachable",
      expression: 'thanos_sidecar_prometheus_up{job="thanos-sidecar"} == 0',
      for: afterwards,
      keepFiringFor: patience,
      severity: "critical",
      summary: "{{ $labels.instance }} does not reach its Prometheus",
      description: `{{ $labels.instance }} has not reached the Prometheus beside it for ${afterwards} (prometheus_up is {{ $value | printf "%.0f" }}): queries do not see this replica.`,
      dashboard: "thanos",
      runbook: {
        meaning: "The sidecar runs, and its Prometheus refuses it or does not answer.",
        impact: "Queries go on with the other replica. With both gone they see nothing of the last hours.",
        firstLook: [
          { promql: 'up{job="prometheus"}', shows: "1: Prometheus is well, and refuses the sidecar" },
          "The sidecar's log: 401, x509, connection refused",
        ],
        mend: [
          "Prometheus is down: start it.",
          "401 or x509: `pulumi up` writes passwords and certificates anew.",
        ],
      },
    },
    {
      name: "ThanosSidecarUploadFailing",
      expression: 'increase(thanos_shipper_upload_failures_total{job="thanos-sidecar"}[15m]) > 0',
      for: "15m",
      severity: "warning",
      summary: "{{ $labels.instance }} cannot upload its blocks",
      description:
        '{{ $labels.instance }} failed {{ $value | printf "%.0f" }} times in 15 minutes to upload a block; it tries again.',
      dashboard: "thanos",
      runbook: {
        meaning: "The bucket refuses, or cannot be reached.",
        impact: "Blocks wait on Prometheus' disk. They are lost only when its retention ends first.",
        firstLook: [
          {
            promql:
              'sum by (operation) (rate(thanos_objstore_bucket_operation_failures_total{job="thanos-sidecar"}[5m]))',
            shows: "which operation fails",
          },
          "The sidecar's log: the store's own answer, such as AccessDenied",
        ],
        mend: [
          "AccessDenied: the identity has lost its role; `pulumi up` gives it back.",
          "A full or read-only disk (file system bucket): free space.",
        ],
      },
    },
    {
      name: "ThanosSidecarUploadLate",
      expression:
        '(time() - max by (instance) (thanos_objstore_bucket_last_successful_upload_time{job="thanos-sidecar"} > 0)) > 3 * 3600',
      for: "15m",
      keepFiringFor: "5m",
      severity: "warning",
      summary: "{{ $labels.instance }} has uploaded nothing for {{ $value | humanizeDuration }}",
      description:
        "The last upload of {{ $labels.instance }} was {{ $value | humanizeDuration }} ago; a block is made every 2 h.",
      dashboard: "thanos",
      runbook: {
        meaning: "A block is due every two hours, and none has reached the bucket for three.",
        impact:
          "Long-term storage has a hole that grows; it closes by itself when uploads go on before local retention ends.",
        firstLook: [
          {
            promql: 'increase(prometheus_tsdb_compactions_failed_total{job="prometheus"}[6h])',
            shows: "above 0: Prometheus makes no blocks",
          },
          {
            promql: 'thanos_shipper_upload_failures_total{job="thanos-sidecar"}',
            shows: "whether it tries and fails",
          },
        ],
        mend: [
          "No blocks: see PrometheusCompactionsFailing.",
          "It does not try: restart the sidecar, it uploads what is missing.",
        ],
      },
    },
  ]);
}

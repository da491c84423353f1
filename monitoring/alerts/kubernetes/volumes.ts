/** Volumes of pods. */
import type { Alert } from "../../model.ts";
import type { Deployed } from "../deployed.ts";

export function volumeAlerts({ own, patience }: Deployed): Alert[] {
  const of = (metric: string) => `${metric}{job="kubernetes-nodes"${own}}`;
  const free = `${of("kubelet_volume_stats_available_bytes")} / ${of("kubelet_volume_stats_capacity_bytes")}`;
  return [
    full("warning", `${free} < 0.10`, patience, "10 %"),
    full("critical", `${free} < 0.03`, patience, "3 %"),
    {
      name: "KubePersistentVolumePredictedFull",
      expression: `predict_linear(${of("kubelet_volume_stats_available_bytes")}[6h], 4 * 86400) < 0
and ${free} < 0.3
and ${of("kubelet_volume_stats_available_bytes")} offset 5h >= 0`,
      for: "1h",
      severity: "warning",
      summary: "{{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} will be full within four days",
      description:
        "At the pace of the last 6 hours {{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} lacks {{ $value | humanize1024 }}B in four days.",
      dashboard: "capacity",
      runbook: {
        meaning: "The free space falls in a line that meets zero within four days.",
        impact: "None yet. What happens then is under KubePersistentVolumeFull.",
        firstLook: [
          {
            promql: of("kubelet_volume_stats_available_bytes"),
            shows: "a steady fall, or a saw that is in order",
          },
        ],
        mend: [
          "A saw of compaction: none.",
          "A steady fall: a larger claim (`volume` in systems/), which grows without a restart.",
        ],
      },
    },
    {
      name: "KubePersistentVolumeClaimPending",
      expression:
        'kube_persistentvolumeclaim_status_phase{job="kube-state-metrics", phase=~"Pending|Lost"} == 1',
      for: "15m",
      keepFiringFor: patience,
      severity: "warning",
      summary: "{{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} has no volume",
      description:
        '{{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} has been {{ $labels.phase }} for 15 minutes ({{ $value | printf "%.0f" }}).',
      dashboard: "hosts",
      runbook: {
        meaning: "No volume could be made for the claim, or its volume is gone.",
        impact: "Its pod does not start, and waits for the volume.",
        firstLook: [
          "kubectl -n NAMESPACE describe pvc NAME: its events",
          { promql: 'kube_persistentvolumeclaim_info{job="kube-state-metrics"}', shows: "its storage class" },
        ],
        mend: [
          "No pod uses it: with WaitForFirstConsumer that is in order; delete it.",
          "A quota of the cloud: raise it.",
          "Lost: restore it from its snapshot.",
        ],
      },
    },
  ];
}

/** One family of two steps; the graver one inhibits the other. */
function full(
  severity: "warning" | "critical",
  expression: string,
  patience: Alert["for"],
  left: string,
): Alert {
  return {
    name: "KubePersistentVolumeFull",
    expression,
    for: severity === "critical" ? patience : "10m",
    keepFiringFor: patience,
    severity,
    summary: `{{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} has less than ${left} free`,
    description:
      "{{ $value | humanizePercentage }} of {{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} are free.",
    dashboard: "hosts",
    runbook: {
      meaning: "The volume is about to be full: below 10 % a warning, below 3 % critical.",
      impact:
        "When it is full its pod cannot write: Prometheus and Receive store nothing, Alertmanager forgets at a restart.",
      firstLook: [
        {
          promql: "topk(5, 1 - kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes)",
          shows: "the fullest volumes",
        },
        "kubectl -n NAMESPACE exec POD -- du -xh --max-depth=2 /MOUNT",
      ],
      mend: [
        "A larger claim (`volume` in systems/), which grows without a restart.",
        "Prometheus' data: lower retention.local.size to 80 % of the volume.",
      ],
    },
  };
}

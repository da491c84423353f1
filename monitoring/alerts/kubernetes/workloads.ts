/** Workloads that have fewer pods than they should, and jobs that fail. */
import type { Alert } from "../../model.ts";
import type { Deployed } from "../deployed.ts";

const rollout = [
  "kubectl -n NAMESPACE rollout status and describe of it: what it waits for",
  {
    promql: 'kube_pod_status_phase{job="kube-state-metrics", phase!~"Running|Succeeded"} == 1',
    shows: "pods that do not run",
  },
] as const;

const rolloutMend = [
  "Pods that do not start: see KubePodNotReady and KubePodCrashLooping.",
  "A fresh release: kubectl -n NAMESPACE rollout undo.",
] as const;

export function workloadAlerts({ patience }: Deployed): Alert[] {
  return [
    {
      name: "KubeDeploymentReplicasMismatch",
      expression: `kube_deployment_spec_replicas{job="kube-state-metrics"} - kube_deployment_status_replicas_available{job="kube-state-metrics"} > 0`,
      for: "15m",
      keepFiringFor: patience,
      severity: "warning",
      summary: "{{ $labels.namespace }}/{{ $labels.deployment }} lacks replicas",
      description:
        '{{ $value | printf "%.0f" }} replicas of Deployment {{ $labels.namespace }}/{{ $labels.deployment }} have been missing for 15 minutes.',
      dashboard: "hosts",
      runbook: {
        meaning: "Fewer pods are available than are asked for.",
        impact: "What is left carries the load; there is less to spare.",
        firstLook: rollout,
        mend: rolloutMend,
      },
    },
    {
      name: "KubeStatefulSetReplicasMismatch",
      expression: `kube_statefulset_replicas{job="kube-state-metrics"} - kube_statefulset_status_replicas_ready{job="kube-state-metrics"} > 0`,
      for: "15m",
      keepFiringFor: patience,
      severity: "warning",
      summary: "{{ $labels.namespace }}/{{ $labels.statefulset }} lacks replicas",
      description:
        '{{ $value | printf "%.0f" }} replicas of StatefulSet {{ $labels.namespace }}/{{ $labels.statefulset }} have been missing for 15 minutes.',
      dashboard: "hosts",
      runbook: {
        meaning: "Fewer pods are ready than the StatefulSet asks for.",
        impact:
          "A member of a pair or a ring is missing: Prometheus, Alertmanager, Receive or Store among them.",
        firstLook: rollout,
        mend: ["A volume that cannot be attached: its node or zone; see the pod's events.", ...rolloutMend],
      },
    },
    {
      name: "KubeDaemonSetNotReady",
      expression: `kube_daemonset_status_desired_number_scheduled{job="kube-state-metrics"} - kube_daemonset_status_number_ready{job="kube-state-metrics"} > 0`,
      for: "15m",
      keepFiringFor: patience,
      severity: "warning",
      summary: "{{ $labels.namespace }}/{{ $labels.daemonset }} is missing on nodes",
      description:
        'DaemonSet {{ $labels.namespace }}/{{ $labels.daemonset }} has not been ready on {{ $value | printf "%.0f" }} nodes for 15 minutes.',
      dashboard: "hosts",
      runbook: {
        meaning: "On some of the nodes that should have it its pod does not run.",
        impact: "These nodes lack what it gives: metrics, network, volumes.",
        firstLook: rollout,
        mend: ["A node that is full: give the DaemonSet a priority.", ...rolloutMend],
      },
    },
    {
      name: "KubePodDisruptionBudgetAtLimit",
      expression: `kube_poddisruptionbudget_status_current_healthy{job="kube-state-metrics"} <= kube_poddisruptionbudget_status_desired_healthy{job="kube-state-metrics"}
and kube_poddisruptionbudget_status_expected_pods{job="kube-state-metrics"} > kube_poddisruptionbudget_status_desired_healthy{job="kube-state-metrics"}`,
      for: "30m",
      keepFiringFor: patience,
      severity: "warning",
      summary: "{{ $labels.namespace }}/{{ $labels.poddisruptionbudget }} lets no pod go",
      description:
        'Only {{ $value | printf "%.0f" }} pods of {{ $labels.namespace }}/{{ $labels.poddisruptionbudget }} are healthy: the least that it allows.',
      dashboard: "hosts",
      runbook: {
        meaning: "As many pods are down already as the budget lets be down.",
        impact: "Nodes cannot be drained: upgrades of the cluster wait or fail.",
        firstLook: [
          {
            promql: 'kube_poddisruptionbudget_status_pod_disruptions_allowed{job="kube-state-metrics"} == 0',
            shows: "which budgets are used up",
          },
          "kubectl -n NAMESPACE get pods: which one is down",
        ],
        mend: ["Bring the missing pod back; then nodes can be drained again."],
      },
    },
    {
      name: "KubeJobFailed",
      expression: 'kube_job_failed{job="kube-state-metrics", condition="true"} > 0',
      for: patience,
      keepFiringFor: patience,
      severity: "warning",
      summary: "Job {{ $labels.namespace }}/{{ $labels.job_name }} has failed",
      description:
        'Job {{ $labels.namespace }}/{{ $labels.job_name }} has given up (failed is {{ $value | printf "%.0f" }}).',
      dashboard: "hosts",
      runbook: {
        meaning: "All attempts that the Job may make ended badly.",
        impact: "What it should have done is not done.",
        firstLook: [
          "kubectl -n NAMESPACE logs job/NAME",
          { promql: 'kube_job_status_failed{job="kube-state-metrics"} > 0', shows: "attempts by reason" },
        ],
        mend: [
          "Mend the cause, delete the Job, and start it again: kubectl create job --from=cronjob/NAME.",
          "Delete it when it is no longer needed: this ends with it.",
        ],
      },
    },
    {
      name: "KubeHpaMaxedOut",
      expression: `kube_horizontalpodautoscaler_status_current_replicas{job="kube-state-metrics"} / kube_horizontalpodautoscaler_spec_max_replicas{job="kube-state-metrics"} >= 1
and kube_horizontalpodautoscaler_spec_max_replicas{job="kube-state-metrics"} > kube_horizontalpodautoscaler_spec_min_replicas{job="kube-state-metrics"}`,
      for: "15m",
      keepFiringFor: patience,
      severity: "warning",
      summary: "{{ $labels.namespace }}/{{ $labels.horizontalpodautoscaler }} cannot scale further",
      description:
        "{{ $labels.namespace }}/{{ $labels.horizontalpodautoscaler }} has had {{ $value | humanizePercentage }} of its most replicas for 15 minutes.",
      dashboard: "capacity",
      runbook: {
        meaning: "The autoscaler has reached its upper bound.",
        impact: "More load makes what it scales slow.",
        firstLook: [
          {
            promql: 'kube_horizontalpodautoscaler_status_target_metric{job="kube-state-metrics"}',
            shows: "what it goes by",
          },
          "kubectl -n NAMESPACE describe hpa NAME",
        ],
        mend: ["One client: find it, and slow it down.", "An honest load: raise maxReplicas in systems/."],
      },
    },
  ];
}

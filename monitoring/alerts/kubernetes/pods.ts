/** Pods that do not run, or do not stay. */
import type { Alert } from "../../model.ts";
import type { Deployed } from "../deployed.ts";

export function podAlerts({ patience }: Deployed): Alert[] {
  return [
    {
      name: "KubePodCrashLooping",
      expression:
        'max_over_time(kube_pod_container_status_waiting_reason{job="kube-state-metrics", reason="CrashLoopBackOff"}[5m]) == 1',
      for: "10m",
      keepFiringFor: "5m",
      severity: "warning",
      summary: "{{ $labels.namespace }}/{{ $labels.pod }} crashes again and again",
      description:
        'Container {{ $labels.container }} of {{ $labels.namespace }}/{{ $labels.pod }} ends after each start (CrashLoopBackOff is {{ $value | printf "%.0f" }}).',
      dashboard: "hosts",
      runbook: {
        meaning: "The container ends soon after each start, and the kubelet waits longer each time.",
        impact: "The pod does not work. Others of its workload may.",
        firstLook: [
          "kubectl -n NAMESPACE logs POD -c CONTAINER --previous: its last words",
          {
            promql: 'kube_pod_container_status_last_terminated_reason{job="kube-state-metrics"} == 1',
            shows: "OOMKilled, Error, Completed",
          },
        ],
        mend: [
          "A fresh release: kubectl rollout undo.",
          "OOMKilled: raise its limit.",
          "A Secret or a file that is missing: its events name it.",
        ],
      },
    },
    {
      name: "KubePodNotReady",
      expression: `max by (namespace, pod, node) (
  (
    kube_pod_status_phase{job="kube-state-metrics", phase=~"Pending|Unknown|Failed"}
    or kube_pod_status_ready{job="kube-state-metrics", condition="false"}
  )
  * on (namespace, pod) group_left (node) topk by (namespace, pod) (1, kube_pod_info{job="kube-state-metrics"})
) > 0
unless on (namespace, pod) kube_pod_status_phase{job="kube-state-metrics", phase="Succeeded"} == 1
unless on (namespace, pod) kube_pod_owner{job="kube-state-metrics", owner_kind="Job"}`,
      for: "15m",
      keepFiringFor: "5m",
      severity: "warning",
      summary: "{{ $labels.namespace }}/{{ $labels.pod }} does not become ready",
      description:
        '{{ $labels.namespace }}/{{ $labels.pod }} has been pending, failed, unknown or not ready for 15 minutes (that is {{ $value | printf "%.0f" }}).',
      dashboard: "hosts",
      runbook: {
        meaning:
          "The pod cannot be placed on a node, cannot start, fails its readiness probe, or its node is silent.",
        impact: "One replica of its workload is missing.",
        firstLook: [
          "kubectl -n NAMESPACE describe pod POD: its events",
          {
            promql: 'kube_pod_status_unschedulable{job="kube-state-metrics"} == 1',
            shows: "pods that fit on no node",
          },
          {
            promql: 'kube_pod_container_status_waiting_reason{job="kube-state-metrics"} == 1',
            shows: "what containers wait for",
          },
        ],
        mend: [
          "No room: more nodes, or smaller requests.",
          "ImagePullBackOff: the image's name, or the registry's password.",
          "A volume in another zone: a node there.",
        ],
      },
    },
    {
      name: "KubeContainerWaiting",
      expression:
        'kube_pod_container_status_waiting_reason{job="kube-state-metrics", reason!~"CrashLoopBackOff|ContainerCreating|PodInitializing"} > 0',
      for: "15m",
      keepFiringFor: "5m",
      severity: "warning",
      summary: "{{ $labels.namespace }}/{{ $labels.pod }} waits: {{ $labels.reason }}",
      description:
        'Container {{ $labels.container }} of {{ $labels.namespace }}/{{ $labels.pod }} has waited for 15 minutes: {{ $labels.reason }} ({{ $value | printf "%.0f" }}).',
      dashboard: "hosts",
      runbook: {
        meaning: "The container cannot be made: its image, a Secret, or its configuration is missing.",
        impact: "The pod does not start, and its replica is missing.",
        firstLook: [
          "kubectl -n NAMESPACE describe pod POD: its events name what is missing",
          {
            promql: 'kube_pod_container_status_waiting_reason{job="kube-state-metrics"} == 1',
            shows: "one pod, or all of an image",
          },
        ],
        mend: [
          "ImagePullBackOff: the image's name, or the registry's password.",
          "CreateContainerConfigError: a Secret or ConfigMap; see ExternalSecretNotSynced.",
        ],
      },
    },
    {
      name: "KubeContainerOomKilled",
      expression: `increase(kube_pod_container_status_restarts_total{job="kube-state-metrics"}[15m]) > 0
and on (namespace, pod, container) kube_pod_container_status_last_terminated_reason{job="kube-state-metrics", reason="OOMKilled"} == 1`,
      for: "0s",
      keepFiringFor: "15m",
      severity: "warning",
      summary: "{{ $labels.namespace }}/{{ $labels.pod }} ran out of memory",
      description:
        'Container {{ $labels.container }} of {{ $labels.namespace }}/{{ $labels.pod }} was ended at its memory limit, {{ $value | printf "%.0f" }} times in 15 minutes.',
      dashboard: "hosts",
      runbook: {
        meaning: "The container used more memory than its limit, and the kernel ended it.",
        impact: "What it held in memory is lost; it has been started again.",
        firstLook: [
          {
            promql:
              'sum by (namespace, pod, container) (container_memory_working_set_bytes{job="cadvisor", container!=""})',
            shows: "a ramp is a leak, a step is load",
          },
          {
            promql: 'kube_pod_container_resource_limits{job="kube-state-metrics", resource="memory"}',
            shows: "the limits",
          },
        ],
        mend: ["A leak: restart it, and keep a heap profile for its developers.", "Load: raise the limit."],
      },
    },
    {
      name: "KubeContainerThrottled",
      expression: `sum by (namespace, pod, container) (increase(container_cpu_cfs_throttled_periods_total{job="cadvisor", container!=""}[5m]))
  / sum by (namespace, pod, container) (increase(container_cpu_cfs_periods_total{job="cadvisor", container!=""}[5m])) > 0.5`,
      for: "15m",
      keepFiringFor: patience,
      severity: "info",
      summary: "{{ $labels.namespace }}/{{ $labels.pod }} is held back by its CPU limit",
      description:
        "Container {{ $labels.container }} of {{ $labels.namespace }}/{{ $labels.pod }} was held back in {{ $value | humanizePercentage }} of its periods.",
      dashboard: "hosts",
      runbook: {
        meaning: "The container wants more CPU than its limit, in more than half of the periods of 100 ms.",
        impact: "It is slow; if it answers probes, it may be restarted for it.",
        firstLook: [
          {
            promql:
              'sum by (namespace, pod, container) (rate(container_cpu_usage_seconds_total{job="cadvisor", container!=""}[5m]))',
            shows: "what it uses",
          },
          {
            promql: 'kube_pod_container_resource_limits{job="kube-state-metrics", resource="cpu"}',
            shows: "its limit",
          },
        ],
        mend: ["Raise the limit, or leave it out: a request shares fairly without one."],
      },
    },
  ];
}

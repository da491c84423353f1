import { counter, gauge, outage, steady, type Cases } from "./cases.ts";

/** A series of kube-state-metrics, under the labels of the object that it tells of. */
const state = (metric: string, labels: string) =>
  `${metric}{job="kube-state-metrics", instance="ksm", ${labels}}`;
const pod = 'namespace="shop", pod="web-1"';
const other = 'namespace="shop", pod="web-2"';
const container = `${pod}, container="web"`;
const kubelet = (metric: string, labels: string) =>
  `${metric}{job="kubernetes-nodes", instance="node-1", ${labels}}`;
const claim = 'namespace="monitoring", persistentvolumeclaim="data-0"';

export const kubernetesCases: Cases = ({ federates }) => [
  outage("KubeStateMetricsUnavailable", "kube-state-metrics"),
  {
    alert: "KubePodCrashLooping",
    series: {
      [state("kube_pod_container_status_waiting_reason", `${container}, reason="CrashLoopBackOff"`)]: gauge(
        "_",
        1,
        "_",
      ),
      [state(
        "kube_pod_container_status_waiting_reason",
        `${other}, container="web", reason="ContainerCreating"`,
      )]: steady(1),
    },
    fires: [pod],
  },
  {
    alert: "KubePodNotReady",
    series: {
      [state("kube_pod_status_phase", `${pod}, phase="Pending"`)]: gauge(0, 1),
      [state("kube_pod_status_phase", `${pod}, phase="Running"`)]: gauge(1, 0),
      [state("kube_pod_info", `${pod}, node="node-1"`)]: steady(1),
      // The pod of a Job may end badly: KubeJobFailed tells of that.
      [state("kube_pod_status_phase", `${other}, phase="Failed"`)]: steady(1),
      [state("kube_pod_info", `${other}, node="node-1"`)]: steady(1),
      [state("kube_pod_owner", `${other}, owner_kind="Job"`)]: steady(1),
    },
    fires: [`${pod}, node="node-1"`],
  },
  {
    // It runs, and fails its probe; one that has done its work is not ready either.
    alert: "KubePodNotReady",
    series: {
      [state("kube_pod_status_ready", `${pod}, condition="false"`)]: gauge(0, 1),
      [state("kube_pod_status_phase", `${pod}, phase="Running"`)]: steady(1),
      [state("kube_pod_info", `${pod}, node="node-1"`)]: steady(1),
      [state("kube_pod_status_ready", `${other}, condition="false"`)]: steady(1),
      [state("kube_pod_status_phase", `${other}, phase="Succeeded"`)]: steady(1),
      [state("kube_pod_info", `${other}, node="node-1"`)]: steady(1),
    },
    fires: [`${pod}, node="node-1"`],
  },
  {
    alert: "KubeContainerWaiting",
    series: {
      [state("kube_pod_container_status_waiting_reason", `${container}, reason="ImagePullBackOff"`)]: gauge(
        "_",
        1,
        "_",
      ),
      [state(
        "kube_pod_container_status_waiting_reason",
        `${other}, container="web", reason="CrashLoopBackOff"`,
      )]: steady(1),
    },
    fires: [`${pod}, reason="ImagePullBackOff"`],
  },
  {
    alert: "KubeContainerOomKilled",
    series: {
      [state("kube_pod_container_status_restarts_total", container)]: counter(0, 1),
      [state("kube_pod_container_status_last_terminated_reason", `${container}, reason="OOMKilled"`)]: gauge(
        "_",
        1,
        1,
      ),
      // Restarts for another reason.
      [state("kube_pod_container_status_restarts_total", `${other}, container="web"`)]: counter(0, 1),
      [state(
        "kube_pod_container_status_last_terminated_reason",
        `${other}, container="web", reason="Error"`,
      )]: steady(1),
    },
    fires: [pod],
  },
  {
    alert: "KubeContainerThrottled",
    series: {
      [`container_cpu_cfs_throttled_periods_total{job="cadvisor", ${container}}`]: counter(0, 400),
      [`container_cpu_cfs_periods_total{job="cadvisor", ${container}}`]: counter(600, 600),
    },
    fires: [pod],
  },
  {
    alert: "KubeDeploymentReplicasMismatch",
    series: {
      [state("kube_deployment_spec_replicas", 'namespace="shop", deployment="web"')]: steady(3),
      [state("kube_deployment_status_replicas_available", 'namespace="shop", deployment="web"')]: gauge(3, 2),
    },
    fires: ['deployment="web"'],
  },
  {
    alert: "KubeStatefulSetReplicasMismatch",
    series: {
      [state("kube_statefulset_replicas", 'namespace="monitoring", statefulset="prometheus"')]: steady(2),
      [state("kube_statefulset_status_replicas_ready", 'namespace="monitoring", statefulset="prometheus"')]:
        gauge(2, 1),
    },
    fires: ['statefulset="prometheus"'],
  },
  {
    alert: "KubeDaemonSetNotReady",
    series: {
      [state("kube_daemonset_status_desired_number_scheduled", 'namespace="n", daemonset="node-exporter"')]:
        steady(5),
      [state("kube_daemonset_status_number_ready", 'namespace="n", daemonset="node-exporter"')]: gauge(5, 4),
    },
    fires: ['daemonset="node-exporter"'],
  },
  {
    alert: "KubePodDisruptionBudgetAtLimit",
    series: {
      [state("kube_poddisruptionbudget_status_current_healthy", 'namespace="m", poddisruptionbudget="am"')]:
        "2x10 1x59 2x169",
      [state("kube_poddisruptionbudget_status_desired_healthy", 'namespace="m", poddisruptionbudget="am"')]:
        steady(1),
      [state("kube_poddisruptionbudget_status_expected_pods", 'namespace="m", poddisruptionbudget="am"')]:
        steady(2),
      // One pod of one: it never lets anything go.
      [state("kube_poddisruptionbudget_status_current_healthy", 'namespace="m", poddisruptionbudget="one"')]:
        steady(1),
      [state("kube_poddisruptionbudget_status_desired_healthy", 'namespace="m", poddisruptionbudget="one"')]:
        steady(1),
      [state("kube_poddisruptionbudget_status_expected_pods", 'namespace="m", poddisruptionbudget="one"')]:
        steady(1),
    },
    fires: ['poddisruptionbudget="am"'],
    at: { firing: 60 },
  },
  {
    alert: "KubeJobFailed",
    series: {
      [state("kube_job_failed", 'namespace="shop", job_name="nightly", condition="true"')]: gauge(0, 1),
      [state("kube_job_failed", 'namespace="shop", job_name="nightly", condition="false"')]: gauge(0, 0),
    },
    fires: ['job_name="nightly"'],
  },
  {
    alert: "KubeHpaMaxedOut",
    series: {
      [state(
        "kube_horizontalpodautoscaler_status_current_replicas",
        'namespace="m", horizontalpodautoscaler="query"',
      )]: gauge(2, 4),
      [state(
        "kube_horizontalpodautoscaler_spec_max_replicas",
        'namespace="m", horizontalpodautoscaler="query"',
      )]: steady(4),
      [state(
        "kube_horizontalpodautoscaler_spec_min_replicas",
        'namespace="m", horizontalpodautoscaler="query"',
      )]: steady(2),
    },
    fires: ['horizontalpodautoscaler="query"'],
  },
  {
    alert: "KubePersistentVolumeFull",
    severity: "warning",
    series: {
      [kubelet("kubelet_volume_stats_available_bytes", claim)]: gauge(50, 8),
      [kubelet("kubelet_volume_stats_capacity_bytes", claim)]: steady(100),
      ...(federates
        ? {
            [kubelet("kubelet_volume_stats_available_bytes", `${claim}, cluster="prod-westus"`)]: steady(1),
            [kubelet("kubelet_volume_stats_capacity_bytes", `${claim}, cluster="prod-westus"`)]: steady(100),
          }
        : {}),
    },
    fires: ['persistentvolumeclaim="data-0"'],
  },
  {
    alert: "KubePersistentVolumeFull",
    severity: "critical",
    series: {
      [kubelet("kubelet_volume_stats_available_bytes", claim)]: gauge(50, 2),
      [kubelet("kubelet_volume_stats_capacity_bytes", claim)]: steady(100),
    },
    fires: ['persistentvolumeclaim="data-0"'],
  },
  {
    alert: "KubePersistentVolumePredictedFull",
    step: "5m",
    series: {
      // Falls by 6 an hour from 400: full in less than four days.
      [kubelet("kubelet_volume_stats_available_bytes", claim)]: "290x80 289.5-0.5x119 230x199",
      [kubelet("kubelet_volume_stats_capacity_bytes", claim)]: "1000x400",
    },
    fires: ['persistentvolumeclaim="data-0"'],
    at: { quiet: 70, firing: 185, over: 320 },
  },
  {
    alert: "KubePersistentVolumeClaimPending",
    series: { [state("kube_persistentvolumeclaim_status_phase", `${claim}, phase="Pending"`)]: gauge(0, 1) },
    fires: ['persistentvolumeclaim="data-0"'],
  },
  {
    alert: "KubeNodeNotReady",
    series: {
      [state("kube_node_status_condition", 'node="node-1", condition="Ready", status="true"')]: gauge(1, 0),
      [state("kube_node_status_condition", 'node="node-2", condition="Ready", status="true"')]: steady(1),
      [state("kube_node_status_condition", 'node="node-2", condition="DiskPressure", status="true"')]:
        steady(0),
    },
    fires: ['node="node-1", instance="node-1"'],
  },
  {
    alert: "KubeNodePressure",
    series: {
      [state("kube_node_status_condition", 'node="node-1", condition="DiskPressure", status="true"')]: gauge(
        0,
        1,
      ),
      [state("kube_node_status_condition", 'node="node-1", condition="Ready", status="true"')]: steady(1),
    },
    fires: ['node="node-1", condition="DiskPressure"'],
  },
  {
    alert: "KubeNodeUnschedulable",
    step: "5m",
    series: { [state("kube_node_spec_unschedulable", 'node="node-1"')]: "0x10 1x99 0x99" },
    fires: ['node="node-1"'],
    at: { quiet: 8, firing: 100, over: 120 },
  },
  {
    alert: "KubeApiUnreachable",
    series: {
      'up{job="kubernetes-apiservers", instance="10.0.0.1:443"}': gauge(1, 0),
      // The other region's answers us through its Prometheus.
      'up{job="kubernetes-apiservers", instance="10.1.0.1:443", cluster="prod-westus"}': steady(1),
    },
    fires: ['job="kubernetes-apiservers"'],
  },
  {
    alert: "KubeApiErrors",
    series: {
      'apiserver_request_total{job="kubernetes-apiservers", resource="pods", verb="LIST", code="500"}':
        counter(0, 10),
      'apiserver_request_total{job="kubernetes-apiservers", resource="pods", verb="LIST", code="200"}':
        counter(60, 60),
    },
    fires: ['resource="pods", verb="LIST"'],
  },
  {
    alert: "CertificateExpiresSoon",
    step: "5m",
    series: {
      // Ends 13 days after the fault began; renewed for 90 days. Both replicas of cert-manager tell, one may be late.
      'certmanager_certificate_expiration_timestamp_seconds{job="cert-manager", instance="a", namespace="m", name="edge"}':
        gauge(2_592_000, 1_123_200, 7_776_000),
      'certmanager_certificate_expiration_timestamp_seconds{job="cert-manager", instance="a", namespace="m", name="grafana"}':
        steady(1_123_200),
      'certmanager_certificate_expiration_timestamp_seconds{job="cert-manager", instance="b", namespace="m", name="grafana"}':
        steady(7_776_000),
      // One that never was.
      'certmanager_certificate_expiration_timestamp_seconds{job="cert-manager", instance="a", namespace="m", name="new"}':
        steady(0),
    },
    fires: ['name="edge"'],
  },
  {
    alert: "CertificateNotReady",
    series: {
      'certmanager_certificate_ready_status{job="cert-manager", instance="a", namespace="m", name="edge", condition="True"}':
        gauge(1, 0),
      'certmanager_certificate_ready_status{job="cert-manager", instance="a", namespace="m", name="grafana", condition="True"}':
        steady(1),
    },
    fires: ['name="edge"'],
  },
  {
    alert: "ExternalSecretNotSynced",
    series: {
      'externalsecret_status_condition{job="external-secrets", instance="a", namespace="m", name="grafana", condition="Ready", status="False"}':
        gauge(0, 1),
      'externalsecret_status_condition{job="external-secrets", instance="a", namespace="m", name="postgres", condition="Ready", status="False"}':
        steady(0),
    },
    fires: ['name="grafana"'],
  },
];

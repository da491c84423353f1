/**
 * One cause, one page: what follows from another alert is not told while that one fires. Alertmanager lets an alert inhibit
 * others also while it is inhibited itself, so that chains need no rule of their own.
 *
 * @see https://prometheus.io/docs/alerting/latest/alertmanager/#inhibition
 */
import type { Inhibition, System } from "../model.ts";
import { behindBackends } from "./haproxy.ts";

/** Alerts by name; a pattern such as `.+Unavailable` stands for all that it matches. */
interface Consequence {
  readonly cause: readonly string[];
  /** More matchers of the cause. */
  readonly where?: readonly string[];
  readonly follows: readonly string[];
  readonly with?: readonly string[];
  /** Labels by which the two are about one thing. @default those of the whole system */
  readonly same?: readonly string[];
}

const consequences: readonly Consequence[] = [
  // The graver step of one family, and what has come true of what was predicted.
  {
    cause: ["HostDiskFull"],
    where: ['severity="critical"'],
    follows: ["HostDiskFull", "HostDiskPredictedFull"],
    with: ['severity="warning"'],
    same: ["instance", "mountpoint"],
  },
  {
    cause: ["WindowsDiskFull"],
    where: ['severity="critical"'],
    follows: ["WindowsDiskFull", "WindowsDiskPredictedFull"],
    with: ['severity="warning"'],
    same: ["instance", "volume"],
  },
  {
    cause: ["KubePersistentVolumeFull"],
    where: ['severity="critical"'],
    follows: ["KubePersistentVolumeFull", "KubePersistentVolumePredictedFull"],
    with: ['severity="warning"'],
    same: ["namespace", "persistentvolumeclaim"],
  },
  // A machine takes everything on it along.
  {
    cause: ["HostDown"],
    follows: ["TargetDown", "TargetFlapping", "ProbeFailed", "ThanosSidecarPrometheusUnreachable"],
    same: ["host"],
  },
  { cause: ["HostDown"], follows: [".+Unavailable"], same: ["host"] },
  { cause: ["HostDown"], follows: ["PrometheusDown"] },
  {
    cause: ["KubeNodeNotReady"],
    follows: ["TargetDown", "TargetFlapping", "KubePodNotReady"],
    same: ["node"],
  },
  // Kubelets and what they tell of containers have no label of the node: it is their instance.
  { cause: ["KubeNodeNotReady"], follows: ["TargetDown", "TargetFlapping"], same: ["instance"] },
  {
    cause: ["WindowsServiceNotRunning"],
    follows: ["TargetDown", "TargetFlapping"],
    same: ["host", "service"],
  },
  // A replica of Prometheus.
  {
    cause: ["PrometheusDown"],
    follows: ["TargetDown", "TargetFlapping"],
    with: ['job="prometheus"'],
  },
  {
    cause: ["PrometheusDown"],
    follows: [
      "ThanosSidecarPrometheusUnreachable",
      "ThanosQueryStoresMissing",
      "PrometheusReplicasDiffer",
      "PrometheusReplicaClocksDiffer",
    ],
  },
  { cause: ["PrometheusNotIngesting"], follows: ["PrometheusReplicasDiffer"] },
  {
    cause: ["PrometheusNotificationsLost", "PrometheusNoAlertmanager"],
    follows: ["PrometheusNotificationsFailing", "PrometheusNotificationQueueFull"],
  },
  {
    cause: ["PrometheusRemoteWriteFailing"],
    follows: ["PrometheusRemoteWriteBehind", "PrometheusRemoteWriteShardsAtMax"],
    same: ["instance"],
  },
  {
    cause: ["PrometheusRemoteWriteBehind"],
    follows: ["PrometheusRemoteWriteShardsAtMax"],
    same: ["instance"],
  },
  {
    cause: ["PrometheusEvaluationsMissed"],
    follows: ["PrometheusRuleGroupSlow"],
    same: ["instance", "rule_group"],
  },
  // A target, and whoever else notices that it is gone.
  {
    cause: [".+Unavailable", "ThanosReceiveQuorumLost", "KubeApiUnreachable"],
    follows: ["TargetDown", "TargetFlapping"],
    same: ["job"],
  },
  { cause: ["RegionUnreachable"], follows: ["TargetFlapping"], same: ["instance"] },
  {
    cause: ["TargetDown"],
    follows: ["TargetFlapping", "EdgeServerDown", "ProbeFailed", "ServerCertificateExpiresSoon"],
    same: ["instance"],
  },
  {
    cause: ["TargetDown"],
    where: ['job="alertmanager"'],
    follows: ["AlertmanagerClusterMismatch", "AlertmanagerPeersFailed", "PrometheusNotificationsFailing"],
  },
  {
    cause: ["TargetDown"],
    where: ['job=~"thanos-(sidecar|store|ruler|receive)"'],
    follows: ["ThanosQueryStoresMissing", "ThanosRuleEvaluationsIncomplete", "ThanosReceiveForwardFailing"],
  },
  { cause: ["AlertmanagerClusterMismatch"], follows: ["AlertmanagerPeersFailed"] },
  { cause: ["AlertmanagerConfigReloadFailed"], follows: ["AlertmanagerConfigDiffers"] },
  // Thanos, from the inside out.
  {
    cause: ["ThanosQueryUnavailable", "EdgeUnavailable"],
    follows: [
      "ThanosQueryFrontendErrors",
      "ThanosRuleEvaluationFailing",
      "GrafanaDatasourceErrors",
      "EdgeErrors",
    ],
  },
  {
    cause: ["ThanosReceiveQuorumLost"],
    follows: [
      "ThanosReceiveErrors",
      "ThanosReceiveReplicationFailing",
      "ThanosReceiveForwardFailing",
      "PrometheusRemoteWriteBehind",
    ],
  },
  { cause: ["ThanosReceiveReplicationFailing"], follows: ["ThanosReceiveForwardFailing"] },
  {
    cause: ["ThanosCompactHalted"],
    follows: ["ThanosCompactNotRun", "ThanosCompactBacklog", "ThanosCompactFailing"],
  },
  {
    cause: ["ThanosBucketOperationsFailing"],
    follows: [
      "Thanos(Sidecar|Receive)UploadFailing",
      "ThanosBlockSyncFailing",
      "ThanosStoreBlockLoadFailing",
      "ThanosCompact(Failing|CleanupFailing)",
    ],
  },
  { cause: ["ThanosSidecarUploadFailing"], follows: ["ThanosSidecarUploadLate"], same: ["instance"] },
  // An inconsistent push is refused as a malformed one is, and both are counted.
  { cause: ["PushgatewayPushFailed"], follows: ["PushgatewayPushesRejected"] },
  // The edge.
  { cause: ["EdgeBackendDown"], follows: ["EdgeServerDown", "EdgeErrors", "EdgeQueue"], same: ["proxy"] },
  { cause: ["EdgeServerFlapping"], follows: ["EdgeServerDown"], same: ["proxy", "server"] },
  // A cluster.
  { cause: ["KubeApiUnreachable"], follows: ["KubeApiErrors", "PrometheusDiscoveryFailing"] },
  {
    cause: ["KubeContainerOomKilled"],
    follows: ["KubePodCrashLooping"],
    same: ["namespace", "pod"],
  },
  {
    cause: ["KubePodCrashLooping", "KubeContainerWaiting"],
    follows: ["KubePodNotReady"],
    same: ["namespace", "pod"],
  },
  {
    cause: ["KubePodNotReady"],
    follows: ["Kube(Deployment|StatefulSet)ReplicasMismatch", "KubeDaemonSetNotReady"],
    same: ["namespace"],
  },
  { cause: ["CertificateNotReady"], follows: ["CertificateExpiresSoon"], same: ["namespace", "name"] },
];

/** Inhibitions of a stack's own alerts; only of those that the system has. */
export function stackInhibitions(system: System): Inhibition[] {
  const names = new Set(system.alerts.flatMap(({ alerts }) => alerts.map(({ name }) => name)));
  const backends = Object.entries(behindBackends).map(([cause, proxies]): Consequence => ({
    cause: [cause],
    follows: ["EdgeBackendDown", "EdgeServerDown", "EdgeErrors"],
    with: [`proxy=~"${proxies.join("|")}"`],
  }));
  return [...consequences, ...backends].flatMap((one) => {
    const cause = present(one.cause, names);
    const follows = present(one.follows, names);
    if (cause.length === 0 || follows.length === 0) return [];
    return [
      {
        source: [matcher(cause), ...(one.where ?? [])],
        target: [matcher(follows), ...(one.with ?? [])],
        equal: [...(one.same ?? []), ...Object.keys(system.externalLabels).sort()],
      },
    ];
  });
}

function present(patterns: readonly string[], names: ReadonlySet<string>): string[] {
  return patterns.filter((pattern) => {
    const whole = new RegExp(`^(?:${pattern})$`);
    return [...names].some((name) => whole.test(name));
  });
}

function matcher(names: readonly string[]): string {
  const [only = ""] = names;
  return names.length === 1 && /^\w+$/.test(only) ? `alertname="${only}"` : `alertname=~"${names.join("|")}"`;
}

/** What a cluster tells of itself, by kube-state-metrics, its kubelets and its API servers. */
import type { Alert } from "../model.ts";
import { of, unavailable, type Deployed } from "./deployed.ts";
import { apiAlerts } from "./kubernetes/api.ts";
import { nodeAlerts } from "./kubernetes/nodes.ts";
import { podAlerts } from "./kubernetes/pods.ts";
import { volumeAlerts } from "./kubernetes/volumes.ts";
import { workloadAlerts } from "./kubernetes/workloads.ts";

export function kubernetesAlerts(deployed: Deployed): Alert[] {
  return of(deployed, "kube-state-metrics", () => [
    unavailable(deployed, {
      name: "KubeStateMetricsUnavailable",
      component: "kube-state-metrics",
      title: "kube-state-metrics",
      severity: "critical",
      dashboard: "hosts",
      impact: "Alerts about pods, volumes, jobs and nodes are blind.",
      mend: [
        "Read why its pod does not start.",
        "It runs: it must be allowed to list the cluster's objects.",
      ],
    }),
    ...podAlerts(deployed),
    ...workloadAlerts(deployed),
    ...volumeAlerts(deployed),
    ...nodeAlerts(deployed),
    ...apiAlerts(deployed),
  ]);
}

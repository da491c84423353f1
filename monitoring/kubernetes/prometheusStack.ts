/**
 * Prometheus, Alertmanager, Grafana and what watches nodes and objects: one release, with everything that a change of the
 * system changes as objects of their own.
 */
import type { System } from "../model.ts";
import { dashboardObjects } from "./dashboardObjects.ts";
import { serviceAccount } from "./exporters/pods.ts";
import type { ClusterFacts, KubernetesObject, Part } from "./model.ts";
import { stackAccess } from "./prometheusStack/access.ts";
import { alertmanagerValues } from "./prometheusStack/alertmanagerValues.ts";
import { grafanaObjects } from "./prometheusStack/grafanaObjects.ts";
import { grafanaValues } from "./prometheusStack/grafanaValues.ts";
import { nodeObjects, nodeValues } from "./prometheusStack/nodeValues.ts";
import { notificationObjects } from "./prometheusStack/notifications.ts";
import { operatorValues } from "./prometheusStack/operatorValues.ts";
import { prometheusValues } from "./prometheusStack/prometheusValues.ts";
import { scrapeJobObjects } from "./prometheusStack/scrapeJobs.ts";
import { stackServices } from "./prometheusStack/services.ts";
import { replicasOf } from "./sizes.ts";
import { operatorName, workloadOf } from "./workloads.ts";

export { grafanaFindings } from "./prometheusStack/grafanaFindings.ts";

/** The operator's kinds, by a release of their own: Helm never upgrades those that a chart brings along. */
export function operatorCrds(system: System, _facts: ClusterFacts): Part {
  const name = "prometheus-operator-crds";
  return {
    name,
    about: "The kinds of objects that the Prometheus Operator knows.",
    after: ["foundation"],
    objects: [],
    // Kinds that go take every object of theirs along, whoever made it.
    release: {
      name,
      namespace: system.namespace,
      chart: name,
      values: { crds: { annotations: { "helm.sh/resource-policy": "keep" } } },
      workloads: [],
    },
  };
}

export function prometheusStack(system: System, facts: ClusterFacts): Part {
  const grafana = hasGrafana(system);
  return {
    name: "prometheus-stack",
    about: "Prometheus and Alertmanager in pairs, Grafana, and what watches nodes and objects.",
    after: [
      "prometheus-operator-crds",
      "certificates",
      "secret-store",
      ...(system.longTerm.mode === "sidecar" ? ["object-store"] : []),
    ],
    objects: [
      ...accounts(system),
      ...stackAccess(system),
      ...scrapeJobObjects(system, facts),
      ...notificationObjects(system, facts),
      ...nodeObjects(system),
      ...(grafana ? [...grafanaObjects(system, facts), ...dashboardObjects(system)] : []),
      ...stackServices(system),
    ],
    release: {
      name: "prometheus-stack",
      namespace: system.namespace,
      chart: "kube-prometheus-stack",
      values: values(system, facts),
      workloads: [
        "prometheus",
        "alertmanager",
        "prometheus-operator",
        "kube-state-metrics",
        ...(replicasOf(system, "node-exporter") > 0 ? ["node-exporter"] : []),
        ...(grafana ? ["grafana"] : []),
      ],
      timeoutSeconds: 900,
    },
  };
}

function hasGrafana(system: System): boolean {
  return replicasOf(system, "grafana") > 0;
}

function accounts(system: System): KubernetesObject[] {
  const token = { prometheus: true, alertmanager: false, "prometheus-operator": false };
  return [
    ...Object.entries(token).map(([name, speaks]) => serviceAccount(workloadOf(system, name), speaks)),
    ...(hasGrafana(system) ? [serviceAccount(workloadOf(system, "grafana"))] : []),
  ];
}

function values(system: System, facts: ClusterFacts): Record<string, unknown> {
  return {
    fullnameOverride: operatorName,
    cleanPrometheusOperatorObjectNames: true,
    crds: { enabled: false },
    // Roles are the stack's own.
    global: { rbac: { create: false } },
    // Rules are the system's own, as objects.
    defaultRules: { create: false },
    ...hidden,
    prometheusOperator: operatorValues(system, facts),
    prometheus: prometheusValues(system, facts),
    alertmanager: alertmanagerValues(system, facts),
    grafana: hasGrafana(system)
      ? grafanaValues(system, facts)
      : { enabled: false, defaultDashboardsEnabled: false },
    ...nodeValues(system, facts),
    thanosRuler: { enabled: false },
  };
}

/** What AKS and EKS run where nobody may look; kubelets and API servers are among the jobs. */
const hidden = {
  kubernetesServiceMonitors: { enabled: false },
  kubeApiServer: { enabled: false },
  kubelet: { enabled: false },
  kubeControllerManager: { enabled: false },
  coreDns: { enabled: false },
  kubeDns: { enabled: false },
  kubeEtcd: { enabled: false },
  kubeScheduler: { enabled: false },
  kubeProxy: { enabled: false },
} as const;

/**
 * What the operator and Prometheus may do with the Kubernetes API, instead of the chart's roles: by those the operator may do
 * everything with every Secret of the cluster. Here it reads what it watches, and writes in the stack's own namespace.
 *
 * @see https://github.com/prometheus-operator/prometheus-operator/blob/main/Documentation/platform/rbac.md
 * @see https://prometheus.io/docs/prometheus/latest/configuration/configuration/#kubernetes_sd_config
 */
import type { System } from "../../model.ts";
import type { KubernetesObject } from "../model.ts";
import { ownObject } from "../names.ts";
import { operatorName, workloadOf } from "../workloads.ts";

interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly verbs: readonly string[];
}

const read = ["get", "list", "watch"] as const;
const write = ["create", "update", "patch", "delete"] as const;

/** Kinds whose state the operator keeps, and those of which it makes that state. */
const kept = ["alertmanagers", "prometheuses", "prometheusagents", "thanosrulers"];
const taken = [
  "alertmanagerconfigs",
  "podmonitors",
  "probes",
  "prometheusrules",
  "scrapeconfigs",
  "servicemonitors",
];

/** Everywhere: monitors are taken from other namespaces too, and the operator looks for its own kinds in all of them. */
const operatorWatches: readonly Rule[] = [
  { apiGroups: ["monitoring.coreos.com"], resources: [...kept, ...taken], verbs: read },
  {
    apiGroups: ["monitoring.coreos.com"],
    resources: [...kept, ...taken].map((kind) => `${kind}/status`),
    verbs: ["get", "update", "patch"],
  },
  { apiGroups: ["apps"], resources: ["statefulsets"], verbs: read },
  { apiGroups: [""], resources: ["configmaps", "secrets", "namespaces"], verbs: read },
  { apiGroups: [""], resources: ["nodes"], verbs: ["list", "watch"] },
  { apiGroups: ["storage.k8s.io"], resources: ["storageclasses"], verbs: ["get"] },
  { apiGroups: ["events.k8s.io"], resources: ["events"], verbs: ["create", "patch"] },
];

/** In the stack's namespace, where all that it makes belongs. */
const operatorMakes: readonly Rule[] = [
  { apiGroups: ["monitoring.coreos.com"], resources: [...kept, ...taken], verbs: ["update", "patch"] },
  {
    apiGroups: ["monitoring.coreos.com"],
    resources: kept.map((kind) => `${kind}/finalizers`),
    verbs: ["update"],
  },
  { apiGroups: ["apps"], resources: ["statefulsets"], verbs: write },
  { apiGroups: [""], resources: ["configmaps", "secrets"], verbs: write },
  { apiGroups: [""], resources: ["services"], verbs: ["get", ...write] },
  { apiGroups: [""], resources: ["services/finalizers"], verbs: ["update"] },
  { apiGroups: [""], resources: ["pods"], verbs: ["list", "delete"] },
];

/** Targets of every namespace, and the metrics of nodes and API servers. */
const prometheusFinds: readonly Rule[] = [
  { apiGroups: [""], resources: ["nodes", "services", "endpoints", "pods"], verbs: read },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: read },
  { apiGroups: [""], resources: ["nodes/metrics"], verbs: ["get"] },
  { nonResourceURLs: ["/metrics", "/metrics/cadvisor"], verbs: ["get"] },
];

export function stackAccess(system: System): KubernetesObject[] {
  const operator = workloadOf(system, "prometheus-operator");
  const prometheus = workloadOf(system, "prometheus");
  return [
    ...granted("ClusterRole", `${operatorName}-prometheus-operator`, operator, operatorWatches),
    ...granted("Role", operator.name, operator, operatorMakes),
    ...granted("ClusterRole", `${operatorName}-prometheus`, prometheus, prometheusFinds),
  ];
}

const apiGroup = "rbac.authorization.k8s.io";

/** A role, and its binding to an account. */
function granted(
  kind: "ClusterRole" | "Role",
  name: string,
  account: { readonly name: string; readonly namespace: string },
  rules: readonly Rule[],
): KubernetesObject[] {
  const apiVersion = `${apiGroup}/v1`;
  const metadata = kind === "Role" ? { name, namespace: account.namespace } : { name };
  return [
    ownObject({ apiVersion, kind, metadata, rules }),
    ownObject({
      apiVersion,
      kind: `${kind}Binding`,
      metadata,
      roleRef: { apiGroup, kind, name },
      subjects: [{ kind: "ServiceAccount", name: account.name, namespace: account.namespace }],
    }),
  ];
}

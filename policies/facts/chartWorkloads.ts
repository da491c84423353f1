/** What answers others in well-known charts, and where their values say how many there are and that they stay. */
import { at } from "../resource.ts";
import { valueOf, type Release } from "./releases.ts";

export interface ChartWorkload {
  /** Of its values: `prometheus.prometheusSpec`; empty for the chart's only one. */
  readonly base: string;
  readonly replicas: string;
  /** Of the switch of its PodDisruptionBudget. */
  readonly budget: string;
  /** Whether the budget is there where nobody says so. */
  readonly budgetByDefault: boolean;
}

interface Declared {
  readonly replicas: string;
  readonly budget: string;
  readonly budgetByDefault?: boolean;
  /** A switch without which it is not there. */
  readonly enabled?: string;
}

const thanos = (part: string): Declared => ({
  replicas: `${part}.replicaCount`,
  budget: `${part}.pdb.enabled`,
  enabled: `${part}.enabled`,
});

/** Defaults as the charts' values.yaml of August 2026 has them: one replica, and mostly no budget. */
const charts: Readonly<Record<string, readonly Declared[]>> = {
  "kube-prometheus-stack": ["prometheus", "alertmanager"].map((part) => ({
    replicas: `${part}.${part}Spec.replicas`,
    budget: `${part}.podDisruptionBudget.enabled`,
  })),
  thanos: ["query", "queryFrontend", "storegateway", "receive", "ruler"].map(thanos),
  "oauth2-proxy": [
    { replicas: "replicaCount", budget: "podDisruptionBudget.enabled", budgetByDefault: true },
  ],
  "kubernetes-ingress": [
    { replicas: "controller.replicaCount", budget: "controller.PodDisruptionBudget.enable" },
  ],
  "cert-manager": ["", "webhook.", "cainjector."].map((part) => ({
    replicas: `${part}replicaCount`,
    budget: `${part}podDisruptionBudget.enabled`,
  })),
  "external-secrets": ["", "webhook."].map((part) => ({
    replicas: `${part}replicaCount`,
    budget: `${part}podDisruptionBudget.enabled`,
  })),
  memcached: [{ replicas: "replicaCount", budget: "pdb.create" }],
};

/** The workloads of the release's chart that are switched on; none of an unknown chart. */
export function workloadsOf(release: Release): readonly ChartWorkload[] {
  return (charts[release.chart] ?? [])
    .filter(({ enabled, replicas }) =>
      enabled === undefined
        ? valueOf(release, `${replicas.split(".")[0] ?? ""}.enabled`) !== false
        : valueOf(release, enabled) === true,
    )
    .map(({ replicas, budget, budgetByDefault = false }) => ({
      base: replicas.split(".").slice(0, -1).join("."),
      ...{ replicas, budget, budgetByDefault },
    }));
}

/** What the values say at the workload's own place. */
export function workloadValue(release: Release, { base }: ChartWorkload, name: string): unknown {
  return base === "" ? at(release.values, name) : valueOf(release, `${base}.${name}`);
}

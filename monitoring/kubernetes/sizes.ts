/** Requests, limits and volumes of a component, as the system's sizing table says, in Kubernetes' spelling. */
import type { Component, Sizing, System } from "../model.ts";
import { kubernetesSize } from "../units.ts";
import type { Resources } from "./model.ts";

/** The sizing of a component; absent where the system does not deploy it. */
export function sizingOf(system: System, component: Component): Sizing | undefined {
  return system.components.find((sizing) => sizing.component === component);
}

export function replicasOf(system: System, component: Component): number {
  return sizingOf(system, component)?.replicas ?? 0;
}

/** Whether an autoscaler decides how many queries there are: the sizing leaves room between replicas and most replicas. */
export function scalesQueries(system: System): boolean {
  const sizing = sizingOf(system, "thanos-query");
  return sizing?.maxReplicas !== undefined && sizing.maxReplicas > sizing.replicas;
}

/** What a component without figures of its own gets: requests 50m/64Mi, limits 250m/256Mi. */
const least: Resources = {
  requests: { cpu: "50m", memory: "64Mi" },
  limits: { cpu: "250m", memory: "256Mi" },
};

export function resourcesOf(system: System, component: Component): Resources {
  const sizing = sizingOf(system, component);
  if (sizing?.requests === undefined || sizing.limits === undefined) return least;
  return {
    requests: { cpu: cpu(sizing.requests.cpu), memory: kubernetesSize(sizing.requests.memory) },
    limits: { cpu: cpu(sizing.limits.cpu), memory: kubernetesSize(sizing.limits.memory) },
  };
}

/** Millicores, so that 0.5 is `500m` and 2 is `2`. */
function cpu(cores: number): string {
  return Number.isInteger(cores) ? String(cores) : `${String(Math.round(cores * 1_000))}m`;
}

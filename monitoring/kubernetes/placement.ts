/** Where replicas land: on nodes of their own, and evenly over the zones. */
import type { Labels } from "../model.ts";

/** Required: a node holds one replica. */
export function apart(selector: Labels): object {
  return {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: selector } },
      ],
    },
  };
}

/**
 * Wanted: a node holds one replica while there are nodes enough. For replicas without state of their own, of which an
 * autoscaler or an update may want more than there are nodes: required, the one too many would wait for ever.
 */
export function preferApart(selector: Labels): object {
  const podAffinityTerm = {
    topologyKey: "kubernetes.io/hostname",
    labelSelector: { matchLabels: selector },
  };
  return {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm }],
    },
  };
}

/** Asked for, not required: a cluster that has lost a zone still starts every replica. */
export function acrossZones(selector: Labels): readonly object[] {
  return [
    {
      maxSkew: 1,
      topologyKey: "topology.kubernetes.io/zone",
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector: { matchLabels: selector },
    },
  ];
}

/** One after the other, and never fewer than there were; with {@link apart} two replicas need a third node for that. */
export const oneAtATime = {
  type: "RollingUpdate",
  rollingUpdate: { maxSurge: 0, maxUnavailable: 1 },
} as const;

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

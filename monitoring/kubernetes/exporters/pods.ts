/** What the pods of every exporter have in common. */
import type { Labels } from "../../model.ts";
import type { ClusterFacts, KubernetesObject, Workload } from "../model.ts";
import { ownObject } from "../names.ts";
import { apart } from "../placement.ts";

/** Nobody's account: above the accounts of any node. */
const nobody = 65_534;

/** Pod Security `restricted`, for pods. */
export const podSecurity = {
  runAsNonRoot: true,
  runAsUser: nobody,
  runAsGroup: nobody,
  fsGroup: nobody,
  seccompProfile: { type: "RuntimeDefault" },
} as const;

/** Pod Security `restricted`, for containers, and nothing to write but volumes. */
export const containerSecurity = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  runAsUser: nobody,
  runAsGroup: nobody,
} as const;

/** An account without rights: what has no business with the API server gets no token. */
export function serviceAccount({ name, namespace }: Pick<Workload, "name" | "namespace">): KubernetesObject {
  return ownObject({
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name, namespace },
    automountServiceAccountToken: false,
  });
}

/**
 * Affinity of replicas, for charts that know no spread constraints: each on a node of its own, in another zone where
 * there is one. Nothing for a single replica.
 */
export function spread(selector: Labels, replicas: number): object {
  if (replicas < 2) return {};
  const podAffinityTerm = {
    labelSelector: { matchLabels: selector },
    topologyKey: "topology.kubernetes.io/zone",
  };
  const { podAntiAffinity } = apart(selector) as { readonly podAntiAffinity: object };
  return {
    podAntiAffinity: {
      ...podAntiAffinity,
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm }],
    },
  };
}

/** The tag, with the digest behind it where the stack pins one. */
export function pinned(facts: ClusterFacts, repository: string, tag: string): string {
  const digest = facts.imageDigests[repository];
  return digest === undefined ? tag : `${tag}@${digest}`;
}

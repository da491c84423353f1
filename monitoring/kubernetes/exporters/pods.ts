/** What pods have in common, whatever chart makes them: what they may do, their account, and where replicas land. */
import type { Labels } from "../../model.ts";
import type { KubernetesObject, Workload } from "../model.ts";
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

/** An account. Its pods get a token by themselves only where they speak to the API server and their chart mounts none. */
export function serviceAccount(
  { name, namespace }: Pick<Workload, "name" | "namespace">,
  token = false,
): KubernetesObject {
  return ownObject({
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name, namespace },
    automountServiceAccountToken: token,
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

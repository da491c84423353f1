/** Which pods act in the cloud, and what each may do there: an identity of its own for each, and no more than it needs. */
import type { System } from "../model.ts";
import type { CloudAccess, ClusterFacts, WorkloadIdentity } from "./model.ts";
import { namespaces } from "./names.ts";
import { workloads } from "./workloads.ts";

/**
 * Uploaders put blocks, the store reads them, the compactor alone also deletes.
 *
 * @see https://thanos.io/tip/thanos/storage.md/ for what each component needs
 */
export function identitiesOf(system: System, facts: ClusterFacts): WorkloadIdentity[] {
  const machines = facts.cloud === "azure" && system.jobs.some(({ discovery }) => discovery.kind === "azure");
  const access: Readonly<Record<string, readonly CloudAccess[]>> = {
    prometheus: [
      ...(system.longTerm.mode === "sidecar" ? (["bucket-write"] as const) : []),
      ...(machines ? (["machines-read"] as const) : []),
    ],
    "thanos-receive": ["bucket-write"],
    "thanos-ruler": ["bucket-write"],
    "thanos-store": ["bucket-read"],
    "thanos-compactor": ["bucket-delete"],
  };
  const own = workloads(system).flatMap(({ name, namespace }): WorkloadIdentity[] => {
    const granted = access[name] ?? [];
    return granted.length === 0 ? [] : [{ serviceAccount: name, namespace, access: granted }];
  });
  return [
    ...own,
    {
      serviceAccount: "external-secrets",
      namespace: namespaces.externalSecrets,
      access: ["secrets-read"],
    },
  ];
}

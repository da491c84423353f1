/** The cache that all replicas of the Thanos store share. */
import type { System } from "../model.ts";
import { containerSecurity, podSecurity, serviceAccount, spread } from "./exporters/pods.ts";
import { pinned, pullPolicy } from "./images.ts";
import type { ClusterFacts, Part } from "./model.ts";
import { replicasOf } from "./sizes.ts";
import { cacheMembers, mebibytesPerMember } from "./thanos/chunkCache.ts";
import { workloadOf } from "./workloads.ts";

const repository = "docker.io/memcached";
const version = "1.6.45";

/**
 * Members of the cache; none where there is no store. Thanos' client of it has neither users nor TLS (0.42,
 * pkg/cacheutil/memcached_client.go): the network policies let nobody but the store in.
 */
export function memcached(system: System, facts: ClusterFacts): Part[] {
  if (replicasOf(system, "thanos-store") === 0) return [];
  const workload = workloadOf(system, "thanos-memcached");
  const { name, namespace, selector } = workload;
  const pins = facts.imageDigests[repository] !== undefined;
  return [
    {
      name,
      about: `memcached, ${String(cacheMembers)} of them: chunks of history that any store has read before.`,
      after: ["foundation"],
      objects: [serviceAccount(workload)],
      release: {
        name,
        namespace,
        chart: "memcached",
        workloads: [name],
        values: {
          fullnameOverride: name,
          // The chart's own tag has its digest with it.
          image: {
            pullPolicy: pullPolicy(facts, repository),
            ...(pins ? { tag: pinned(facts, repository, version) } : {}),
          },
          replicaCount: cacheMembers,
          deploymentType: "StatefulSet",
          // Headless: the store finds every member, and sends each key to its own.
          service: { clusterIP: "None", port: workload.ports["memcached"]?.number },
          serviceAccount: { create: false, name, automountServiceAccountToken: false },
          config: { memoryLimit: mebibytesPerMember(system), maxConnections: 1_024 },
          resources: resources(mebibytesPerMember(system)),
          podSecurityContext: podSecurity,
          containerSecurityContext: containerSecurity,
          affinity: spread(selector, cacheMembers),
          pdb: { create: true, maxUnavailable: "1" },
        },
      },
    },
  ];
}

/** Items, and a quarter more for connections and the table of keys. All of it is requested: a full cache is its normal state. */
function resources(mebibytes: number): Record<string, unknown> {
  const memory = `${String(Math.ceil(mebibytes * 1.25))}Mi`;
  return { requests: { cpu: "100m", memory }, limits: { cpu: "500m", memory } };
}

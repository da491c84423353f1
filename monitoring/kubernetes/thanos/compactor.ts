/** Thanos Compactor. */
import type { System } from "../../model.ts";
import { compactorArguments } from "../../thanos/compactor.ts";
import type { ClusterFacts } from "../model.ts";
import { replicasOf } from "../sizes.ts";
import { portOf } from "./addresses.ts";
import { extraArguments, http, objectStoreFile, rulerReplicaLabel } from "./arguments.ts";
import { persistence, podValues } from "./pod.ts";

/**
 * Exactly one: two at work on one bucket destroy its blocks. A StatefulSet starts a pod only when the one of the same
 * name is gone for certain, so no update and no lost node doubles it.
 *
 * Blocks of replicas are merged by `penalty`, which fits pairs that scrape at moments of their own, and copies of
 * Receive as well, whose samples are equal. Rulers' blocks stay apart from Prometheus' by their label `producer`.
 *
 * @throws when the system asks for more than one
 */
export function compactorValues(system: System, facts: ClusterFacts): Record<string, unknown> {
  const replicas = replicasOf(system, "thanos-compactor");
  const retention = system.retention.objects;
  if (replicas === 0 || retention === undefined) return { enabled: false };
  if (replicas !== 1)
    throw new Error(
      `components.thanos-compactor.replicas: ${String(replicas)}, expected 1; two compactors destroy a bucket`,
    );
  const rulers =
    replicasOf(system, "thanos-ruler") > 0 ? [`--deduplication.replica-label=${rulerReplicaLabel}`] : [];
  return {
    enabled: true,
    replicaCount: replicas,
    retention: {
      resolutionRaw: retention.raw,
      resolution5m: retention.fiveMinutes,
      resolution1h: retention.oneHour,
    },
    // Its custom resource is of an operator that the stack does not have.
    vpa: { enabled: false },
    service: { port: portOf(system, "thanos-compactor", "http") },
    persistence: persistence(system, facts, "thanos-compactor"),
    extraArgs: [
      ...extraArguments(compactorArguments(system, { http, dataDirectory: "", objectStoreFile })),
      ...rulers,
    ],
    ...podValues(system, facts, "thanos-compactor"),
  };
}

/** Thanos Compactor. */
import type { System } from "../../model.ts";
import { compactorArguments } from "../../thanos/compactor.ts";
import type { ClusterFacts, Part } from "../model.ts";
import { replicasOf } from "../sizes.ts";
import { objectStoreFile, rulerReplicaLabel } from "./arguments.ts";
import { ownThanos } from "./ownThanos.ts";
import { bucketVolume } from "./pod.ts";

const name = "thanos-compactor";
const dataDirectory = "/var/thanos/compact";

/**
 * Exactly one: two at work on one bucket destroy its blocks. A StatefulSet starts a pod only when the one of the same
 * name is gone for certain, so no update and no lost node doubles it. Empty where nothing is kept in a bucket.
 *
 * Blocks of replicas are merged by `penalty`, which fits pairs that scrape at moments of their own, and copies of
 * Receive as well, whose samples are equal. Rulers' blocks stay apart from Prometheus' by their label `producer`.
 *
 * @throws when the system asks for more than one
 */
export function compactor(system: System, facts: ClusterFacts): Part[] {
  const replicas = replicasOf(system, name);
  if (replicas === 0 || system.retention.objects === undefined) return [];
  if (replicas !== 1)
    throw new Error(
      `components.thanos-compactor.replicas: ${String(replicas)}, expected 1; two compactors destroy a bucket`,
    );
  const rulers =
    replicasOf(system, "thanos-ruler") > 0 ? [`--deduplication.replica-label=${rulerReplicaLabel}`] : [];
  return [
    {
      name: "compactor",
      about: "Merges, downsamples and ends the life of the bucket's blocks; exactly one.",
      after: ["thanos"],
      objects: ownThanos(system, facts, name, {
        container: "compactor",
        args: (http) => [...compactorArguments(system, { http, dataDirectory, objectStoreFile }), ...rulers],
        files: [bucketVolume],
        dataDirectory,
      }),
    },
  ];
}

/** Thanos Store Gateway. */
import type { System } from "../../model.ts";
import { storeArguments } from "../../thanos/store.ts";
import type { ClusterFacts } from "../model.ts";
import { replicasOf } from "../sizes.ts";
import { portOf, storeReplicas } from "./addresses.ts";
import { configMount, extraArguments, grpc, http, objectStoreFile } from "./arguments.ts";
import { configVolume, persistence, podValues } from "./pod.ts";

/**
 * The shards: the chart makes a StatefulSet of each, and selects its blocks by the hash of their ids.
 *
 * @throws when a shard would have a single replica: half the history would be gone with it
 */
export function storeValues(system: System, facts: ClusterFacts): Record<string, unknown> {
  const stores = replicasOf(system, "thanos-store");
  if (stores === 0) return { enabled: false };
  const { shards } = system.longTerm.store;
  const replicas = storeReplicas(system);
  if (replicas < 2)
    throw new Error(
      `components.thanos-store.replicas: ${String(stores)} for ${String(shards)} shards, expected ${String(2 * shards)} or more; add replicas or take fewer shards`,
    );
  return {
    enabled: true,
    replicaCount: replicas,
    sharded: { enabled: shards > 1, hashPartitioning: { shards } },
    service: {
      grpcPort: portOf(system, "thanos-store", "grpc"),
      httpPort: portOf(system, "thanos-store", "http"),
    },
    persistence: persistence(system, facts, "thanos-store"),
    extraArgs: extraArguments(
      storeArguments(system, {
        http,
        grpc,
        dataDirectory: "",
        objectStoreFile,
        indexCacheFile: `${configMount}/index-cache.yml`,
        chunkCacheFile: `${configMount}/chunk-cache.yml`,
        // The chart's own, by an argument in place of a file.
        ...(shards > 1 ? { shardFile: "" } : {}),
      }),
    ),
    ...podValues(system, facts, "thanos-store", [configVolume("thanos-store")]),
  };
}

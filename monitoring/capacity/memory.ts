import type { Component, System } from "../model.ts";
import { bytes } from "../units.ts";
import { replicasOf } from "./load.ts";

/** Memory of one replica, in bytes. */
export interface Memory {
  readonly component: Component;
  readonly wanted: number;
  /** Absent: the component has no limit. */
  readonly limit?: number;
  readonly why: string;
}

/** `series × 3 KiB × 2 + 1 GiB`: the stated formula, in which the factor 2 is room for queries and churn of one replica. */
export function headMemory(series: number): number {
  return series * 3 * 2 ** 10 * 2 + 2 ** 30;
}

/** What holds series or caches in memory, with what it needs. */
export function memories(system: System, series: number, shards: number): Memory[] {
  const { receive, store } = system.longTerm;
  const all: Omit<Memory, "limit">[] = [
    { component: "prometheus", wanted: headMemory(series / shards), why: "series × 3 KiB × 2 + 1 GiB" },
  ];
  if (receive !== undefined) {
    // Every replica of Prometheus writes its own copy, and the ring spreads the replicated copies evenly.
    const share = (replicasOf(system, "prometheus") * receive.replicationFactor) / receive.replicas;
    all.push({
      component: "thanos-receive",
      wanted: headMemory(series * share),
      why: `series × ${share.toFixed(1)} copies × 3 KiB × 2 + 1 GiB`,
    });
  }
  if (replicasOf(system, "thanos-store") > 0)
    all.push({
      component: "thanos-store",
      // A quarter above the caches is for the query itself and the index headers.
      wanted: (bytes(store.indexCache) + bytes(store.chunkCache)) * 1.25,
      why: "caches × 1.25",
    });
  return all.map((memory) => {
    const limit = system.components.find(({ component }) => component === memory.component)?.limits?.memory;
    return limit === undefined ? memory : { ...memory, limit: bytes(limit) };
  });
}

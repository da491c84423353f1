/** Where the Thanos workloads of a cluster are found, and under which name each shows its certificate. */
import type { System } from "../../model.ts";
import { replicasOf } from "../sizes.ts";
import { workloadOf } from "../workloads.ts";

/** Number of a port in the table of workloads. @throws when the workload has no port of that name */
export function portOf(system: System, workload: string, port: string): number {
  const found = workloadOf(system, workload).ports[port];
  if (found === undefined)
    throw new Error(
      `workload "${workload}" has no port "${port}"; it has ${Object.keys(workloadOf(system, workload).ports).join(", ")}`,
    );
  return found.number;
}

/** Full name of a Service of the stack's namespace, with which a resolver needs no search list. */
export function clusterName(system: System, service: string): string {
  return `${service}.${system.namespace}.svc.cluster.local`;
}

/**
 * Name that a workload's certificate holds, whatever address it was reached at: Thanos resolves names itself and dials
 * addresses, which no certificate has.
 */
export function serverName(system: System, workload: string): string {
  const [service] = workloadOf(system, workload).services;
  if (service === undefined)
    throw new Error(`workload "${workload}" has no Service to be known by; give it one in workloads.ts`);
  return clusterName(system, service);
}

/** Replicas of one shard of the store: the sizing counts all of them. */
export function storeReplicas(system: System): number {
  return Math.floor(replicasOf(system, "thanos-store") / system.longTerm.store.shards);
}

/** Headless Service of a shard of the store. `shard` counts from 0. */
export function storeShardService(system: System, shard: number): string {
  return system.longTerm.store.shards === 1 ? "thanos-store-grpc" : `thanos-store-grpc-${String(shard)}`;
}

/** Names of the pods of a StatefulSet. */
export function podNames(set: string, replicas: number): string[] {
  return Array.from({ length: replicas }, (_, at) => `${set}-${String(at)}`);
}

/**
 * What a system's declared load asks of disks, memory and replicas, what it costs, and where a promise does not fit.
 * Formulas: memory = series × 3 KB × 2 + 1 GB, storage = samples/s × retention × 1.5 B × 2 replicas.
 */
import { monthlyCost } from "./capacity/cost.ts";
import type { Cost } from "./capacity/cost.ts";
import { capacityFindings } from "./capacity/findings.ts";
import { jobLoads, replicasOf } from "./capacity/load.ts";
import type { JobLoad } from "./capacity/load.ts";
import { memories } from "./capacity/memory.ts";
import type { Memory } from "./capacity/memory.ts";
import { assumedQueryLoad, scales } from "./capacity/scaling.ts";
import type { QueryLoad, Scale } from "./capacity/scaling.ts";
import { bytesPerSample, localDisk, objectStorage } from "./capacity/storage.ts";
import type { LocalDisk, ObjectStorage } from "./capacity/storage.ts";
import type { Finding } from "./checks/finding.ts";
import type { System } from "./model.ts";
import { seconds } from "./units.ts";

export { describePlan } from "./capacity/describe.ts";

/** Bytes and seconds throughout; of one replica of Prometheus unless a field says otherwise. */
export interface CapacityPlan {
  readonly system: string;
  readonly jobs: readonly JobLoad[];
  /** Active series. */
  readonly series: number;
  readonly samplesPerSecond: number;
  /** Pairs of Prometheus that share the targets; series and samples of each are this fraction. */
  readonly shards: number;
  readonly memory: readonly Memory[];
  readonly disk: LocalDisk;
  /** On each receiver. Absent without Receive. */
  readonly receiveDisk?: number;
  readonly objects?: ObjectStorage;
  readonly scales: readonly Scale[];
  readonly cost?: Cost;
  /** Promises that do not fit. */
  readonly findings: readonly Finding[];
}

/** Plans for the load that the system declares. Pure. */
export function planCapacity(system: System, load: QueryLoad = assumedQueryLoad): CapacityPlan {
  const jobs = jobLoads(system);
  const series = jobs.reduce((sum, job) => sum + job.series, 0);
  const samplesPerSecond = jobs.reduce((sum, job) => sum + job.samplesPerSecond, 0);
  const wanted = scales(system, series, load);
  const shards = wanted.find(({ component }) => component === "prometheus")?.wanted ?? 1;
  const objects = objectStorage(system, series, samplesPerSecond);
  const receiveDisk = receiverDisk(system, samplesPerSecond);
  const cost = monthlyCost(system, objects);
  const plan = {
    system: system.name,
    jobs,
    series,
    samplesPerSecond,
    shards,
    memory: memories(system, series, shards),
    disk: localDisk(system, samplesPerSecond / shards),
    ...(receiveDisk !== undefined && { receiveDisk }),
    ...(objects && { objects }),
    scales: wanted,
    ...(cost && { cost }),
  };
  return { ...plan, findings: capacityFindings(system, plan) };
}

/** Both replicas of Prometheus write their own copies, and the ring spreads the replicated ones evenly. */
function receiverDisk(system: System, samplesPerSecond: number): number | undefined {
  const receive = system.longTerm.receive;
  if (receive === undefined) return undefined;
  const share = (replicasOf(system, "prometheus") * receive.replicationFactor) / receive.replicas;
  return samplesPerSecond * share * seconds(receive.retention) * bytesPerSample;
}

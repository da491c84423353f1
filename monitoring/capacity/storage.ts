import type { Duration, System } from "../model.ts";
import { bytes, seconds } from "../units.ts";
import { replicasOf } from "./load.ts";

/** Bytes of a sample in a block, index included: 1 to 2 by https://prometheus.io/docs/prometheus/latest/storage/. */
export const bytesPerSample = 1.5;

/** Longest block of the compactor, in seconds (two weeks). */
const longestBlock = 14 * 86_400;

/** Within this many seconds the compactor has merged the copies of replicas. */
const mergedAfter = 2 * 86_400;

/** Of one replica, in bytes, unless it says otherwise. */
export interface LocalDisk {
  /** The whole time of retention, if size never acted. */
  readonly wanted: number;
  /** `samples/s × retention × 1.5 B × 2`: the stated formula, both replicas together. */
  readonly pair: number;
  readonly limit: number;
  readonly volume: number;
  /** Seconds of data that are really kept: the time, or less where the size is reached first. */
  readonly effectiveSeconds: number;
}

/** Disk of Prometheus at `samplesPerSecond` on each replica. */
export function localDisk(system: System, samplesPerSecond: number): LocalDisk {
  const { time, size, volume } = system.retention.local;
  const wanted = samplesPerSecond * seconds(time) * bytesPerSample;
  return {
    wanted,
    pair: wanted * 2,
    limit: bytes(size),
    volume: bytes(volume),
    effectiveSeconds: Math.min(seconds(time), bytes(size) / (samplesPerSecond * bytesPerSample)),
  };
}

/** Bytes in the bucket at full age. */
export interface ObjectStorage {
  readonly raw: number;
  readonly fiveMinutes: number;
  readonly oneHour: number;
  readonly total: number;
  /** Working space of the compactor for its largest block: every copy that goes in and what comes out. */
  readonly compaction: number;
}

/** The bucket, when the system has one. */
export function objectStorage(
  system: System,
  series: number,
  samplesPerSecond: number,
): ObjectStorage | undefined {
  const kept = system.retention.objects;
  if (kept === undefined) return undefined;
  const copies = copiesOf(system);
  const rate = samplesPerSecond * bytesPerSample;
  const raw = rate * (lasting(kept.raw) + (copies - 1) * mergedAfter);
  const fiveMinutes = downsampled(series, 300) * lasting(kept.fiveMinutes);
  const oneHour = downsampled(series, 3_600) * lasting(kept.oneHour);
  const compaction = rate * Math.min(longestBlock, lasting(kept.raw)) * (copies + 1);
  return { raw, fiveMinutes, oneHour, total: raw + fiveMinutes + oneHour, compaction };
}

/** Seconds; Thanos keeps for ever what is to be kept for zero, of which the first year is planned. */
export function lasting(kept: Duration): number {
  return seconds(kept) || 365 * 86_400;
}

/** How often each sample arrives in the bucket before the compactor merges: once a replica, times the replication of Receive. */
function copiesOf({ longTerm, ...system }: System): number {
  const replicas = Math.max(1, replicasOf({ longTerm, ...system }, "prometheus"));
  return longTerm.mode === "receive" ? replicas * (longTerm.receive?.replicationFactor ?? 1) : replicas;
}

/** Bytes a second: each series leaves five aggregates (count, sum, min, max, counter) for every step. */
function downsampled(series: number, step: number): number {
  return (series / step) * 5 * bytesPerSample;
}

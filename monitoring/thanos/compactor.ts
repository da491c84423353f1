/**
 * Thanos Compactor: merges, downsamples and ends the life of blocks. Exactly one for a bucket.
 *
 * @see https://thanos.io/tip/components/compact.md/
 */
import type { Duration, System } from "../model.ts";
import { httpArguments, replicaLabels, type HttpListener } from "./common.ts";

/** Settings of the compactor. Paths are absolute. */
export interface CompactorOptions {
  readonly http: HttpListener;
  readonly dataDirectory: string;
  readonly objectStoreFile: string;
  /** Time between the mark and the deletion of a block; stores ignore marked ones after half of it. @default "48h" */
  readonly deleteDelay?: Duration;
  /** Age below which a fresh block is left alone. @default "30m" */
  readonly consistencyDelay?: Duration;
  /** Pause between runs. @default "5m" */
  readonly waitInterval?: Duration;
}

/** The complete arguments. @throws when the system keeps nothing in object storage. */
export function compactorArguments(system: System, options: CompactorOptions): string[] {
  const retention = system.retention.objects;
  if (retention === undefined)
    throw new Error(
      "retention.objects: absent, but a compactor is asked for; say how long blocks are kept or leave it out",
    );
  return [
    "compact",
    ...httpArguments(options.http),
    `--data-dir=${options.dataDirectory}`,
    `--objstore.config-file=${options.objectStoreFile}`,
    `--retention.resolution-raw=${retention.raw}`,
    `--retention.resolution-5m=${retention.fiveMinutes}`,
    `--retention.resolution-1h=${retention.oneHour}`,
    // The default merges sample by sample, which does not fit a pair that scrapes at different moments.
    "--deduplication.func=penalty",
    ...replicaLabels(system).map((label) => `--deduplication.replica-label=${label}`),
    `--delete-delay=${options.deleteDelay ?? "48h"}`,
    `--consistency-delay=${options.consistencyDelay ?? "30m"}`,
    "--wait",
    `--wait-interval=${options.waitInterval ?? "5m"}`,
    "--disable-admin-operations",
    "--web.disable-cors",
  ];
}

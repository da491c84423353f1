/**
 * Thanos Store Gateway: what is in the bucket, as if it were local.
 *
 * @see https://thanos.io/tip/components/store.md/
 */
import type { Duration, Size, System } from "../model.ts";
import { bytes, prometheusSize } from "../units.ts";
import { toYaml } from "../yaml.ts";
import { grpcArguments, httpArguments, storeLimits, type GrpcListener, type HttpListener } from "./common.ts";

/** Settings of one store gateway. Paths are absolute. */
export interface StoreOptions {
  readonly http: HttpListener;
  readonly grpc: GrpcListener;
  readonly dataDirectory: string;
  readonly objectStoreFile: string;
  /** File of {@link renderIndexCache}. */
  readonly indexCacheFile: string;
  /** File of {@link renderChunkCache}. */
  readonly chunkCacheFile: string;
  /** File of {@link renderShard}; needed where the system has more than one shard. */
  readonly shardFile?: string;
  /** Age of a deletion mark from which its block is left out: half of the compactor's `deleteDelay`. @default "24h" */
  readonly ignoreDeletionMarks?: Duration;
  /** How often new blocks are looked for. @default "3m" */
  readonly syncInterval?: Duration;
}

/** The complete arguments. @throws when the system is sharded and no shard is given: every instance would hold everything. */
export function storeArguments(system: System, options: StoreOptions): string[] {
  const { shards } = system.longTerm.store;
  if (shards > 1 && options.shardFile === undefined)
    throw new Error(
      `longTerm.store.shards is ${shards.toString()}, but ${options.http.listen} is given no shard; name its shard file`,
    );
  return [
    "store",
    ...httpArguments(options.http),
    ...grpcArguments(options.grpc),
    `--data-dir=${options.dataDirectory}`,
    `--objstore.config-file=${options.objectStoreFile}`,
    `--index-cache.config-file=${options.indexCacheFile}`,
    `--store.caching-bucket.config-file=${options.chunkCacheFile}`,
    "--chunk-pool-size=512MB",
    `--sync-block-duration=${options.syncInterval ?? defaultSync}`,
    `--ignore-deletion-marks-delay=${options.ignoreDeletionMarks ?? "24h"}`,
    "--store.enable-index-header-lazy-reader",
    "--store.grpc.series-max-concurrency=20",
    ...storeLimits,
    ...(options.shardFile === undefined ? [] : [`--selector.relabel-config-file=${options.shardFile}`]),
    "--disable-admin-operations",
    "--web.disable-cors",
  ];
}

const defaultSync: Duration = "3m";

/** Text of the index cache: postings and series, in memory. */
export function renderIndexCache(system: System): string {
  return toYaml({ type: "IN-MEMORY", config: memoryCache(system.longTerm.store.indexCache, 125) });
}

/** Text of the chunk cache, in memory. The list of blocks is kept no longer than it takes to look for new ones. */
export function renderChunkCache(system: System, options: Pick<StoreOptions, "syncInterval"> = {}): string {
  return toYaml({
    type: "IN-MEMORY",
    config: memoryCache(system.longTerm.store.chunkCache, 16),
    blocks_iter_ttl: options.syncInterval ?? defaultSync,
    metafile_doesnt_exist_ttl: options.syncInterval ?? defaultSync,
  });
}

/** A store does not start when one item may be larger than the whole cache. */
function memoryCache(size: Size, mostMebibytes: number): Record<string, string> {
  const item = Math.min(mostMebibytes * 2 ** 20, Math.floor(bytes(size) / 2));
  return { max_size: prometheusSize(size), max_item_size: `${item}B` };
}

/** Text of the selector by which a store takes its share of the blocks. `shard` counts from 0. */
export function renderShard(shards: number, shard: number): string {
  return toYaml([
    { action: "hashmod", source_labels: ["__block_id"], modulus: shards, target_label: "shard" },
    { action: "keep", source_labels: ["shard"], regex: shard.toString() },
  ]);
}

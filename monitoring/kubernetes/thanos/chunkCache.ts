/** The store's cache of chunks in memcached: every replica of every shard fills it for the others. */
import { bytes } from "../../units.ts";
import type { System } from "../../model.ts";
import { toYaml } from "../../yaml.ts";
import { clusterName, portOf } from "./addresses.ts";

/** memcached refuses larger items by default. */
const largestItem = "1MiB";

/** Members that share the cache; one that is lost takes its part of it with it, and nothing else. */
export const cacheMembers = 2;

/** Memory of each member for items, in MiB: together they hold the system's chunk cache. */
export function mebibytesPerMember(system: System): number {
  return Math.ceil(bytes(system.longTerm.store.chunkCache) / cacheMembers / 2 ** 20);
}

/**
 * Text of the store's chunk cache. The list of blocks is kept no longer than it takes to look for new ones.
 *
 * @see https://thanos.io/tip/components/store.md/#caching-bucket
 */
export function renderSharedChunkCache(system: System): string {
  const port = String(portOf(system, "thanos-memcached", "memcached"));
  return toYaml({
    type: "MEMCACHED",
    config: {
      addresses: [`dns+${clusterName(system, "thanos-memcached")}:${port}`],
      dns_provider_update_interval: "10s",
      max_async_buffer_size: 10_000,
      max_async_concurrency: 20,
      max_get_multi_batch_size: 100,
      max_get_multi_concurrency: 100,
      max_idle_connections: 100,
      max_item_size: largestItem,
      timeout: "500ms",
    },
    blocks_iter_ttl: "3m",
    metafile_doesnt_exist_ttl: "3m",
  });
}

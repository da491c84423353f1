import type { Connect } from "./connection.ts";
import type { Metrics } from "./metrics.ts";
import { every } from "./pace.ts";

const terminals = ["mt5-1", "mt5-2", "mt5-3"];
const mebibyte = 2 ** 20;

/** MT5 instances write their load to redis-instance-state; what is exposed is what is read back from there. */
export async function watchInstances(connect: Connect, metrics: Metrics, stop: AbortSignal): Promise<void> {
  const redis = connect("redis-instance-state");
  await every(1_000, stop, async () => {
    for (const [index, terminal] of terminals.entries()) {
      await redis.ask((instance) => instance.hset(`instance:${terminal}`, load(index)));
      const read = await redis.ask((instance) => instance.hgetall(`instance:${terminal}`));
      if (read === undefined) continue;
      metrics.instanceCpu.set({ terminal }, Number(read["cpu"]));
      metrics.instanceMemory.set({ terminal }, Number(read["memory"]));
    }
  });
  redis.close();
}

/** A wave of some minutes with noise; each instance is busier than the one before. */
function load(index: number): { cpu: number; memory: number } {
  const wave = Math.sin(Date.now() / 60_000 + index);
  return {
    cpu: Math.round(25 + 10 * index + 15 * wave + 5 * Math.random()),
    memory: Math.round((300 + 60 * index + 40 * wave + 5 * Math.random()) * mebibyte),
  };
}

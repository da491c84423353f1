/** Runs redis-benchmark against a Redis of a running stack, in a database of its own. */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { Redis } from "ioredis";
import type { RelayData } from "./redisRelay.ts";
import type { StackClient } from "./stackClient.ts";

export interface BenchmarkOptions {
  /** Path of redis-benchmark. */
  readonly executable: string;
  /** Service name, such as `redis-1`. */
  readonly redis: string;
  /** Requests of each test. @default 100 000 */
  readonly requests?: number;
  /** Parallel connections. @default 50 */
  readonly connections?: number;
  /** Names as redis-benchmark's `-t` takes them. @default all */
  readonly tests?: readonly string[];
}

export interface BenchmarkResult {
  readonly test: string;
  readonly requestsPerSecond: number;
}

/** The last of the 16 that Redis has by default: the stack's own parts use the first. */
const database = 15;

/** Longest run in milliseconds. */
const longestRun = 180_000;

/**
 * Runs the benchmark and empties the database that it filled.
 * @throws when the service is no Redis, database 15 holds keys already, or redis-benchmark fails or takes over 180 s.
 */
export async function redisBenchmark(
  client: StackClient,
  options: BenchmarkOptions,
): Promise<BenchmarkResult[]> {
  const { address, port, passwordFile } = serverOf(client, options.redis);
  const password = await readFile(passwordFile, "utf8");
  const redis = new Redis({ host: address, port, password, db: database });
  // redis-benchmark takes a password as an argument only, where everybody on the machine could read it.
  const directory = await mkdtemp(join(tmpdir(), "vigil-relay-"));
  const socket = join(directory, "redis.sock");
  const relay = startRelay({ socket, address, port, passwordFile });
  try {
    if ((await redis.dbsize()) > 0)
      throw new Error(
        `drill: database ${String(database)} of ${options.redis} holds keys, expected none: save or flush them`,
      );
    await once(relay, "message");
    const { stdout } = await promisify(execFile)(options.executable, benchmarkArguments(socket, options), {
      timeout: longestRun,
    });
    return results(stdout);
  } finally {
    await redis.flushdb("ASYNC");
    redis.disconnect();
    await relay.terminate();
    await rm(directory, { recursive: true });
  }
}

function serverOf(client: StackClient, name: string): Omit<RelayData, "socket"> {
  const health = client.inventory.services.find((service) => service.name === name)?.health;
  if (health?.kind !== "redis")
    throw new Error(`drill: "${name}" is no Redis of this stack, expected a service such as redis-1`);
  const passwordFile = join(client.inventory.paths.secrets, health.passwordSecret);
  return { address: health.address, port: health.port, passwordFile };
}

function startRelay(workerData: RelayData): Worker {
  return new Worker(new URL("redisRelay.ts", import.meta.url), { workerData });
}

function benchmarkArguments(socket: string, options: BenchmarkOptions): string[] {
  const { connections = 50, requests = 100_000, tests } = options;
  return [
    ...["-s", socket, "--dbnum", String(database), "--csv"],
    ...["-n", String(requests), "-c", String(connections)],
    ...(tests === undefined ? [] : ["-t", tests.join(",")]),
  ];
}

function results(csv: string): BenchmarkResult[] {
  return [...csv.matchAll(/^"([^"]+)","([\d.]+)"/gm)].map(([, test = "", rate]) => ({
    test,
    requestsPerSecond: Number(rate),
  }));
}

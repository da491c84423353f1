import { readFileSync } from "node:fs";
import { Redis, ReplyError } from "ioredis";
import type { CompleteDemoConfig, RedisName } from "./config.ts";
import type { Metrics } from "./metrics.ts";

/** A Redis instance that may come and go. */
export interface Connection {
  /** The answer, or `undefined` when the instance cannot be reached now. Never rejects. */
  ask<T>(work: (redis: Redis) => Promise<T>): Promise<T | undefined>;
  close(): void;
}

/** A blocking read must not hold up other commands, so each use gets its own connection. */
export type Connect = (name: RedisName) => Connection;

// Short, so that what stood still moves again within a second of the instance's return.
const retryMilliseconds = 250;
const commandTimeoutMilliseconds = 2_000;

/** Connects to the configured instances; failures are counted, changes of state are logged, retries never end. */
export function connector(config: CompleteDemoConfig, metrics: Metrics): Connect {
  for (const { name } of config.redis) metrics.connectionErrors.inc({ redis_instance: name }, 0);
  return (name) => {
    const endpoint = config.redis.find((redis) => redis.name === name);
    if (endpoint === undefined) throw new Error(`redis: ${name} is not configured; add it`);
    return open(endpoint, () => {
      metrics.connectionErrors.inc({ redis_instance: name });
    });
  };
}

function open(endpoint: CompleteDemoConfig["redis"][number], failed: () => void): Connection {
  const redis = new Redis({
    host: endpoint.address,
    port: endpoint.port,
    password: readFileSync(endpoint.passwordFile, "utf8").trim(),
    connectTimeout: 1_000,
    commandTimeout: commandTimeoutMilliseconds,
    retryStrategy: () => retryMilliseconds,
    // What could not be sent now is reported to its sender at once, not kept for later.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    // CLIENT SETINFO exists from Redis 7.2 on.
    disableClientInfo: true,
  });
  const reachable = (): boolean => redis.status === "ready";
  let lost = false;
  redis.on("error", (error: Error) => {
    failed();
    if (!lost) console.log(`${endpoint.name}: lost: ${error.message}`);
    lost = true;
  });
  redis.on("ready", () => {
    if (lost) console.log(`${endpoint.name}: back`);
    lost = false;
  });
  return {
    async ask(work) {
      if (!reachable()) return undefined;
      try {
        return await work(redis);
      } catch (error) {
        // A time-out is an instance that hangs; a refusal by the server is not a matter of the connection.
        if (reachable() && !(error instanceof ReplyError)) failed();
        return undefined;
      }
    },
    close() {
      redis.disconnect();
    },
  };
}

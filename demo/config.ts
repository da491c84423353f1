import { readFileSync } from "node:fs";
import { z } from "zod";

/** The processes of the trade system that the demo stands for. Each answers on a port of its own. */
export const roles = ["backend", "trade-engine", "instance-manager", "clickhouse", "duckdb"] as const;
export type Role = (typeof roles)[number];

/** The four Redis instances through which signals flow. */
export const redisNames = [
  "redis-trade-state",
  "redis-instance-state",
  "redis-signal-stream",
  "redis-result-stream",
] as const;
export type RedisName = (typeof redisNames)[number];

const port = z.int().min(1).max(65_535);
const file = z.string().min(1);

const schema = z.strictObject({
  /** Address that every role binds. */
  address: z.union([z.ipv4(), z.ipv6()]),
  /** PEM files; re-read when they change. */
  certificateFile: file,
  keyFile: file,
  /** One hex SHA-256 of a whole `Authorization` header value (`Basic …`) per line; re-read when it changes. */
  authorizationDigestsFile: file,
  redis: z
    .array(z.strictObject({ name: z.enum(redisNames), address: z.string().min(1), port, passwordFile: file }))
    .refine(
      (given) => redisNames.every((name) => given.filter((redis) => redis.name === name).length === 1),
      {
        error: `must name each of ${redisNames.join(", ")} once`,
      },
    ),
  roles: z
    .array(z.strictObject({ role: z.enum(roles), port }))
    .min(1)
    .refine((given) => unique(given.map(({ role }) => role)) && unique(given.map((one) => one.port)), {
      error: "must not name a role or a port twice",
    }),
  /** Signals sent in a second. */
  signalsPerSecond: z.number().positive().max(1_000).default(20),
});

/** What the demo is told, as `demo/main.ts --config FILE.json` reads it. `signalsPerSecond` may be left out: 20. */
export type DemoConfig = z.input<typeof schema>;

/** A {@link DemoConfig} with its defaults filled in. */
export type CompleteDemoConfig = z.output<typeof schema>;

/** Reads and checks the configuration file. @throws one line that names the file and each wrong key. */
export function readConfig(path: string): CompleteDemoConfig {
  return parseConfig(JSON.parse(readFileSync(path, "utf8")), path);
}

/** Checks a configuration. @throws one line that names `source` and each wrong key. */
export function parseConfig(value: unknown, source: string): CompleteDemoConfig {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues.map(
    (issue) => `${issue.path.join(".") || "the file"}: ${issue.message}`,
  );
  throw new Error(`${source}: ${faults.join("; ")}`);
}

function unique(values: readonly unknown[]): boolean {
  return new Set(values).size === values.length;
}

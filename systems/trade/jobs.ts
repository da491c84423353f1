import type { Labels, ScrapeJob, SystemParameters, Target } from "../../monitoring/model.ts";

/** The Redis instances of the trade system. */
export const redisInstances = [
  { name: "redis-trade-state", port: 6379 },
  { name: "redis-instance-state", port: 6380 },
  { name: "redis-signal-stream", port: 6381 },
  { name: "redis-result-stream", port: 6382 },
] as const;

/** What the trade system consists of, each target under a stable `instance` and its `service`. */
export function applicationJobs({ layout }: SystemParameters): ScrapeJob[] {
  const desktop = layout === "desktop";
  return [
    {
      name: "redis",
      about: "The four Redis instances, each asked for through the exporter.",
      interval: "1s",
      discovery: {
        kind: "static",
        targets: redisInstances.map(({ name, port }) =>
          // The backend's stream counters carry `redis_instance` too: so RedisDown inhibits SignalLoss of its own streams.
          target(`${name}:${port}`, "redis", name, { redis_instance: name }),
        ),
      },
      through: { component: "redis-exporter", path: "/scrape", addressPrefix: "redis://" },
      seriesPerTarget: 300,
    },
    {
      name: "duckdb",
      about: "The process that embeds DuckDB, which has no server of its own.",
      interval: "5s",
      discovery: {
        kind: "static",
        targets: [target(desktop ? "localhost:9001" : "localhost:1234", "duckdb", "duckdb")],
      },
      seriesPerTarget: 200,
    },
    {
      name: "clickhouse",
      about: "ClickHouse by its own Prometheus endpoint (port 9363, <prometheus> in its configuration).",
      interval: "5s",
      discovery: {
        kind: "static",
        targets: [target("clickhouse-node:9363", "clickhouse", "clickhouse-node")],
      },
      seriesPerTarget: 2_500,
    },
    {
      name: "backend",
      about: "The backend: signals received, failed and pending, its memory.",
      interval: "1s",
      discovery: { kind: "static", targets: [target("backend:8000", "backend", "backend")] },
      seriesPerTarget: 400,
    },
    {
      name: "rust-trade-engine",
      about: "The trade engine: state updates and latency.",
      interval: "1s",
      discovery: {
        kind: "static",
        targets: [
          target(desktop ? "localhost:9003" : "trade-engine:9000", "rust-trade-engine", "trade-engine"),
        ],
      },
      seriesPerTarget: 300,
    },
    {
      name: "instance_manager",
      about: "The manager of the MT5 instances: CPU, memory and queue of each.",
      interval: "1s",
      discovery: {
        kind: "static",
        targets: [target("localhost:9002", "instance_manager", "instance-manager")],
      },
      seriesPerTarget: 400,
    },
  ];
}

/** CPU, memory, disk and network: Windows hosts, and the Linux ones of HAProxy and the optional cloud Thanos. */
export const hostJobs: ScrapeJob[] = [
  {
    name: "windows",
    about: "CPU, memory, disk and network of every Windows host.",
    interval: "5s",
    scheme: "https",
    credentials: { kind: "stack" },
    discovery: { kind: "hosts", component: "windows-exporter" },
    seriesPerTarget: 1_500,
  },
  {
    name: "node",
    about: "CPU, memory, disk and network of every Linux host.",
    interval: "5s",
    scheme: "https",
    credentials: { kind: "stack" },
    discovery: { kind: "hosts", component: "node-exporter" },
    seriesPerTarget: 1_000,
  },
];

function target(address: string, service: string, instance: string, more: Labels = {}): Target {
  return { address, labels: { service, instance, ...more } };
}

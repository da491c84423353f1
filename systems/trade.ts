import { withSelfMonitoring } from "../monitoring/alerts/selfMonitoring.ts";
import { deadMansSwitchDeclaration } from "../monitoring/deadMansSwitch.ts";
import type { Sizing, System, SystemParameters } from "../monitoring/model.ts";
import { withObjectives } from "../monitoring/slo.ts";
import { certificateJob, stackJobs } from "./stackJobs.ts";
import { tradeAlerts } from "./trade/alerts.ts";
import { tradeDashboards } from "./trade/dashboards.ts";
import { applicationJobs, hostJobs } from "./trade/jobs.ts";
import { tradeNotifications } from "./trade/notifications.ts";
import { tradeObjectives } from "./trade/objectives.ts";

/** The Trade Distribution System: two Prometheus on Windows at a scrape interval of one second. */
export function trade(parameters: SystemParameters): System {
  const deployed = components.map(({ component }) => component);
  return withSelfMonitoring(
    withObjectives({
      name: "trade",
      title: "Trade Distribution System",
      description:
        "Signals from Redis streams to MT5 instances: Redis, ClickHouse, DuckDB, a backend and a trade engine.",
      platforms: ["local", "windows-azure", "windows-aws", "windows-existing"],
      namespace: "trade",
      scrape: { interval: "1s", timeout: "1s", evaluation: "1s" },
      externalLabels: { source: "trade-system", env: parameters.environment },
      replicaLabel: "replica",
      jobs: [
        ...applicationJobs(parameters),
        ...hostJobs,
        ...stackJobs(deployed, "5s"),
        certificateJob(deployed),
      ],
      recording: [],
      alerts: tradeAlerts,
      ownOutages: ["redis"],
      objectives: tradeObjectives,
      notifications: tradeNotifications,
      retention: {
        local: { time: "30d", size: "50GiB", volume: "64GiB" },
        // The system states none; the steps are GreenLang's.
        objects: { raw: "30d", fiveMinutes: "120d", oneHour: "730d" },
      },
      longTerm: {
        mode: "sidecar",
        bucket: { kind: "filesystem", name: `trade-metrics-${parameters.environment}` },
        tiers: [
          { name: "hot", from: "0d" },
          { name: "cool", from: "35d" },
          { name: "cold", from: "125d" },
        ],
        store: { indexCache: "256MiB", chunkCache: "512MiB", shards: 1, volume: "10GiB" },
        compactor: { volume: "64GiB" },
      },
      components,
      dashboards: tradeDashboards,
      access: {
        hostname: "monitoring.trade.internal",
        people: "basic",
        grafana: {
          bind: "127.0.0.1",
          port: 3000,
          maxConnections: 32,
          logLevel: "info",
          datasources: ["prometheus", "redis", "clickhouse"],
          clickhouseDatabase: "trade_system",
          saml: false,
        },
      },
      endpoints: [],
      secrets: [
        { name: "webhook-url", about: "Address that alerts are posted to.", generated: false },
        deadMansSwitchDeclaration,
        { name: "redis-password", about: "Password of the four Redis instances.", generated: true },
        {
          name: "clickhouse-password",
          about: "Password of Grafana's ClickHouse data source.",
          generated: true,
        },
        { name: "grafana-admin", about: "Password of Grafana's administrator.", generated: true },
        {
          name: "grafana-viewer",
          about: "Password of the account that sees and cannot edit.",
          generated: true,
        },
        {
          name: "grafana-secret-key",
          about: "Key that Grafana encrypts its stored secrets with.",
          generated: true,
        },
      ],
    }),
  );
}

/** Small beside Prometheus: the whole system has 20 000 series. */
const small = { limits: { cpu: 1, memory: "1GiB" } } as const;

const components: readonly Sizing[] = [
  { component: "prometheus", replicas: 2, limits: { cpu: 2, memory: "2GiB" }, volume: "64GiB" },
  { component: "thanos-sidecar", replicas: 2, ...small },
  { component: "thanos-query", replicas: 2, ...small },
  { component: "thanos-query-frontend", replicas: 1, ...small },
  { component: "thanos-store", replicas: 1, ...small, volume: "10GiB" },
  { component: "thanos-compactor", replicas: 1, ...small, volume: "64GiB" },
  { component: "thanos-ruler", replicas: 2, ...small },
  { component: "alertmanager", replicas: 2, ...small },
  { component: "pushgateway", replicas: 1, ...small },
  { component: "grafana", replicas: 1, ...small },
  { component: "haproxy", replicas: 1, ...small },
  { component: "redis-exporter", replicas: 1, ...small },
  { component: "blackbox-exporter", replicas: 1, ...small },
  // Two monitoring hosts, and three of the trade system itself.
  { component: "windows-exporter", replicas: 5, ...small },
  // HAProxy's machine.
  { component: "node-exporter", replicas: 1, ...small },
];

import { type AlertCase, at, counter, gauge, of, steady, type Cases } from "./cases.ts";

/** A target that is no target any more after 100 samples, and is one again 30 later. */
const leaving = "1x99 stale _x29 1x100";

export const availabilityCases: Cases = ({ federates, through }) => [
  {
    alert: "TargetDown",
    series: {
      [of("up", "backend")]: gauge(1, 0),
      [of("up", "prometheus")]: steady(1),
      // Another region tells of its own.
      ...(federates
        ? {
            [of("up", "kubernetes-pods", 'cluster="prod-westus"')]: steady(0),
            // RegionUnreachable is told of this one.
            [of("up", "federate", 'region="westus"', "prometheus-westus:9090")]: steady(0),
          }
        : {}),
    },
    fires: [at("backend-1", 'job="backend"')],
  },
  // What is asked through an exporter is tried again some time after the exporter is back.
  ...through.map(([job, exporter]): AlertCase => ({
    alert: "TargetDown",
    series: { [of("up", exporter)]: gauge(1, 0), [of("up", job)]: "1x10 0x32 1x196" },
    fires: [at(`${exporter}-1`, `job="${exporter}"`)],
  })),
  ...through.map(([job, exporter]): AlertCase => ({
    alert: "TargetDown",
    series: { [of("up", exporter)]: steady(1), [of("up", job)]: gauge(1, 0) },
    fires: [at(`${job}-1`, `job="${job}"`)],
  })),
  ...through.map(([job, exporter]): AlertCase => ({
    alert: "TargetFlapping",
    series: {
      [of("up", exporter)]: `1x10 ${"0 1 ".repeat(15)}1x199`,
      [of("up", job)]: `1x11 ${"0 1 ".repeat(15)}1x198`,
    },
    fires: [at(`${exporter}-1`, `job="${exporter}"`)],
  })),
  {
    alert: "JobHasNoTargets",
    series: {
      [of("up", "kubernetes-nodes", "", "node-1")]: leaving,
      [of("up", "kubernetes-nodes", "", "node-2")]: leaving,
      // One that is left, down or not, is for TargetDown.
      [of("up", "cadvisor", "", "node-1")]: leaving,
      [of("up", "cadvisor", "", "node-2")]: steady(0),
      // These have outages of their own.
      [of("up", "kubernetes-apiservers")]: leaving,
      [of("up", "haproxy-ingress")]: leaving,
      ...(federates ? { [of("up", "kubernetes-nodes", 'cluster="prod-westus"')]: steady(1) } : {}),
    },
    fires: ['job="kubernetes-nodes"'],
    at: { quiet: 95, firing: 118, over: 150 },
  },
  {
    alert: "TargetFlapping",
    series: {
      [of("up", "backend")]: `1x10 ${"0 1 ".repeat(15)}1x199`,
      ...(federates
        ? { [of("up", "kubernetes-pods", 'cluster="prod-westus"')]: `1x10 ${"0 1 ".repeat(15)}1x199` }
        : {}),
      // Down once is not flapping.
      [of("up", "demo")]: gauge(1, 0),
    },
    fires: [at("backend-1")],
  },
  {
    alert: "ScrapeSampleLimitNear",
    series: {
      [of("scrape_samples_post_metric_relabeling", "backend")]: gauge(400, 900),
      [of("scrape_sample_limit", "backend")]: steady(1_000),
      // A job without a limit.
      [of("scrape_samples_post_metric_relabeling", "free")]: steady(900),
      [of("scrape_sample_limit", "free")]: steady(0),
    },
    fires: [at("backend-1")],
  },
  {
    alert: "ScrapeNearTimeout",
    series: {
      [of("scrape_duration_seconds", "backend")]: gauge(0.1, 0.95),
      [of("scrape_timeout_seconds", "backend")]: steady(1),
      ...(federates
        ? {
            [of("scrape_duration_seconds", "kubernetes-pods", 'cluster="prod-westus"')]: steady(0.95),
            [of("scrape_timeout_seconds", "kubernetes-pods", 'cluster="prod-westus"')]: steady(1),
          }
        : {}),
    },
    fires: [at("backend-1")],
  },
  {
    alert: "JobSeriesGrow",
    step: "5m",
    series: {
      // 25 hours as ever, then twice as much; a day later that is as ever too.
      [of("scrape_samples_post_metric_relabeling", "backend")]: "3000x300 6000x400",
      // Small jobs may double.
      [of("scrape_samples_post_metric_relabeling", "small")]: "100x300 200x400",
    },
    fires: ['job="backend"'],
    at: { quiet: 295, firing: 330, over: 650 },
  },
  {
    alert: "RegionUnreachable",
    series: {
      [of("up", "federate", 'region="westus"', "prometheus-westus:9090")]: gauge(1, 0),
      [of("up", "federate", 'region="northeurope"', "prometheus-northeurope:9090")]: steady(1),
    },
    fires: ['region="westus"'],
  },
  {
    alert: "ProbeFailed",
    series: {
      [of("probe_success", "certificates")]: gauge(1, 0),
      [of("probe_success", "certificates", "", "grafana")]: steady(1),
    },
    fires: [at("certificates-1")],
  },
  {
    alert: "StackMemoryNearLimit",
    series: {
      [of("process_resident_memory_bytes", "alertmanager")]: gauge(100e6, 1.2e9),
      [of("process_resident_memory_bytes", "prometheus")]: steady(1.5e9),
      // What the stack watches has limits of its own.
      [of("process_resident_memory_bytes", "backend")]: steady(9e9),
    },
    fires: [at("alertmanager-1")],
  },
  {
    alert: "ServerCertificateExpiresSoon",
    step: "5m",
    series: {
      // Ends 13 days after the fault began; renewed for 90 days.
      [of("probe_ssl_earliest_cert_expiry", "certificates")]: gauge(2_592_000, 1_123_200, 7_776_000),
      [of("probe_ssl_earliest_cert_expiry", "certificates", "", "grafana")]: steady(2_592_000),
    },
    fires: [at("certificates-1")],
  },
  {
    alert: "RedisUnreachable",
    series: { [of("redis_up", "redis")]: gauge(1, 0) },
    fires: [at("redis-1")],
  },
  {
    alert: "RedisMemoryNearLimit",
    series: {
      [of("redis_memory_used_bytes", "redis")]: gauge(50e6, 95e6),
      [of("redis_memory_max_bytes", "redis")]: steady(100e6),
      // Without a limit there is none to be near.
      [of("redis_memory_used_bytes", "redis", "", "free")]: steady(95e6),
      [of("redis_memory_max_bytes", "redis", "", "free")]: steady(0),
    },
    fires: [at("redis-1")],
  },
  {
    alert: "RedisConnectionsNearLimit",
    series: {
      [of("redis_connected_clients", "redis")]: gauge(40, 9_000),
      [of("redis_config_maxclients", "redis")]: steady(10_000),
    },
    fires: [at("redis-1")],
  },
  {
    alert: "RedisPersistenceFailing",
    series: {
      [of("redis_rdb_last_bgsave_status", "redis")]: gauge(1, 0),
      [of("redis_aof_last_write_status", "redis")]: steady(1),
    },
    fires: [at("redis-1")],
  },
  {
    alert: "PostgresUnreachable",
    series: { [of("pg_up", "postgresql")]: gauge(1, 0) },
    fires: [at("postgresql-1")],
  },
  {
    alert: "PostgresConnectionsNearLimit",
    series: {
      [of("pg_stat_database_numbackends", "postgresql", 'datname="app"')]: gauge(20, 70),
      [of("pg_stat_database_numbackends", "postgresql", 'datname="jobs"')]: steady(20),
      [of("pg_settings_max_connections", "postgresql")]: steady(100),
    },
    fires: [at("postgresql-1")],
  },
  {
    alert: "PostgresDeadlocks",
    series: { [of("pg_stat_database_deadlocks", "postgresql", 'datname="app"')]: counter(0, 1) },
    fires: ['datname="app"'],
  },
];

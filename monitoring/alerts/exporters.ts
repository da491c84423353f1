/** What exporters tell of what they watch, where the system itself promises nothing about it. */
import type { Alert, Component } from "../model.ts";
import { bytes } from "../units.ts";
import { among, of, replicasOf, type Deployed } from "./deployed.ts";

export function exporterAlerts(deployed: Deployed): Alert[] {
  return [
    ...of(deployed, "redis-exporter", () => redisAlerts(deployed)),
    ...of(deployed, "postgres-exporter", () => postgresAlerts(deployed)),
    ...of(deployed, "blackbox-exporter", () => probeAlerts(deployed)),
    ...memoryNearLimit(deployed),
  ];
}

function redisAlerts({ system, patience }: Deployed): Alert[] {
  return [
    ...((system.ownOutages ?? []).includes("redis") ? [] : [redisUnreachable(patience)]),
    {
      name: "RedisMemoryNearLimit",
      expression: 'redis_memory_used_bytes{job="redis"} / (redis_memory_max_bytes{job="redis"} > 0) > 0.9',
      for: "5m",
      keepFiringFor: patience,
      severity: "warning",
      summary: "Redis {{ $labels.instance }} has nearly used its memory",
      description: "Redis {{ $labels.instance }} uses {{ $value | humanizePercentage }} of its maxmemory.",
      dashboard: "hosts",
      runbook: {
        meaning: "More than 90 % of the memory that maxmemory allows are used.",
        impact: "At the limit writes are refused, or keys evicted, as maxmemory-policy says.",
        firstLook: [
          { promql: 'sum by (instance) (redis_db_keys{job="redis"})', shows: "whether there are more keys" },
          {
            promql: 'rate(redis_evicted_keys_total{job="redis"}[5m])',
            shows: "above 0: keys are evicted already",
          },
          "redis-cli --bigkeys",
        ],
        mend: [
          "Streams without an end: trim them (XTRIM MAXLEN).",
          "Keys without an end: give them one (EXPIRE).",
          "Honest growth: raise maxmemory.",
        ],
      },
    },
    {
      name: "RedisConnectionsNearLimit",
      expression: 'redis_connected_clients{job="redis"} / redis_config_maxclients{job="redis"} > 0.8',
      for: "5m",
      keepFiringFor: patience,
      severity: "warning",
      summary: "Redis {{ $labels.instance }} has nearly all the clients that it may have",
      description:
        "Redis {{ $labels.instance }} has {{ $value | humanizePercentage }} of the clients that it may have.",
      dashboard: "hosts",
      runbook: {
        meaning: "More than 80 % of maxclients are connected.",
        impact: "At the limit new connections are refused.",
        firstLook: [
          { promql: 'redis_connected_clients{job="redis"}', shows: "a ramp: connections that nobody closes" },
          "redis-cli CLIENT LIST: which address has many",
        ],
        mend: ["A program that leaks: restart it, and mend its pool.", "Honest growth: raise maxclients."],
      },
    },
    {
      name: "RedisPersistenceFailing",
      expression:
        'redis_rdb_last_bgsave_status{job="redis"} == 0 or redis_aof_last_write_status{job="redis"} == 0',
      for: patience,
      keepFiringFor: patience,
      severity: "critical",
      summary: "Redis {{ $labels.instance }} cannot save",
      description:
        'The last save of Redis {{ $labels.instance }} failed (status {{ $value | printf "%.0f" }}); it may refuse writes.',
      dashboard: "hosts",
      runbook: {
        meaning: "Redis could not write its snapshot or its log: a full disk, or no memory for the fork.",
        impact:
          "A restart loses what was not saved. With stop-writes-on-bgsave-error Redis refuses writes at once.",
        firstLook: [
          "Redis' log: `Can't save in background`, `No space left on device`",
          {
            promql: 'time() - redis_rdb_last_save_timestamp_seconds{job="redis"}',
            shows: "age of the last save in seconds",
          },
        ],
        mend: ["Free space.", "`fork: Cannot allocate memory`: vm.overcommit_memory=1, or more memory."],
      },
    },
  ];
}

function redisUnreachable(patience: Alert["for"]): Alert {
  return {
    name: "RedisUnreachable",
    expression: 'redis_up{job="redis"} == 0',
    for: patience,
    keepFiringFor: patience,
    severity: "critical",
    summary: "Redis {{ $labels.instance }} does not answer",
    description: `Redis {{ $labels.instance }} has not answered its exporter for ${patience} (redis_up is {{ $value | printf "%.0f" }}).`,
    dashboard: "hosts",
    runbook: {
      meaning: "The exporter runs, and Redis refuses it or does not answer.",
      impact: "Whoever needs Redis fails with it.",
      firstLook: [
        { promql: 'redis_up{job="redis"}', shows: "since when" },
        { promql: 'redis_exporter_last_scrape_error{job="redis"}', shows: "the error, as a label" },
      ],
      mend: [
        "A managed Redis: its page in the cloud's portal.",
        "NOAUTH, WRONGPASS: the secret redis-password differs; give the right one and `pulumi up`.",
      ],
    },
  };
}

function postgresAlerts({ patience }: Deployed): Alert[] {
  return [
    {
      name: "PostgresUnreachable",
      expression: 'pg_up{job="postgresql"} == 0',
      for: patience,
      keepFiringFor: patience,
      severity: "critical",
      summary: "PostgreSQL {{ $labels.instance }} does not answer",
      description: `PostgreSQL {{ $labels.instance }} has not answered its exporter for ${patience} (pg_up is {{ $value | printf "%.0f" }}).`,
      dashboard: "hosts",
      runbook: {
        meaning: "The exporter runs, and PostgreSQL refuses it or does not answer.",
        impact: "Whoever needs the database fails with it.",
        firstLook: [
          { promql: 'pg_up{job="postgresql"}', shows: "since when" },
          "The exporter's log: password authentication failed, too many connections, timeout",
        ],
        mend: [
          "A managed server: its page in the cloud's portal.",
          "Authentication: the secret postgres-password differs.",
          "Too many connections: see PostgresConnectionsNearLimit.",
        ],
      },
    },
    {
      name: "PostgresConnectionsNearLimit",
      expression: `sum by (instance) (pg_stat_database_numbackends{job="postgresql"})
  / max by (instance) (pg_settings_max_connections{job="postgresql"}) > 0.8`,
      for: "5m",
      keepFiringFor: patience,
      severity: "warning",
      summary: "PostgreSQL {{ $labels.instance }} has nearly all the connections that it may have",
      description:
        "PostgreSQL {{ $labels.instance }} has {{ $value | humanizePercentage }} of its max_connections in use.",
      dashboard: "hosts",
      runbook: {
        meaning: "More than 80 % of max_connections are open.",
        impact: "At the limit programs cannot connect any more.",
        firstLook: [
          {
            promql: 'sum by (datname) (pg_stat_database_numbackends{job="postgresql"})',
            shows: "which database",
          },
          "SELECT state, count(*) FROM pg_stat_activity GROUP BY state: `idle in transaction` is a leak",
        ],
        mend: [
          "A leak: restart the program, and mend its pool.",
          "Many programs: a pooler (PgBouncer) before the server.",
        ],
      },
    },
    {
      name: "PostgresDeadlocks",
      expression:
        'sum by (instance, datname) (increase(pg_stat_database_deadlocks{job="postgresql"}[15m])) > 3',
      for: "0s",
      keepFiringFor: "15m",
      severity: "warning",
      summary: "Transactions in {{ $labels.datname }} block each other",
      description:
        '{{ $value | printf "%.0f" }} transactions of {{ $labels.datname }} at {{ $labels.instance }} were ended by deadlocks in 15 minutes.',
      dashboard: "hosts",
      runbook: {
        meaning: "Two transactions wait for each other's locks, and PostgreSQL ends one.",
        impact: "The ended transactions fail, unless the program tries again.",
        firstLook: [
          {
            promql: 'sum by (datname) (increase(pg_stat_database_deadlocks{job="postgresql"}[1h]))',
            shows: "which database",
          },
          "The server's log: `deadlock detected` with both statements",
        ],
        mend: ["Lock rows in one order everywhere.", "Shorter transactions."],
      },
    },
  ];
}

function probeAlerts({ patience, afterwards }: Deployed): Alert[] {
  return [
    {
      name: "ProbeFailed",
      expression: "probe_success == 0",
      for: afterwards,
      keepFiringFor: patience,
      severity: "warning",
      summary: "{{ $labels.instance }} does not answer from outside",
      description: `The blackbox exporter has not reached {{ $labels.instance }} for ${afterwards} (probe_success is {{ $value | printf "%.0f" }}).`,
      dashboard: "edge",
      runbook: {
        meaning:
          "A connection from outside fails: refused, timed out, or a certificate that is not accepted.",
        impact: "Whoever speaks to it in the same way fails as well.",
        firstLook: [
          { promql: "probe_ssl_earliest_cert_expiry - time()", shows: "below 0: its certificate has ended" },
          { promql: "probe_duration_seconds", shows: "near the timeout: slow, not refused" },
          "https://BLACKBOX/probe?target=ADDRESS&module=tcp_tls&debug=true",
        ],
        mend: ["Refused: start it.", "A certificate: `pulumi up` renews it.", "Slow: its machine lacks CPU."],
      },
    },
  ];
}

/** Components by the memory that they may use. On hosts nothing enforces it: it is what the machine was planned for. */
function memoryNearLimit(deployed: Deployed): Alert[] {
  const byLimit = new Map<number, Component[]>();
  for (const { component, limits } of deployed.system.components)
    if (limits !== undefined && replicasOf(deployed, component) > 0 && tellsItsMemory(component))
      byLimit.set(bytes(limits.memory), [...(byLimit.get(bytes(limits.memory)) ?? []), component]);
  if (byLimit.size === 0) return [];
  const branches = [...byLimit].map(
    ([limit, components]) => `process_resident_memory_bytes{${among("job", components)}} / ${limit} > 0.9`,
  );
  return [
    {
      name: "StackMemoryNearLimit",
      expression: branches.join("\nor "),
      for: "10m",
      keepFiringFor: "5m",
      severity: "warning",
      summary: "{{ $labels.instance }} has nearly used its memory",
      description:
        "{{ $labels.instance }} of {{ $labels.job }} uses {{ $value | humanizePercentage }} of the memory that it may have.",
      dashboard: "capacity",
      runbook: {
        meaning: "The resident memory of a part of the stack is above 90 % of its limit in systems/.",
        impact: "On Kubernetes it is killed at the limit; on a host it takes from the others.",
        firstLook: [
          {
            promql: 'process_resident_memory_bytes{job=~"prometheus|thanos.*|alertmanager|grafana"}',
            shows: "a ramp is a leak or growth, a step a query",
          },
          {
            promql: 'prometheus_tsdb_head_series{job="prometheus"}',
            shows: "series: the larger part of Prometheus' memory",
          },
        ],
        mend: [
          "Prometheus: see JobSeriesGrow.",
          "Thanos: one large query, or caches; see the limits of its component.",
          "Honest growth: raise limits.memory in systems/.",
        ],
      },
    },
  ];
}

/** HAProxy's exporter tells none; exporters of hosts are one on each of many machines. */
function tellsItsMemory(component: Component): boolean {
  return !["haproxy", "windows-exporter", "node-exporter", "kube-state-metrics", "oauth2-proxy"].includes(
    component,
  );
}

import assert from "node:assert/strict";
import type { Alert, ScrapeJob, System, Target } from "../../monitoring/model.ts";
import { trade } from "../../systems/trade.ts";

const cluster = trade({ environment: "production", region: "local", layout: "cluster" });
const desktop = trade({ environment: "production", region: "local", layout: "desktop" });

function job(system: System, name: string): ScrapeJob {
  const found = system.jobs.find((one) => one.name === name);
  assert.ok(found, `job ${name} is missing`);
  return found;
}

function targets(system: System, name: string): readonly Target[] {
  const { discovery } = job(system, name);
  assert.ok(discovery.kind === "static", `job ${name} is discovered`);
  return discovery.targets;
}

function addresses(system: System, name: string): string[] {
  return targets(system, name).map(({ address }) => address);
}

function alert(name: string): Alert {
  const found = cluster.alerts.flatMap(({ alerts }) => alerts).find((one) => one.name === name);
  assert.ok(found, `alert ${name} is missing`);
  return found;
}

describe("The trade system", () => {
  it("scrapes and evaluates every second", () => {
    assert.deepEqual(cluster.scrape, { interval: "1s", timeout: "1s", evaluation: "1s" });
  });

  it("labels everything source=trade-system and env=production, and replicas apart", () => {
    assert.deepEqual(cluster.externalLabels, { source: "trade-system", env: "production" });
    assert.equal(cluster.replicaLabel, "replica");
  });

  it("watches each target of the cluster form at its interval", () => {
    const table = {
      redis: [
        [
          "redis-trade-state:6379",
          "redis-instance-state:6380",
          "redis-signal-stream:6381",
          "redis-result-stream:6382",
        ],
        "1s",
      ],
      duckdb: [["localhost:1234"], "5s"],
      clickhouse: [["clickhouse-node:9363"], "5s"],
      backend: [["backend:8000"], "1s"],
      "rust-trade-engine": [["trade-engine:9000"], "1s"],
      instance_manager: [["localhost:9002"], "1s"],
    };
    for (const [name, row] of Object.entries(table))
      assert.deepEqual([addresses(cluster, name), job(cluster, name).interval], row, name);
  });

  it("differs in the desktop form by the addresses of DuckDB's process and the trade engine only", () => {
    assert.deepEqual(addresses(desktop, "duckdb"), ["localhost:9001"]);
    assert.deepEqual(addresses(desktop, "rust-trade-engine"), ["localhost:9003"]);
    for (const name of ["redis", "clickhouse", "backend", "instance_manager"])
      assert.deepEqual(addresses(desktop, name), addresses(cluster, name));
  });

  it("asks the multi-target exporter about each Redis, and no Redis itself", () => {
    assert.deepEqual(job(cluster, "redis").through, {
      component: "redis-exporter",
      path: "/scrape",
      addressPrefix: "redis://",
    });
  });

  it("gives every named target a service, and an instance that is the same in both forms", () => {
    const labelled = (system: System) =>
      ["redis", "duckdb", "clickhouse", "backend", "rust-trade-engine", "instance_manager"].flatMap((name) =>
        targets(system, name).map(({ labels }) => [name, labels["service"], labels["instance"]]),
      );
    assert.deepEqual(labelled(cluster), [
      ["redis", "redis", "redis-trade-state"],
      ["redis", "redis", "redis-instance-state"],
      ["redis", "redis", "redis-signal-stream"],
      ["redis", "redis", "redis-result-stream"],
      ["duckdb", "duckdb", "duckdb"],
      ["clickhouse", "clickhouse", "clickhouse-node"],
      ["backend", "backend", "backend"],
      ["rust-trade-engine", "rust-trade-engine", "trade-engine"],
      ["instance_manager", "instance_manager", "instance-manager"],
    ]);
    assert.deepEqual(labelled(desktop), labelled(cluster));
  });

  it("watches hosts by both exporters, and every component of the stack, every 5 s", () => {
    const own = [
      ...[
        "windows",
        "node",
        "prometheus",
        "thanos-sidecar",
        "thanos-query",
        "thanos-query-frontend",
        "thanos-store",
      ],
      ...["thanos-compactor", "thanos-ruler", "alertmanager", "haproxy", "grafana", "pushgateway"],
    ];
    for (const name of own) assert.equal(job(cluster, name).interval, "5s", name);
    assert.deepEqual(job(cluster, "windows").discovery, { kind: "hosts", component: "windows-exporter" });
    assert.deepEqual(job(cluster, "node").discovery, { kind: "hosts", component: "node-exporter" });
    for (const name of own) assert.deepEqual(job(cluster, name).credentials, { kind: "stack" }, name);
  });

  it("keeps 30 days or 50 GiB on a volume of 64 GiB, with 2 CPU and 2 GiB of memory, twice", () => {
    assert.deepEqual(cluster.retention.local, { time: "30d", size: "50GiB", volume: "64GiB" });
    const prometheus = cluster.components.find(({ component }) => component === "prometheus");
    assert.equal(prometheus?.replicas, 2);
    assert.deepEqual(prometheus.limits, { cpu: 2, memory: "2GiB" });
  });

  it("evaluates its alerts every second, each for 5 s and kept against flapping", () => {
    const own = cluster.alerts.filter(({ name }) => name.startsWith("trade-"));
    assert.deepEqual(
      own.map(({ name }) => name),
      ["trade-critical", "trade-warning"],
    );
    for (const group of own) assert.equal(group.interval, "1s", group.name);
    const severities = {
      HighMemoryUsage: "critical",
      SlowSync: "warning",
      RedisDown: "critical",
      SignalLoss: "critical",
    };
    for (const [name, severity] of Object.entries(severities)) {
      assert.equal(alert(name).for, "5s", name);
      assert.equal(alert(name).severity, severity, name);
      assert.ok(alert(name).keepFiringFor, name);
    }
  });

  it("compares the backend's memory, and nobody else's, with 80 % of 1 GiB", () => {
    assert.equal(
      alert("HighMemoryUsage").expression,
      'process_resident_memory_bytes{service="backend"} / 1073741824 > 0.8',
    );
  });

  it("promises the first page of RedisDown within 10 s", () => {
    assert.equal(alert("RedisDown").pageWithin, "10s");
  });

  it("groups by severity and alert and notifies a webhook after 1 s, then every 5 s, waiting 2 s for a peer", () => {
    const { root, receivers, peerTimeout } = cluster.notifications;
    assert.deepEqual(
      [root.groupBy, root.groupWait, root.groupInterval, peerTimeout],
      [["severity", "alertname", "instance", "stream"], "1s", "5s", "2s"],
    );
    assert.equal(receivers.find(({ name }) => name === root.receiver)?.kind, "webhook");
  });

  it("lets RedisDown silence the SignalLoss of its own instance, and of the results that answer lost signals", () => {
    assert.deepEqual(cluster.notifications.inhibitions.slice(0, 2), [
      { source: ['alertname="RedisDown"'], target: ['alertname="SignalLoss"'], equal: ["redis_instance"] },
      {
        source: ['alertname="RedisDown"', 'redis_instance="redis-signal-stream"'],
        target: ['alertname="SignalLoss"', 'redis_instance="redis-result-stream"'],
        equal: [],
      },
    ]);
    for (const { labels } of targets(cluster, "redis"))
      assert.equal(labels["redis_instance"], labels["instance"]);
  });

  it("lets RedisDown outlast the recovery of SignalLoss", () => {
    assert.equal(alert("RedisDown").keepFiringFor, "20s");
    // 10 s of window and these are less than the 20 s.
    assert.equal(alert("SignalLoss").keepFiringFor, "5s");
  });

  it("shows on each panel the metric that is asked for", () => {
    const table = {
      "Trade State": {
        "Open Trades": "redis_tss_signals_received_total",
        "Active Orders": "trade_state_updates_per_sec",
        Slippage: "clickhouse_slippage_average",
        "Failed Trades": "redis_tss_signals_failed_total",
      },
      Performance: {
        "Execution Latency": "redis_tss_signal_processing_latency",
        "Broker Slippage": "clickhouse_slippage_average",
        "Connection Errors": "redis_tss_connection_errors_total",
      },
      "Instance State (MT5)": {
        CPU: "instance_cpu_usage",
        Memory: "instance_memory_usage",
        "Queue Length": "redis_tss_pending_signals",
      },
    };
    assert.deepEqual(
      cluster.dashboards.map(({ title }) => title),
      Object.keys(table),
    );
    for (const dashboard of cluster.dashboards) {
      const wanted = Object.entries(table[dashboard.title as keyof typeof table]);
      assert.deepEqual(
        dashboard.panels.map(({ title }) => title),
        wanted.map(([title]) => title),
      );
      for (const [title, metric] of wanted)
        assert.ok(
          dashboard.panels.find((panel) => panel.title === title)?.expression.includes(metric),
          title,
        );
    }
  });

  it("binds Grafana to loopback for 32 connections, with its three data sources", () => {
    assert.deepEqual(cluster.access.grafana, {
      bind: "127.0.0.1",
      port: 3000,
      maxConnections: 32,
      logLevel: "info",
      datasources: ["prometheus", "redis", "clickhouse"],
      clickhouseDatabase: "trade_system",
      saml: false,
    });
  });

  it("runs on Windows of both clouds, on machines that exist, and here", () => {
    assert.deepEqual(cluster.platforms, ["local", "windows-azure", "windows-aws", "windows-existing"]);
  });
});

import assert from "node:assert/strict";
import type { ScrapeJob } from "../../monitoring/model.ts";
import { oversight } from "../../systems/oversight.ts";

const system = oversight({ environment: "production", region: "eastus", layout: "cluster" });

function job(name: string): ScrapeJob {
  const found = system.jobs.find((one) => one.name === name);
  assert.ok(found, `job ${name} is missing`);
  return found;
}

function sizing(component: string) {
  return system.components.find((one) => one.component === component);
}

describe("The oversight system", () => {
  it("scrapes and evaluates every 30 s in namespace monitoring, as cluster prod-eastus", () => {
    assert.deepEqual([system.scrape.interval, system.scrape.evaluation], ["30s", "30s"]);
    assert.equal(system.namespace, "monitoring");
    assert.deepEqual(system.externalLabels, { cluster: "prod-eastus", environment: "production" });
  });

  it("keeps 15 days or 50 GiB on 100 GiB, twice, with 1 CPU and 2 GiB up to 2 CPU and 4 GiB", () => {
    assert.deepEqual(system.retention.local, { time: "15d", size: "50GiB", volume: "100GiB" });
    assert.deepEqual(sizing("prometheus"), {
      component: "prometheus",
      replicas: 2,
      requests: { cpu: 1, memory: "2GiB" },
      limits: { cpu: 2, memory: "4GiB" },
      volume: "100GiB",
    });
  });

  it("discovers API servers, nodes and pods, the first two over verified TLS", () => {
    const role = (name: string) => {
      const { discovery } = job(name);
      return discovery.kind === "kubernetes" ? discovery.role : discovery.kind;
    };
    assert.deepEqual(["kubernetes-apiservers", "kubernetes-nodes", "kubernetes-pods"].map(role), [
      "endpointslice",
      "node",
      "pod",
    ]);
    for (const name of ["kubernetes-apiservers", "kubernetes-nodes"]) assert.equal(job(name).scheme, "https");
    // API servers are dialled by an address that their certificates need not hold; kubelets' hold it.
    assert.deepEqual(job("kubernetes-apiservers").credentials, {
      kind: "serviceAccount",
      serverName: "kubernetes",
    });
    assert.deepEqual(job("kubernetes-nodes").credentials, { kind: "serviceAccount" });
  });

  it("discovers the virtual machines of its resource group every 5 minutes", () => {
    assert.deepEqual(job("azure-vms").discovery, {
      kind: "azure",
      resourceGroup: "rg-oversight-prod-saas-eastus",
      port: 9100,
      refresh: "300s",
      expected: 10,
    });
  });

  it("asks exporters about the managed PostgreSQL and Redis", () => {
    const address = (name: string) => {
      const { discovery } = job(name);
      return discovery.kind === "static" ? discovery.targets.map((target) => target.address) : [];
    };
    assert.deepEqual(address("postgresql"), ["psql-oversight-prod.postgres.database.azure.com:5432"]);
    assert.equal(job("postgresql").through?.component, "postgres-exporter");
    assert.deepEqual(address("redis"), ["redis-oversight-prod.redis.cache.windows.net:6380"]);
    assert.deepEqual(job("redis").through, {
      component: "redis-exporter",
      path: "/scrape",
      addressPrefix: "rediss://",
    });
  });

  it("federates kubernetes jobs and recorded series of the two other regions under their own labels", () => {
    const { discovery, honorLabels, path } = job("federate");
    assert.ok(discovery.kind === "federate");
    assert.deepEqual(
      discovery.from.map(({ address }) => address.split(":")[0]),
      ["prometheus-westus", "prometheus-northeurope"],
    );
    assert.deepEqual(discovery.match, [
      '{job=~"kubernetes-.*"}',
      '{__name__=~"job:.*"}',
      '{__name__=~"instance:.*"}',
    ]);
    assert.deepEqual([honorLabels, path], [true, "/federate"]);
  });

  it("watches its own stack", () => {
    for (const name of [
      "prometheus",
      "thanos-receive",
      "thanos-query",
      "thanos-store",
      "thanos-compactor",
      "alertmanager",
    ])
      assert.equal(job(name).discovery.kind, "stack", name);
  });

  it("writes to three receivers of 100 GiB and 7 days, and its queue is the one asked for, its backoff 5 s or more", () => {
    assert.equal(system.longTerm.mode, "receive");
    assert.deepEqual(system.longTerm.receive, {
      replicas: 3,
      replicationFactor: 3,
      retention: "7d",
      volume: "100GiB",
    });
    assert.equal(sizing("thanos-receive")?.replicas, 3);
    assert.deepEqual(system.longTerm.remoteWrite?.queue, {
      capacity: 10_000,
      minShards: 1,
      maxShards: 200,
      maxSamplesPerSend: 5_000,
      batchSendDeadline: "5s",
      minBackoff: "30ms",
      maxBackoff: "10s",
    });
    assert.deepEqual(system.longTerm.bucket, { kind: "azure-blob", name: "thanos-metrics" });
  });

  it("records what is asked for at its interval", () => {
    const recorded = system.recording
      .filter(({ name }) => name.startsWith("oversight-"))
      .flatMap(({ interval, rules }) => rules.map(({ record }) => `${record} ${interval}`));
    assert.deepEqual(recorded.sort(), [
      "business:active_users:count 60s",
      "business:revenue:rate1m 60s",
      "business:transactions:rate1h 60s",
      "instance:db_connections:usage 30s",
      "instance:node_cpu:rate5m 30s",
      "instance:node_memory_usage:percentage 30s",
      "job:http_errors:rate5m 30s",
      "job:http_request_duration:p95_5m 30s",
      "job:http_requests:rate5m 30s",
    ]);
  });

  it("serves the endpoints that clients know", () => {
    assert.deepEqual(
      system.endpoints.map(({ host, port, path = "" }) => `${host}:${port.toString()}${path}`),
      [
        "prometheus.monitoring.svc.cluster.local:9090",
        "prometheus.monitoring.svc.cluster.local:9090/federate",
        "thanos-receiver:19291",
      ],
    );
  });

  it("admits people of oversight.com through two oauth2-proxies at prometheus.oversight.com", () => {
    const { hostname, people, emailDomain } = system.access;
    assert.deepEqual(
      [hostname, people, emailDomain],
      ["prometheus.oversight.com", "oauth2-proxy", "oversight.com"],
    );
    assert.equal(sizing("oauth2-proxy")?.replicas, 2);
  });
});

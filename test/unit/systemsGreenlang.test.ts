import assert from "node:assert/strict";
import { greenlang } from "../../systems/greenlang.ts";

const production = greenlang({ environment: "production", region: "eu-west-1", layout: "cluster" });
const development = greenlang({ environment: "dev", region: "eu-west-1", layout: "cluster" });

function receiverOf(system: typeof production, severity: string): string | undefined {
  const { root, receivers } = system.notifications;
  const route = root.routes?.find(({ matchers }) => matchers.includes(`severity="${severity}"`));
  return receivers.find(({ name }) => name === route?.receiver)?.kind;
}

describe("The greenlang system", () => {
  it("scrapes and evaluates every 15 s, labelled by cluster and region", () => {
    assert.deepEqual([production.scrape.interval, production.scrape.evaluation], ["15s", "15s"]);
    assert.deepEqual(production.externalLabels, { cluster: "greenlang-production", region: "eu-west-1" });
    assert.equal(development.externalLabels["cluster"], "greenlang-dev");
  });

  it("keeps 7 days or 50 GiB locally, raw data 30 days, 5-minute 120 and 1-hour 730", () => {
    const { local, objects } = production.retention;
    assert.deepEqual([local.time, local.size], ["7d", "50GiB"]);
    assert.deepEqual(objects, { raw: "30d", fiveMinutes: "120d", oneHour: "730d" });
  });

  it("watches the API, its agents, Kong, PostgreSQL and Redis by monitors, batch jobs by PushGateway", () => {
    const kinds = Object.fromEntries(
      production.jobs.map(({ name, discovery }) => [
        name,
        discovery.kind === "monitor" ? discovery.object : discovery.kind,
      ]),
    );
    assert.equal(kinds["greenlang-api"], "ServiceMonitor");
    assert.equal(kinds["greenlang-agents"], "PodMonitor");
    for (const name of ["kong", "postgresql", "redis"]) assert.equal(kinds[name], "ServiceMonitor", name);
    assert.equal(kinds["pushgateway"], "pushgateway");
  });

  it("expects 47 agents and more", () => {
    const discovery = production.jobs.find(({ name }) => name === "greenlang-agents")?.discovery;
    assert.ok(discovery?.kind === "monitor" && discovery.expected >= 47);
  });

  it("sizes each component as stated: replicas up to a most, requests, limits, volume", () => {
    const row = (component: string) => {
      const found = production.components.find((sizing) => sizing.component === component);
      const resources = (
        given: typeof found extends undefined ? never : NonNullable<typeof found>["limits"],
      ) => `${String(given?.cpu)}/${String(given?.memory)}`;
      return [
        found?.replicas,
        found?.maxReplicas,
        resources(found?.requests),
        resources(found?.limits),
        found?.volume,
      ];
    };
    assert.deepEqual(row("prometheus"), [2, 4, "0.5/2GiB", "2/8GiB", "64GiB"]);
    assert.deepEqual(row("thanos-query"), [2, 4, "0.25/512MiB", "1/2GiB", undefined]);
    assert.deepEqual(row("thanos-store"), [2, 4, "0.25/1GiB", "1/4GiB", "50GiB"]);
    assert.deepEqual(row("thanos-compactor"), [1, 1, "0.25/1GiB", "1/4GiB", "100GiB"]);
    assert.deepEqual(row("alertmanager"), [2, 3, "0.1/256MiB", "0.5/512MiB", "2GiB"]);
    assert.deepEqual(row("pushgateway"), [2, undefined, "0.1/128MiB", "0.5/512MiB", "2GiB"]);
    assert.deepEqual([row("thanos-ruler")[0], row("thanos-sidecar")[0]], [2, 2]);
  });

  it("caches 1 GiB of index and 2 GiB of chunks in each store, and each shard has two", () => {
    assert.deepEqual(production.longTerm.store, {
      indexCache: "1GiB",
      chunkCache: "2GiB",
      shards: 1,
      volume: "50GiB",
    });
    assert.deepEqual(production.longTerm.compactor, { volume: "100GiB" });
  });

  it("uploads by sidecar to its own bucket, whose tiers follow each retention step by five days", () => {
    assert.equal(production.longTerm.mode, "sidecar");
    assert.deepEqual(production.longTerm.bucket, { kind: "s3", name: "gl-thanos-metrics-production" });
    assert.equal(development.longTerm.bucket.name, "gl-thanos-metrics-dev");
    assert.deepEqual(production.longTerm.tiers, [
      { name: "hot", from: "0d" },
      { name: "warm", from: "7d" },
      { name: "cool", from: "35d" },
      { name: "cold", from: "125d" },
    ]);
  });

  it("groups alerts by name, cluster and service: 30 s, 5 min, 4 h", () => {
    const { root } = production.notifications;
    assert.deepEqual(
      [root.groupBy, root.groupWait, root.groupInterval, root.repeatInterval],
      [["alertname", "cluster", "service"], "30s", "5m", "4h"],
    );
  });

  it("sends critical alerts to PagerDuty in production and to Slack elsewhere, warnings to Slack", () => {
    assert.deepEqual(
      [receiverOf(production, "critical"), receiverOf(production, "warning")],
      ["pagerduty", "slack"],
    );
    assert.deepEqual(
      [receiverOf(development, "critical"), receiverOf(development, "warning")],
      ["slack", "slack"],
    );
    assert.ok(!development.notifications.receivers.some(({ kind }) => kind === "pagerduty"));
    assert.ok(!development.secrets.some(({ name }) => name === "pagerduty-key"));
  });

  it("mails a summary every Monday", () => {
    const { schedule, figures = [] } = production.notifications.weeklySummary ?? {};
    assert.equal(schedule, "0 8 * * 1");
    const budgets = figures.filter(({ title }) => title.startsWith("Error budget of 30d left: "));
    assert.equal(budgets.length, production.objectives?.length);
  });

  it("evaluates its objectives over long-term data at Thanos Ruler", () => {
    const long = production.recording.find(({ name }) => name === "slo-days");
    assert.equal(long?.evaluator, "thanos-ruler");
    for (const window of ["[3d]", "[30d]"])
      assert.ok(
        long.rules.some(({ expression }) => expression.includes(window)),
        window,
      );
    const slow = production.alerts.find(({ name }) => name === "slo-slow");
    assert.equal(slow?.evaluator, "thanos-ruler");
    assert.equal(slow.alerts.length, production.objectives?.length);
  });

  it("admits people by Grafana's OAuth and programs by JWT", () => {
    assert.equal(production.access.people, "grafana-oauth");
    assert.ok(production.access.jwt);
    assert.equal(production.access.grafana.saml, false);
  });
});

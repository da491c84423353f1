import { trade } from "../../systems/trade.ts";
import { ruleTests } from "./ruleTests.ts";

describe("Alerts of a stack about itself, as Prometheus evaluates them", function () {
  this.timeout(30_000);
  const { states } = ruleTests(trade({ environment: "production", region: "local", layout: "cluster" }));
  const up = (job: string, instance: string) => `up{instance="${instance}", job="${job}", service="${job}"}`;
  const pair = { [up("prometheus", "prometheus-1")]: "1x60", [up("prometheus", "prometheus-2")]: "1x60" };

  it("Watchdog always fires", () =>
    states("Watchdog", "severity", "5s", pair, { "1s": { info: "firing" }, "300s": { info: "firing" } }));

  it("TargetDown fires after a minute, stays a minute and ends", () =>
    states(
      "TargetDown",
      "instance",
      "5s",
      { [up("backend", "backend")]: "1x2 0x23 1x60" },
      {
        "14s": {},
        "15s": { backend: "pending" },
        "74s": { backend: "pending" },
        "76s": { backend: "firing" },
        "190s": { backend: "firing" },
        "200s": {},
      },
    ));

  it("TargetDown leaves Redis to RedisDown", () =>
    states(
      "TargetDown",
      "instance",
      "5s",
      { [up("redis", "redis-trade-state")]: "0x60" },
      { "100s": {}, "300s": {} },
    ));

  it("PrometheusDown fires when one of the pair is down, or gone, and is silent while both are up", async () => {
    await states("PrometheusDown", "severity", "5s", pair, { "100s": {}, "300s": {} });
    const down = { ...pair, [up("prometheus", "prometheus-2")]: "1x2 0x60" };
    await states("PrometheusDown", "severity", "5s", down, {
      "20s": { critical: "pending" },
      "80s": { critical: "firing" },
    });
    const gone = { ...pair, [up("prometheus", "prometheus-2")]: "1x2 stale" };
    await states("PrometheusDown", "severity", "5s", gone, { "80s": { critical: "firing" } });
    const none = { [up("backend", "backend")]: "1x60" };
    await states("PrometheusDown", "severity", "5s", none, { "80s": { critical: "firing" } });
  });

  it("PrometheusConfigReloadFailed fires after a minute of a refused configuration and ends when it is accepted", () =>
    states(
      "PrometheusConfigReloadFailed",
      "instance",
      "5s",
      {
        'prometheus_config_last_reload_successful{instance="prometheus-1", job="prometheus"}':
          "1x2 0x23 1x60",
        'prometheus_config_last_reload_successful{instance="prometheus-2", job="prometheus"}': "1x90",
      },
      { "10s": {}, "20s": { "prometheus-1": "pending" }, "80s": { "prometheus-1": "firing" }, "200s": {} },
    ));

  it("AlertmanagerClusterMismatch fires at whoever does not see the other one", () =>
    states(
      "AlertmanagerClusterMismatch",
      "instance",
      "5s",
      {
        'alertmanager_cluster_members{instance="alertmanager-1", job="alertmanager"}': "2x2 1x23 2x60",
        'alertmanager_cluster_members{instance="alertmanager-2", job="alertmanager"}': "2x90",
      },
      {
        "10s": {},
        "20s": { "alertmanager-1": "pending" },
        "80s": { "alertmanager-1": "firing" },
        "200s": {},
      },
    ));

  it("ThanosCompactHalted fires when the compactor has stopped itself", () =>
    states(
      "ThanosCompactHalted",
      "instance",
      "5s",
      { 'thanos_compact_halted{instance="thanos-compactor", job="thanos-compactor"}': "0x2 1x23 0x60" },
      {
        "10s": {},
        "20s": { "thanos-compactor": "pending" },
        "80s": { "thanos-compactor": "firing" },
        "200s": {},
      },
    ));
});

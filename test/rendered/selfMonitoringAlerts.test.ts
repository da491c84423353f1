import { oversight } from "../../systems/oversight.ts";
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

describe("Alerts of a stack about the cluster that it stands on", function () {
  this.timeout(30_000);
  const { states } = ruleTests(oversight({ environment: "production", region: "eastus", layout: "cluster" }));

  it("EdgeBackendDown fires after two minutes without a server, and ends", () => {
    const backend = (proxy: string) =>
      `haproxy_backend_status{instance="edge-1", job="haproxy-ingress", proxy="${proxy}", state="UP"}`;
    return states(
      "EdgeBackendDown",
      "proxy",
      "30s",
      {
        [backend("monitoring_svc_oauth2-proxy_http")]: "1x2 0x9 1x40",
        [backend("monitoring_svc_grafana_http")]: "1x60",
        [backend("healthz")]: "0x60",
      },
      {
        "60s": {},
        "120s": { "monitoring_svc_oauth2-proxy_http": "pending" },
        "300s": { "monitoring_svc_oauth2-proxy_http": "firing" },
        "900s": {},
      },
    );
  });

  it("CertificateExpiresSoon fires 14 days before the end, and not for one that never was or was renewed", () => {
    const end = (name: string, pod: string) =>
      `certmanager_certificate_expiration_timestamp_seconds{job="cert-manager", instance="${pod}", namespace="monitoring", name="${name}"}`;
    const days = (count: number) => String(count * 86_400);
    return states(
      "CertificateExpiresSoon",
      "name",
      "30s",
      {
        [end("edge", "a")]: `${days(13)}x20 ${days(90)}x60`,
        [end("grafana", "a")]: `${days(13)}x80`,
        [end("grafana", "b")]: `${days(60)}x80`,
        [end("new", "a")]: "0x80",
      },
      { "30s": { edge: "pending" }, "300s": { edge: "firing" }, "1500s": {} },
    );
  });

  it("CertificateNotReady fires after a quarter of an hour, and ends", () => {
    const ready = (name: string) =>
      `certmanager_certificate_ready_status{job="cert-manager", instance="a", namespace="monitoring", name="${name}", condition="True"}`;
    return states(
      "CertificateNotReady",
      "name",
      "30s",
      { [ready("edge")]: "0x40 1x40", [ready("grafana")]: "1x80" },
      { "600s": { edge: "pending" }, "960s": { edge: "firing" }, "1500s": {} },
    );
  });

  it("ExternalSecretNotSynced fires after a quarter of an hour, and ends", () => {
    const failed = (name: string) =>
      `externalsecret_status_condition{job="external-secrets", instance="a", namespace="monitoring", name="${name}", condition="Ready", status="False"}`;
    return states(
      "ExternalSecretNotSynced",
      "name",
      "30s",
      { [failed("grafana")]: "1x40 0x40", [failed("postgres")]: "0x80" },
      { "600s": { grafana: "pending" }, "960s": { grafana: "firing" }, "1500s": {} },
    );
  });
});

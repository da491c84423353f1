import assert from "node:assert/strict";
import { checkSystem } from "../../monitoring/check.ts";
import { checkAlerts } from "../../monitoring/checks/alerts.ts";
import { checkExpressions } from "../../monitoring/checks/expressions.ts";
import { formatFinding } from "../../monitoring/checks/finding.ts";
import { dashboardsOf } from "../../monitoring/dashboards/catalogue.ts";
import { expressionsOf, plainExpression } from "../../monitoring/dashboards/panelExpressions.ts";
import type { Alert, Panel, System } from "../../monitoring/model.ts";
import { checkExpression, rangeFindings, unitFindings } from "../../monitoring/promql.ts";
import { intervalsOf } from "../../monitoring/seriesIntervals.ts";
import { bytes, seconds } from "../../monitoring/units.ts";
import { systems } from "../../systems/index.ts";
import type { SystemName } from "../../systems/index.ts";

const names: SystemName[] = ["trade", "oversight", "greenlang"];

/** Each system in each environment and form that is told apart. */
const variants = names.flatMap((name) =>
  ["production", "dev"].flatMap((environment) =>
    (["cluster", "desktop"] as const).map((layout) => ({
      title: `${name} (${environment}, ${layout})`,
      system: systems[name]({ environment, region: "eastus", layout }),
    })),
  ),
);

function alertsOf(system: System): Alert[] {
  return system.alerts.flatMap(({ alerts }) => alerts);
}

/** With Grafana's variables filled in. */
function expressionsIn(panel: Panel, system: System): string[] {
  const intervals = intervalsOf(system);
  return expressionsOf(panel).map(({ expression }) => plainExpression(expression, panel, intervals));
}

describe("Every system", () => {
  it("has the name that the configuration calls it by", () => {
    for (const name of names) {
      const system = systems[name]({ environment: "production", region: "eastus", layout: "cluster" });
      assert.equal(system.name, name);
    }
  });

  for (const { title, system } of variants) {
    describe(title, () => {
      it("passes every check that a deployment makes", () => {
        assert.deepEqual(checkSystem(system).map(formatFinding), []);
        // A deployment takes the catalogue's alerts as tried, which is here.
        assert.deepEqual([...checkExpressions(system), ...checkAlerts(system)].map(formatFinding), []);
      });

      it("has expressions that Prometheus accepts, without a doubtful unit", () => {
        const expressions = [
          ...alertsOf(system).map(({ expression }) => expression),
          ...system.recording.flatMap(({ rules }) => rules.map(({ expression }) => expression)),
          ...dashboardsOf(system).flatMap(({ panels }) =>
            panels.flatMap((panel) => expressionsIn(panel, system)),
          ),
        ];
        for (const expression of expressions) {
          assert.deepEqual(checkExpression(expression, ["instant-vector", "scalar"]), [], expression);
          assert.deepEqual(unitFindings(expression), [], expression);
          assert.deepEqual(rangeFindings(expression, seconds(system.scrape.interval)), [], expression);
        }
      });

      it("keeps size retention within 80 % of the volume, which is Prometheus' own", () => {
        const { size, volume } = system.retention.local;
        assert.ok(bytes(size) <= 0.8 * bytes(volume));
        assert.equal(system.components.find(({ component }) => component === "prometheus")?.volume, volume);
      });

      it("tells whoever is woken by an alert what it means, what it costs, where to look and what to do", () => {
        for (const { name, runbook } of alertsOf(system)) {
          assert.ok(runbook.meaning.length > 40 && runbook.impact.length > 30, name);
          assert.ok(runbook.firstLook.length > 0 && runbook.mend.length > 0, name);
        }
      });

      it("tells in every alert's description how much", () => {
        const silent = alertsOf(system)
          .filter(({ description }) => !description.includes("$value"))
          .map(({ name }) => name);
        // Watchdog has no value; that of RedisDown is 0 or 1 with the way in which Redis is missed.
        assert.deepEqual(
          silent.filter((name) => name !== "Watchdog" && name !== "RedisDown"),
          [],
        );
      });

      it("watches itself, and sends the Watchdog to nobody's pager", () => {
        const groups = system.alerts.map(({ name }) => name);
        const onCluster = system.platforms.includes("eks");
        for (const [component, group] of Object.entries({
          prometheus: "stack-prometheus",
          "thanos-query": "stack-thanos",
          alertmanager: "stack-alertmanager",
          pushgateway: "stack-pushgateway",
          grafana: "stack-grafana",
          "oauth2-proxy": "stack-oauth2-proxy",
          "redis-exporter": "stack-exporters",
          "windows-exporter": "stack-windows",
          "kube-state-metrics": "stack-kubernetes",
        })) {
          const deployed = system.components.some((one) => one.component === component);
          assert.equal(groups.includes(group), deployed, group);
        }
        for (const group of ["stack-availability", "stack-edge", "stack-hosts", "stack-certificates"])
          assert.ok(groups.includes(group), group);
        const own = alertsOf(system).filter(({ labels }) => labels?.["scope"] === "stack");
        const names = own.map(({ name }) => name);
        for (const name of ["Watchdog", "TargetDown", "PrometheusDown", "ThanosCompactHalted"])
          assert.ok(names.includes(name), name);
        assert.equal(names.includes("KubeNodeNotReady"), onCluster);
        assert.equal(names.includes("HostDown"), !onCluster);
        const { root, receivers } = system.notifications;
        const route = root.routes?.find(({ matchers }) => matchers.includes('alertname="Watchdog"'));
        assert.equal(receivers.find(({ name }) => name === route?.receiver)?.kind, "none");
      });

      it("runs two of Prometheus and of Alertmanager, and one compactor", () => {
        const replicas = (wanted: string) =>
          system.components.find(({ component }) => component === wanted)?.replicas;
        assert.deepEqual(["prometheus", "alertmanager", "thanos-compactor"].map(replicas), [2, 2, 1]);
      });

      it("declares every secret that its receivers and jobs name", () => {
        const declared = system.secrets.map(({ name }) => name);
        const named = [
          ...system.notifications.receivers.flatMap((receiver) =>
            "urlSecret" in receiver
              ? [receiver.urlSecret]
              : "keySecret" in receiver
                ? [receiver.keySecret]
                : [],
          ),
          ...system.jobs.flatMap(({ credentials }) =>
            credentials?.kind === "basic" ? [credentials.passwordSecret] : [],
          ),
        ];
        for (const name of named) assert.ok(declared.includes(name), name);
        assert.equal(new Set(declared).size, declared.length);
      });
    });
  }

  it("has a bucket of its own", () => {
    const buckets = names.map(
      (name) =>
        systems[name]({ environment: "production", region: "eastus", layout: "cluster" }).longTerm.bucket
          .name,
    );
    assert.equal(new Set(buckets).size, names.length);
  });
});

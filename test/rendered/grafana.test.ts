import assert from "node:assert/strict";
import type * as sdk from "@grafana/grafana-foundation-sdk/dashboard";
import { parse } from "yaml";
import {
  datasourceUids,
  grafanaArguments,
  renderGrafanaIni,
  renderGrafanaProvisioning,
  type GrafanaProvisioningOptions,
} from "../../monitoring/grafana.ts";
import { renderDashboards } from "../../monitoring/dashboards/render.ts";
import type { Instance } from "../../monitoring/hosts.ts";
import type { Panel, System } from "../../monitoring/model.ts";
import { checkExpression, metricNames } from "../../monitoring/promql.ts";
import { trade } from "../../systems/trade.ts";
import { edgeLayout } from "./edgeLayout.ts";

const system = trade({ environment: "dev", region: "local", layout: "cluster" });
let nextPort = 9_000;
const layout = edgeLayout(() => nextPort++);
const grafanaPort = layout.instances.find(({ component }) => component === "grafana")?.ports["http"];

type PanelJson = Omit<sdk.Panel, "targets"> & {
  targets: { refId: string; expr: string; datasource: { uid: string }; legendFormat: string }[];
};
interface DashboardJson {
  title: string;
  editable: boolean;
  refresh: string;
  time: unknown;
  tags: string[];
  links: sdk.DashboardLink[];
  schemaVersion: number;
  annotations: { list: { name: string; useValueForTime?: boolean; target?: { expr: string } }[] };
  templating: { list: { name: string; query: string; includeAll: boolean }[] };
  panels: PanelJson[];
  rows: PanelJson[];
}

function dashboardsOf(given: System): DashboardJson[] {
  return renderDashboards(given).map(({ json }) => {
    const dashboard = JSON.parse(json) as DashboardJson;
    return { ...dashboard, rows: dashboard.panels.filter(isRow), panels: dashboard.panels.filter(isPanel) };
  });
}

const isRow = ({ type }: PanelJson) => type === "row";
const isPanel = (panel: PanelJson) => !isRow(panel);

describe("Dashboards of the trade system", () => {
  // The requirement, word for word.
  const required: Record<string, Record<string, string>> = {
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
  for (const [title, panels] of Object.entries(required)) {
    for (const [panelTitle, metric] of Object.entries(panels)) {
      it(`show ${metric} as ${panelTitle} of ${title}`, () => {
        const dashboard = dashboardsOf(system).find((one) => one.title === title);
        const panel = dashboard?.panels.find((one) => one.title === panelTitle);
        const names = panel?.targets.flatMap(({ expr }) => metricNames(expr)) ?? [];
        assert.ok(
          names.some((name) => [metric, `${metric}_bucket`, `${metric}_sum`].includes(name)),
          `${panelTitle} reads ${names.join(", ")}`,
        );
      });
    }
  }

  it("ask only what Prometheus understands", () => {
    for (const { panels } of dashboardsOf(system)) {
      for (const { expr } of panels.flatMap(({ targets }) => targets)) {
        assert.deepEqual(checkExpression(expr.replaceAll("$__rate_interval", "1m")), [], expr);
      }
    }
  });
});

describe("Every rendered dashboard", () => {
  const kinds = ["timeseries", "stat", "gauge", "table"] as const;
  const panel = (kind: Panel["kind"], index: number): Panel => ({
    title: `${kind} ${String(index)}`,
    expression: "up",
    unit: "percentunit",
    kind,
    about: "Whether it answers.",
    legend: "{{instance}}",
    thresholds: [0.5, 0.8],
  });
  const allKinds: System = {
    ...system,
    dashboards: [1, 4, 5].map((count) => ({
      uid: `with-${String(count)}`,
      title: `With ${String(count)}`,
      about: "A fixture.",
      panels: Array.from({ length: count }, (_, index) =>
        panel(kinds[index % kinds.length] ?? "stat", index),
      ),
    })),
  };
  const dashboards = [...dashboardsOf(system), ...dashboardsOf(allKinds).slice(1, 4)];

  it("has panels with ids of their own that do not overlap within 24 columns", () => {
    for (const { title, panels: graphs, rows } of dashboards) {
      const panels = [...graphs, ...rows];
      assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length, title);
      const cells = panels.flatMap(({ gridPos }) => {
        assert.ok(gridPos !== undefined && gridPos.x + gridPos.w <= 24, title);
        const { x, y, w, h } = gridPos;
        assert.ok([x, y, w, h].every(Number.isInteger), title);
        return Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`);
      });
      assert.equal(new Set(cells).size, cells.length, title);
    }
  });

  it("asks Thanos Query in every panel", () => {
    for (const { datasource, targets } of dashboards.flatMap(({ panels }) => panels)) {
      assert.equal(datasource?.uid, "vigil-query");
      assert.ok(targets.length > 0);
      for (const target of targets)
        assert.deepEqual([target.expr.length > 0, target.datasource.uid], [true, "vigil-query"]);
      assert.equal(new Set(targets.map(({ refId }) => refId)).size, targets.length);
    }
  });

  it("cannot be edited, is fresh, and leads to the others", () => {
    for (const dashboard of dashboards) {
      assert.equal(dashboard.editable, false);
      assert.match(dashboard.refresh, /^(5|30)s$/);
      assert.match(JSON.stringify(dashboard.time), /^\{"from":"now-(15m|1h|6h)","to":"now"\}$/);
      assert.deepEqual(dashboard.tags, ["vigil", "trade"]);
      assert.deepEqual(
        dashboard.links.map(({ type, tags }) => [type, tags]),
        [["dashboards", ["trade"]]],
      );
      assert.ok(dashboard.schemaVersion >= 39);
    }
  });

  it("keeps kind, unit, legend, description and thresholds of each panel", () => {
    const panels = dashboardsOf(allKinds).find(({ title }) => title === "With 5")?.panels ?? [];
    assert.deepEqual(
      panels.map(({ type }) => type),
      [...kinds, "timeseries"],
    );
    for (const one of panels) {
      const { unit, thresholds } = one.fieldConfig?.defaults ?? {};
      assert.equal(unit, "percentunit");
      assert.equal(one.description, "Whether it answers.");
      assert.deepEqual(
        one.targets.map(({ legendFormat }) => legendFormat),
        ["{{instance}}"],
      );
      assert.deepEqual(thresholds?.steps, [
        { color: "green", value: null },
        { color: "orange", value: 0.5 },
        { color: "red", value: 0.8 },
      ]);
    }
  });

  it("marks new configurations and starts at the times that the series tell", () => {
    for (const { annotations } of dashboards)
      assert.deepEqual(
        annotations.list.map(({ name, useValueForTime, target }) => [
          name,
          useValueForTime,
          target?.expr.endsWith("* 1000"),
        ]),
        [
          ["Configuration", true, true],
          ["Starts", true, true],
        ],
      );
  });

  it("asks no shorter step than what it reads is sampled at", () => {
    const panels = dashboards.find(({ title }) => title === "Prometheus")?.panels ?? [];
    assert.equal(panels.find(({ title }) => title === "Samples")?.interval, "5s");
    const performance = dashboards.find(({ title }) => title === "Performance")?.panels ?? [];
    assert.equal(performance[0]?.interval, "3s");
  });

  it("lets people choose among the replicas that there are", () => {
    const prometheus = dashboards.find(({ title }) => title === "Prometheus");
    assert.deepEqual(
      prometheus?.templating.list.map(({ name, query, includeAll }) => [name, query, includeAll]),
      [["instance", 'label_values(up{job="prometheus"}, instance)', true]],
    );
  });

  it("fits into a ConfigMap", () => {
    for (const { json, uid } of renderDashboards(system)) assert.ok(json.length < 2 ** 19, uid);
  });

  it("is the same bytes every time, with sorted keys", () => {
    const [first] = renderDashboards(system);
    assert.deepEqual(renderDashboards(system)[0], first);
    const keys = Object.keys(JSON.parse(first?.json ?? "{}") as object);
    assert.deepEqual(keys, [...keys].sort());
    assert.ok(first?.json.endsWith("}\n"));
  });
});

describe("Grafana's custom.ini", () => {
  const paths = {
    dataDirectory: "/srv/grafana/data",
    logsDirectory: "/srv/grafana/logs",
    pluginsDirectory: "/srv/grafana/plugins",
    provisioningDirectory: "/srv/grafana/provisioning",
    dashboardsDirectory: "/srv/grafana/dashboards",
    certificateFile: "/srv/tls/grafana.crt",
    keyFile: "/srv/tls/grafana.key",
    adminPasswordFile: "/srv/secrets/grafana-admin",
    secretKeyFile: "/srv/secrets/grafana-secret-key",
    scrapePasswordFile: "/srv/secrets/scrape",
  };
  const settings = parseIni(renderGrafanaIni(system, layout, paths));

  const wanted: [section: string, key: string, value: string][] = [
    ["server", "protocol", "https"],
    ["server", "http_addr", "127.0.0.1"],
    ["server", "http_port", String(grafanaPort)],
    ["server", "min_tls_version", "TLS1.2"],
    ["server", "cert_file", "/srv/tls/grafana.crt"],
    ["server", "root_url", `https://localhost:${String(layout.edge.grafana)}/`],
    ["database", "type", "sqlite3"],
    ["auth.anonymous", "enabled", "false"],
    ["users", "allow_sign_up", "false"],
    ["users", "viewers_can_edit", "false"],
    ["users", "auto_assign_org_role", "Viewer"],
    ["security", "admin_user", "admin"],
    ["security", "admin_password", "$__file{/srv/secrets/grafana-admin}"],
    ["security", "secret_key", "$__file{/srv/secrets/grafana-secret-key}"],
    ["security", "cookie_secure", "true"],
    ["security", "cookie_samesite", "strict"],
    ["security", "strict_transport_security", "true"],
    ["metrics", "basic_auth_username", "scrape"],
    ["metrics", "basic_auth_password", "$__file{/srv/secrets/scrape}"],
    ["analytics", "reporting_enabled", "false"],
    ["analytics", "check_for_updates", "false"],
    ["plugins", "preinstall_disabled", "true"],
    ["log", "mode", "console file"],
    ["log", "level", "info"],
    ["dashboards", "default_home_dashboard_path", "/srv/grafana/dashboards/stack-overview.json"],
  ];
  for (const [section, key, value] of wanted) {
    it(`sets ${key} of [${section}] to ${value}`, () => {
      assert.equal(settings.get(section)?.get(key), value);
    });
  }

  it("follows the system's address and port where the layout has no Grafana", () => {
    const bare = { ...layout, instances: [] };
    const server = parseIni(renderGrafanaIni(system, bare, paths)).get("server");
    assert.deepEqual([server?.get("http_addr"), server?.get("http_port")], ["127.0.0.1", "3000"]);
  });

  it("refuses SAML without an Enterprise licence", () => {
    const grafana = { ...system.access.grafana, saml: true };
    const withSaml = { ...system, access: { ...system.access, grafana } };
    assert.throws(
      () => renderGrafanaIni(withSaml, layout, paths),
      /^Error: access\.grafana\.saml: .*licence/,
    );
    assert.match(
      renderGrafanaIni(withSaml, layout, { ...paths, licenseFile: "/srv/license.jwt" }),
      /license\.jwt/,
    );
  });

  it("is given to `grafana server`", () => {
    assert.deepEqual(grafanaArguments({ homePath: "/opt/grafana", configFile: "/srv/custom.ini" }), [
      "server",
      "--homepath",
      "/opt/grafana",
      "--config",
      "/srv/custom.ini",
    ]);
  });
});

describe("Grafana's provisioning", () => {
  const options: GrafanaProvisioningOptions = {
    dashboardsDirectory: "/srv/grafana/dashboards",
    authorityFile: "/srv/tls/ca.crt",
    queryPasswordFile: "/srv/secrets/scrape",
    redisPasswordFile: "/srv/secrets/redis-password",
    clickhouse: {
      host: "clickhouse-node",
      port: 9_440,
      username: "grafana",
      passwordFile: "/srv/secrets/clickhouse-password",
    },
  };
  const redis = [1, 2].map((member): Instance => ({
    name: `redis-${String(member)}`,
    component: "redis",
    member,
    address: "127.0.0.1",
    ports: { redis: 6_378 + member },
    machine: "here",
  }));
  const withRedis = { ...layout, instances: [...layout.instances, ...redis] };

  interface Datasource {
    uid: string;
    type: string;
    url?: string;
    editable: boolean;
    basicAuthUser?: string;
    jsonData: Record<string, unknown>;
    secureJsonData: Record<string, string>;
  }
  const datasources = (more: Partial<GrafanaProvisioningOptions> = {}): Datasource[] => {
    const { datasources: text } = renderGrafanaProvisioning(system, withRedis, { ...options, ...more });
    return (parse(text) as { datasources: Datasource[] }).datasources;
  };

  it("asks Thanos Query through the edge, with password and authority from files", () => {
    const [query, ...others] = datasources();
    assert.deepEqual(others, []);
    assert.equal(query?.uid, datasourceUids.query);
    assert.equal(query.url, `https://localhost:${String(layout.edge.query)}`);
    assert.equal(query.basicAuthUser, "scrape");
    assert.equal(query.editable, false);
    assert.equal(query.jsonData["tlsAuthWithCACert"], true);
    assert.equal(query.jsonData["timeInterval"], "1s");
    assert.deepEqual(query.secureJsonData, {
      basicAuthPassword: "$__file{/srv/secrets/scrape}",
      tlsCACert: "$__file{/srv/tls/ca.crt}",
    });
  });

  it("asks the query-frontend where there is no edge", () => {
    const { datasources: text } = renderGrafanaProvisioning(system, { ...layout, edge: {} }, options);
    const frontend = layout.instances.find(({ component }) => component === "thanos-query-frontend");
    assert.match(text, new RegExp(`https://127.0.0.1:${String(frontend?.ports["http"])}`));
    const nothing = { ...layout, edge: {}, instances: [] };
    assert.throws(
      () => renderGrafanaProvisioning(system, nothing, options),
      /^Error: layout: nothing answers/,
    );
  });

  it("has Redis and ClickHouse only with their plugins", () => {
    const found = datasources({ plugins: ["redis-datasource", "grafana-clickhouse-datasource"] });
    assert.deepEqual(
      found.map(({ uid, type }) => [uid, type]),
      [
        ["vigil-query", "prometheus"],
        ["vigil-redis", "redis-datasource"],
        ["vigil-redis-2", "redis-datasource"],
        ["vigil-clickhouse", "grafana-clickhouse-datasource"],
      ],
    );
    assert.equal(found[1]?.url, "redis://127.0.0.1:6379");
    assert.equal(found[3]?.jsonData["defaultDatabase"], "trade_system");
    const [, other] = datasources({ plugins: ["vertamedia-clickhouse-datasource"] });
    assert.equal(other?.url, "https://clickhouse-node:9440");
  });

  it("lets nobody change or delete dashboards in the browser", () => {
    const { dashboards } = renderGrafanaProvisioning(system, layout, options);
    const [provider] = (parse(dashboards) as { providers: Record<string, unknown>[] }).providers;
    assert.equal(provider?.["allowUiUpdates"], false);
    assert.equal(provider["disableDeletion"], true);
    assert.deepEqual(provider["options"], { path: "/srv/grafana/dashboards" });
  });
});

/** @throws on a line that is neither a section nor `key = value`, and on what is set twice. */
function parseIni(text: string): Map<string, Map<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let section: Map<string, string> | undefined;
  for (const line of text.split("\n").filter((one) => one !== "")) {
    const name = /^\[([\w.]+)\]$/.exec(line)?.[1];
    if (name !== undefined) {
      assert.ok(!sections.has(name), line);
      section = new Map();
      sections.set(name, section);
      continue;
    }
    const [, key, value] = /^(\w+) = (.+)$/.exec(line) ?? [];
    assert.ok(section !== undefined && key !== undefined && value !== undefined && !section.has(key), line);
    section.set(key, value);
  }
  return sections;
}

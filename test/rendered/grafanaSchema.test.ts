import assert from "node:assert/strict";
import { renderDashboards } from "../../monitoring/dashboards/render.ts";
import { systems } from "../../systems/index.ts";
import { grafanaSchema, type GrafanaSchema } from "./grafanaSchema.ts";

interface DashboardJson {
  uid: string;
  refresh: unknown;
  panels: { type: string; gridPos?: Record<string, unknown>; options?: Record<string, unknown> }[];
}

describe("Grafana's own schema", function () {
  this.timeout(60_000);
  let schema: GrafanaSchema;
  const parameters = { environment: "production", region: "eastus", layout: "cluster" } as const;
  const dashboards = Object.values(systems).flatMap((system) =>
    renderDashboards(system(parameters)).map(({ json }) => json),
  );

  before(() => {
    schema = grafanaSchema();
  });

  it("accepts every dashboard of every system, field by field", () => {
    assert.ok(dashboards.length > 25);
    for (const json of dashboards) assert.deepEqual(schema.errors(JSON.parse(json)), []);
  });

  const mistakes: Record<string, (dashboard: DashboardJson) => void> = {
    "a field that Grafana does not know": (dashboard) => {
      Object.assign(dashboard, { refreshInterval: "5s" });
    },
    "a value of another type": (dashboard) => {
      dashboard.refresh = 5;
    },
    "a panel without its width": (dashboard) => {
      delete dashboard.panels[1]?.gridPos?.["w"];
    },
    "an option that a panel's kind does not have": (dashboard) => {
      const stat = dashboard.panels.find(({ type }) => type === "stat");
      stat!.options!["legend"] = {};
    },
    "a value that an option does not have": (dashboard) => {
      const stat = dashboard.panels.find(({ type }) => type === "stat");
      stat!.options!["colorMode"] = "loud";
    },
    "a kind of panel that we do not draw": (dashboard) => {
      dashboard.panels[1]!.type = "graph";
    },
  };
  for (const [mistake, make] of Object.entries(mistakes))
    it(`refuses ${mistake}`, () => {
      const dashboard = JSON.parse(dashboards[0]!) as DashboardJson;
      make(dashboard);
      assert.notDeepEqual(schema.errors(dashboard), []);
    });
});

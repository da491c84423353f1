import assert from "node:assert/strict";
import { renderDashboards } from "../../monitoring/dashboards/render.ts";
import { localLayout } from "../../monitoring/localLayout.ts";
import { planServices } from "../../monitoring/plan.ts";
import { systems } from "../../systems/index.ts";

describe("Grafana as a service", () => {
  const system = systems.trade({ environment: "dev", region: "local", layout: "cluster" });
  const layout = localLayout(system, {
    root: "/stack",
    address: "127.0.0.1",
    portBase: 21_000,
    demo: true,
    grafana: true,
    human: "operator",
  });
  const plan = planServices(system, layout, {
    grafana: { home: "/grafana", dashboards: renderDashboards(system) },
    demoProgram: "/demo.ts",
  });
  const grafana = plan.services.find(({ component }) => component === "grafana");

  it("is provisioned with the three dashboards that the trade system asks for", () => {
    const titles = grafana?.files
      .filter(({ path }) => path.startsWith("/stack/services/grafana/dashboards/"))
      .map(({ content }) => (JSON.parse(content) as { title: string }).title);
    for (const title of ["Instance State (MT5)", "Performance", "Trade State"])
      assert.ok(titles?.includes(title), title);
  });

  it("shows the stack's overview first", () => {
    const settings = grafana?.files.find(({ path }) => path.endsWith("custom.ini"))?.content;
    const home = /default_home_dashboard_path = (.*)/.exec(settings ?? "")?.[1];
    const dashboard = grafana?.files.find(({ path }) => path === home);
    assert.equal((JSON.parse(dashboard?.content ?? "{}") as { title?: string }).title, "Stack Overview");
  });

  it("gets an account that is no administrator", () => {
    const [request] = grafana?.setup ?? [];
    assert.equal(request?.url, "https://127.0.0.1:21120/api/admin/users");
    assert.deepEqual(JSON.parse(request.body), {
      name: "Viewer",
      login: "viewer",
      password: "{{secret:grafana-viewer}}",
      OrgId: 1,
    });
  });

  it("is started by its custom.ini and never by defaults.ini", () => {
    assert.deepEqual(grafana?.arguments, [
      "server",
      "--homepath",
      "/grafana",
      "--config",
      "/stack/services/grafana/custom.ini",
    ]);
  });

  it("is left out where it cannot be had", () => {
    const without = planServices(system, layout, { demoProgram: "/demo.ts" });
    assert.equal(
      without.services.some(({ component }) => component === "grafana"),
      false,
    );
  });
});

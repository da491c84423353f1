import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { repository } from "../../cli/engine.ts";

describe("Grafana's SDK as the program loads it", () => {
  const render = `
    const { renderDashboards } = await import("./monitoring/dashboards/render.ts");
    const { systems } = await import("./systems/index.ts");
    const built = systems.trade({ environment: "production", region: "eastus", layout: "cluster" });
    const { createRequire } = await import("node:module");
    const require = createRequire(process.cwd() + "/index.ts");
    const newer = Object.keys(require.cache).filter((file) => /dashboardv2.*gen\\.js$/.test(file)).length;
    const text = JSON.stringify(renderDashboards(built));`;
  const lean = 'await import("./components/leanDashboards.ts");';
  const result = "console.log(JSON.stringify({ newer, text }));";

  function run(...lines: string[]): { newer: number; text: string; name?: string } {
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ["--input-type=module", "--eval", lines.join("\n")],
      { cwd: repository, encoding: "utf8" },
    );
    assert.notEqual(stdout, "", stderr);
    return JSON.parse(stdout) as ReturnType<typeof run>;
  }

  it("renders the same without the schemas that no dashboard has", () => {
    const [usual, ours] = [run(render, result), run(lean, render, result)];
    assert.ok(usual.newer > 50, String(usual.newer));
    assert.equal(ours.newer, 0);
    assert.equal(ours.text, usual.text);
  });

  it("gives the others when they are asked for", () => {
    const { name } = run(
      lean,
      'const { createRequire } = await import("node:module");',
      'const v2 = createRequire(process.cwd() + "/x.js")("@grafana/grafana-foundation-sdk/dashboardv2");',
      "console.log(JSON.stringify({ name: typeof v2.DashboardBuilder }));",
    );
    assert.equal(name, "function");
  });
});

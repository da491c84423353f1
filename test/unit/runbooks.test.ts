import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { dashboardsOf } from "../../monitoring/dashboards/catalogue.ts";
import { checkExpression } from "../../monitoring/promql.ts";
import { runbookAddress } from "../../monitoring/rules.ts";
import { renderRunbooks } from "../../monitoring/runbooks.ts";
import { documentedSystems } from "../../systems/documented.ts";

const root = join(import.meta.dirname, "../..");
const folder = join(root, "docs", "runbooks");
const systems = documentedSystems();
const alerts = systems.flatMap((system) =>
  system.alerts.flatMap((group) => group.alerts.map((alert) => ({ system, alert }))),
);

describe("Runbooks", () => {
  it("are those of today's alerts, no more and no fewer (npm run docs)", () => {
    const pages = renderRunbooks(systems);
    assert.deepEqual(readdirSync(folder).sort(), pages.map(({ name }) => name).sort());
    const stale = pages.filter(({ name, text }) => readFileSync(join(folder, name), "utf8") !== text);
    assert.deepEqual(
      stale.map(({ name }) => name),
      [],
    );
  });

  it("are where every alert's runbook_url leads", () => {
    for (const { alert } of alerts)
      assert.ok(existsSync(join(root, runbookAddress(alert.name, "docs/runbooks"))), alert.name);
  });

  it("lead on to dashboards that the system has", () => {
    for (const { system, alert } of alerts)
      assert.ok(
        dashboardsOf(system).some(({ uid }) => uid === alert.dashboard),
        `${system.name}: ${alert.name} leads to ${alert.dashboard}`,
      );
  });

  it("have queries that are queries, and at least one thing to look at", () => {
    for (const { alert } of alerts) {
      const looks = alert.runbook.firstLook;
      assert.ok(looks.length > 0, alert.name);
      for (const look of looks)
        if (typeof look !== "string")
          assert.deepEqual(checkExpression(look.promql), [], `${alert.name}: ${look.promql}`);
    }
  });

  it("say no query in words, where nobody checks it and nobody can copy it", () => {
    const query = /\w\{\w+(=|!|~)|\[\d+[smhd]\]|^[a-z]+(_[a-z]+)+:/;
    for (const { system, alert } of alerts)
      for (const look of alert.runbook.firstLook)
        if (typeof look === "string") assert.doesNotMatch(look, query, `${system.name}: ${alert.name}`);
  });

  it("name no alert that is not there", () => {
    const names = new Set(alerts.map(({ alert }) => alert.name));
    for (const { alert } of alerts) {
      const { meaning, impact, mend, firstLook } = alert.runbook;
      const words = [
        meaning,
        impact,
        ...mend,
        ...firstLook.map((look) => (typeof look === "string" ? look : look.shows)),
      ];
      for (const [, named = ""] of words.join(" ").matchAll(/\b[Ss]ee ([A-Z]\w+[a-z][A-Z]\w+)/g))
        assert.ok(names.has(named), `${alert.name} names ${named}`);
    }
  });
});

describe("Links in the documentation", () => {
  const pages = globSync("{*.md,docs/**/*.md,examples/**/*.md}", {
    cwd: root,
    exclude: ["**/node_modules/**"],
  });

  it("lead to files and headings that are there", () => {
    const dead = pages.flatMap((page) =>
      linksOf(readFileSync(join(root, page), "utf8"))
        .filter((link) => !/^[a-z]+:/.test(link))
        .filter((link) => !leadsSomewhere(page, link))
        .map((link) => `${page}: ${link}`),
    );
    assert.ok(pages.length > 100);
    assert.deepEqual(dead, []);
  });
});

/** Targets of Markdown links and images, outside of code. */
function linksOf(text: string): string[] {
  const prose = text.replaceAll(/```.*?```/gs, "").replaceAll(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = "", heading] = link.split("#");
  const file = path === "" ? join(root, page) : join(root, dirname(page), path);
  if (relative(root, file).startsWith("..") || !existsSync(file)) return false;
  return heading === undefined || headingsOf(readFileSync(file, "utf8")).includes(heading);
}

/** As GitHub makes anchors of headings. */
function headingsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

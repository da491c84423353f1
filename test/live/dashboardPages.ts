/** The dashboards of a running stack: every panel that it can feed has data, and every page is drawn in a real browser. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StackClient } from "../../drills/stackClient.ts";
import type { System } from "../../monitoring/model.ts";
import { openBrowser, openPage, type OpenedPage } from "../../preview/browser.ts";
import { answersOf } from "../../preview/stackAnswers.ts";
import { writePages, type WrittenPage } from "../../preview/write.ts";
import { ensureTools } from "../../tools/toolchain.ts";
import { eventually } from "./liveStack.ts";

/** Why a healthy stack of a minute has nothing to show there. */
const withoutData: Readonly<Record<string, string>> = {
  "stack-overview: Alerts that fire": "nothing fires but the Watchdog",
  "alertmanager: Alerts": "nothing fires, or is about to",
  "alertmanager: Time of a notification": "nothing was sent: nothing fires",
  "thanos: Time of a read": "the bucket is empty for two hours, so that nobody reads from it",
  "thanos: Index read from the cache": "the bucket is empty for two hours, so that nobody reads from it",
};

/**
 * Tests of a stack that has run for two minutes; sooner they wait.
 * @param stack of a `before` hook that has run by then
 * @param system as the stack's machine runs it
 */
export function dashboardTests(stack: () => StackClient, system: System): void {
  const directory = mkdtempSync(join(tmpdir(), "vigil-pages-"));
  let client: StackClient;
  let pages: WrittenPage[];

  const write = (): Promise<WrittenPage[]> =>
    writePages(system, answersOf(client), { directory, now: Math.floor(Date.now() / 1_000), range: "5m" });

  const empty = (written: readonly WrittenPage[]): string[] =>
    written.flatMap(({ data: { dashboard, panels } }) =>
      panels
        .filter(({ lines }) => lines.length === 0)
        .map(({ panel }) => `${dashboard.uid}: ${panel.title}`)
        .filter((name) => !(name in withoutData)),
    );

  before(async () => {
    client = stack();
    await client.request(`${client.endpoint("pushgateway")}/metrics/job/nightly`, {
      method: "POST",
      body: "nightly_rows 5\n",
    });
    // The slowest of what feeds a panel: rates recorded every half minute, read by Thanos Ruler every minute.
    await eventually(
      "error budgets",
      150,
      async () =>
        (await client.query("slo:error_budget_remaining:ratio")).length === system.objectives?.length,
    );
    await eventually("every panel has data", 60, async () => {
      pages = await write();
      const missing = empty(pages);
      if (missing.length > 0) throw new Error(missing.join(", "));
      return true;
    });
  });

  after(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  it("show data in every panel but those that have nothing to show, each for a reason", () => {
    assert.ok(pages.flatMap(({ data }) => data.panels).length > 120);
    assert.deepEqual(empty(pages), []);
    const named = Object.keys(withoutData);
    const known = pages.flatMap(({ data: { dashboard, panels } }) =>
      panels.map(({ panel }) => `${dashboard.uid}: ${panel.title}`),
    );
    assert.deepEqual(
      named.filter((name) => !known.includes(name)),
      [],
    );
  });

  it("mark when the services started", () => {
    const [overview] = pages;
    assert.ok(overview!.data.marks.some(({ text }) => text === "prometheus-1 started"));
  });

  it("are pages that need nothing but themselves", () => {
    assert.deepEqual(
      readdirSync(directory)
        .filter((name) => name.endsWith(".html"))
        .sort(),
      [...pages.map(({ data }) => `${data.dashboard.uid}.html`), "index.html"].sort(),
    );
  });

  describe("in a browser", () => {
    const opened = new Map<string, OpenedPage>();

    before(async function () {
      const { path, missing } = await ensureTools(["chromium"]);
      const reason = missing.find(({ name }) => name === "chromium")?.reason;
      if (reason !== undefined) {
        console.log(`      skipped: ${reason}`);
        this.skip();
      }
      const browser = await openBrowser(path("chromium"));
      try {
        for (const { file } of [...pages, { file: join(directory, "index.html") }])
          opened.set(file, await openPage(browser, file));
      } finally {
        await browser.close();
      }
    });

    it("complain of nothing", () => {
      assert.deepEqual(
        [...opened.values()].flatMap(({ complaints }) => complaints),
        [],
      );
    });

    it("draw every graph that has data, with ink", () => {
      for (const { file, data } of pages) {
        const graphs = data.panels.filter(
          ({ panel, lines }) => panel.kind === "timeseries" && lines.length > 0,
        );
        const { drawn, inked } = opened.get(file) ?? {};
        assert.deepEqual([drawn, inked], [graphs.length, graphs.length], file);
      }
    });
  });
}

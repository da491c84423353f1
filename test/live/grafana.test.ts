/** Grafana as people meet it, where its official download can be had; elsewhere each test says why it is skipped. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { StackClient } from "../../drills/stackClient.ts";
import { dashboardsOf } from "../../monitoring/dashboards/catalogue.ts";
import { onThisMachine } from "../../monitoring/onThisMachine.ts";
import { systems } from "../../systems/index.ts";
import { ensureTools } from "../../tools/toolchain.ts";
import { LiveStack } from "./liveStack.ts";

const { missing } = await ensureTools(["grafana"]);
const reason = missing.find(({ name }) => name === "grafana")?.reason;

const dashboards = dashboardsOf(
  onThisMachine(systems.trade({ environment: "dev", region: "local", layout: "cluster" }), {
    demo: true,
    given: [],
  }),
);

interface Loaded {
  readonly dashboard: { readonly title: string; readonly panels: readonly { readonly type: string }[] };
  readonly meta: { readonly provisioned: boolean; readonly canSave: boolean };
}

describe(`Grafana${reason === undefined ? "" : ` (skipped: ${reason})`}`, function () {
  this.timeout(180_000);
  let stack: LiveStack;
  let client: StackClient;

  before(async function () {
    if (reason !== undefined) this.skip();
    stack = await LiveStack.up({ grafana: "on" });
    client = await stack.client();
  });

  after(async () => {
    if (reason !== undefined) return;
    await stack.down();
  });

  const asViewer = (): Record<string, string> => {
    const password = readFileSync(join(stack.root, "secrets", "grafana-viewer"), "utf8");
    return { authorization: `Basic ${Buffer.from(`viewer:${password}`).toString("base64")}` };
  };
  const url = (path: string): string => `${client.endpoint("grafana")}${path}`;

  it("lets nobody in without credentials", async () => {
    assert.equal((await client.request(url("/api/search"), { as: false })).status, 401);
  });

  it("shows every dashboard of the trade system and of its stack to a viewer", async () => {
    const { body } = await client.request(url("/api/search?type=dash-db"), {
      as: false,
      headers: asViewer(),
    });
    const titles = (JSON.parse(body) as { title: string }[]).map(({ title }) => title);
    assert.deepEqual(titles.sort(), dashboards.map(({ title }) => title).sort());
  });

  it("has every panel of each, and lets nobody save a change", async () => {
    for (const { uid, title, panels } of dashboards) {
      const { status, body } = await client.request(url(`/api/dashboards/uid/${uid}`), {
        as: false,
        headers: asViewer(),
      });
      assert.equal(status, 200, title);
      const { dashboard, meta } = JSON.parse(body) as Loaded;
      assert.equal(dashboard.panels.filter(({ type }) => type !== "row").length, panels.length, title);
      assert.deepEqual([meta.provisioned, meta.canSave], [true, false], title);
    }
  });

  it("opens with the stack's overview", async () => {
    const { body } = await client.request(url("/api/dashboards/home"), { as: false, headers: asViewer() });
    assert.equal((JSON.parse(body) as Loaded).dashboard.title, "Stack Overview");
  });

  it("does not let a viewer change anything", async () => {
    const answer = await client.request(url("/api/dashboards/db"), {
      as: false,
      method: "POST",
      headers: { ...asViewer(), "content-type": "application/json" },
      body: JSON.stringify({ dashboard: { title: "mine", panels: [] }, overwrite: true }),
    });
    assert.equal(answer.status, 403);
  });

  it("asks Thanos Query with the stack's own certificate authority", async () => {
    const path = "/api/datasources/proxy/uid/vigil-query/api/v1/query?query=up";
    const { status, body } = await client.request(url(path), { as: false, headers: asViewer() });
    assert.equal(status, 200);
    assert.match(body, /"status":"success"/);
  });
});

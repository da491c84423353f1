/** Grafana as people meet it, where its official download can be had; elsewhere each test says why it is skipped. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { StackClient } from "../../drills/stackClient.ts";
import { ensureTools } from "../../tools/toolchain.ts";
import { LiveStack } from "./liveStack.ts";

const { missing } = await ensureTools(["grafana"]);
const reason = missing.find(({ name }) => name === "grafana")?.reason;

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
    client.close();
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

  it("shows the three dashboards of the trade system to a viewer", async () => {
    const { body } = await client.request(url("/api/search?type=dash-db"), {
      as: false,
      headers: asViewer(),
    });
    const titles = (JSON.parse(body) as { title: string }[]).map(({ title }) => title);
    assert.deepEqual(titles.sort(), ["Instance State (MT5)", "Performance", "Trade State"]);
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

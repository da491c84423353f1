/** The other way to long-term storage: remote write to Thanos Receive, replicated, and queried without its copies. */
import assert from "node:assert/strict";
import { stopService } from "../../components/local/control.ts";
import type { Series, StackClient } from "../../drills/stackClient.ts";
import { eventually, LiveStack, receiving } from "./liveStack.ts";

describe("A stack that writes to Thanos Receive", function () {
  this.timeout(60_000);
  let stack: LiveStack;
  let client: StackClient;

  before(async function () {
    this.timeout(120_000);
    stack = await LiveStack.up(receiving);
    client = await stack.client();
  });

  after(async function () {
    this.timeout(60_000);
    await stack.down();
  });

  it("has three receivers and no sidecar", async () => {
    const components = client.inventory.services.map(({ component }) => component);
    assert.equal(components.filter((component) => component === "thanos-receive").length, 3);
    assert.ok(!components.includes("thanos-sidecar"));
    for (const { name } of client.inventory.services)
      assert.equal(await client.unhealthy(name), undefined, name);
  });

  it("keeps three copies of what each Prometheus writes, and answers with one", async () => {
    const { value: copies } = await eventually("all copies are there", 30, async () => {
      const series = await rawSeries('up{job="backend"}');
      return series.length === 6 && series;
    });
    const origins = copies.map(
      ({ metric }) => `${String(metric["replica"])} at ${String(metric["receive_replica"])}`,
    );
    assert.deepEqual(
      origins.sort(),
      [1, 2].flatMap((writer) =>
        [1, 2, 3].map((keeper) => `prometheus-${String(writer)} at thanos-receive-${String(keeper)}`),
      ),
    );
    const [one, ...more] = await client.query('up{job="backend"}');
    assert.deepEqual(more, []);
    assert.equal(one?.value?.[1], "1");
    assert.ok(!("replica" in one.metric) && !("receive_replica" in one.metric));
  });

  it("refuses no sample", async () => {
    await eventually("samples are sent", 15, async () => {
      const [sent] = await client.query("sum(prometheus_remote_storage_samples_total)");
      return Number(sent?.value?.[1]) > 1_000;
    });
    const [failed] = await client.query("sum(prometheus_remote_storage_samples_failed_total)");
    assert.equal(failed?.value?.[1], "0");
    // It has a series for each reason, from the first sample on.
    assert.deepEqual(await client.query("prometheus_remote_storage_samples_dropped_total > 0"), []);
  });

  it("goes on writing and answering without one of its receivers", async () => {
    await stopService(client.inventory, "thanos-receive-2");
    const stopped = Date.now() / 1_000;
    await eventually("samples from after the stop are answered", 30, async () => {
      const [newest] = await client.query('timestamp(up{job="backend"})');
      return Number(newest?.value?.[1]) > stopped + 5;
    });
    const [series] = await client.query(`up{job="backend"}[10s]`);
    assert.ok((series?.values ?? []).length >= 5);
  });

  /** With the copies of both levels. */
  async function rawSeries(expression: string): Promise<Series[]> {
    const query = `query=${encodeURIComponent(expression)}&dedup=false`;
    const { body } = await client.request(`${client.endpoint("query")}/api/v1/query?${query}`);
    return (JSON.parse(body) as { data: { result: Series[] } }).data.result;
  }
});

/** The whole way of a sample: block, bucket, store, query; and what the compactor and the rulers make of it. */
import assert from "node:assert/strict";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startService, stopService } from "../../components/local/control.ts";
import { stackPaths } from "../../components/local/paths.ts";
import { largestGap } from "../../drills/gaps.ts";
import type { StackClient } from "../../drills/stackClient.ts";
import { Webhook } from "../../drills/webhook.ts";
import { eventually, LiveStack } from "./liveStack.ts";

describe("Long-term storage", function () {
  this.timeout(60_000);
  let stack: LiveStack;
  let client: StackClient;
  let webhook: Webhook;

  before(async function () {
    this.timeout(120_000);
    webhook = await Webhook.open();
    const config = { blockDuration: "30s", alerts: [rulerAlert] };
    stack = await LiveStack.up(config, { "webhook-url": webhook.url });
    client = await stack.client();
  });

  after(async function () {
    this.timeout(60_000);
    webhook.close();
    await stack.down();
  });

  it("has an alert of both rulers told once", async () => {
    await webhook.next("firing", { alertname: "LongTermAlert" }, 0, 30);
    const url = `${client.endpoint("alertmanager")}/api/v2/alerts?filter=alertname%3DLongTermAlert`;
    const alerts = JSON.parse((await client.request(url)).body) as { labels: Record<string, string> }[];
    assert.equal(alerts.length, 1);
    assert.ok(!("replica" in (alerts[0]?.labels ?? {})) && !("producer" in (alerts[0]?.labels ?? {})));
    const evaluated =
      'min(prometheus_rule_group_iterations_total{job="thanos-ruler",rule_group=~".*longTerm"})';
    await eventually("both rulers evaluate", 20, async () => {
      const [series] = await client.query(`count(${evaluated.slice(4, -1)} > 1)`);
      return series?.value?.[1] === "2";
    });
    assert.equal(webhook.messages({ alertname: "LongTermAlert" }).length, 1);
  });

  it("takes up the blocks of both Prometheus", async function () {
    this.timeout(240_000);
    await eventually("blocks of both are in the bucket", 220, () => {
      const writers = new Set(blocks().map(({ thanos }) => thanos.labels["replica"]));
      const merged = blocks().some(({ thanos }) => thanos.source === "compactor");
      return Promise.resolve(merged || (writers.has("prometheus-1") && writers.has("prometheus-2")));
    });
  });

  it("has the compactor merge the pair's blocks into one, and never halt", async function () {
    this.timeout(120_000);
    await eventually("a block without the replica label", 100, () =>
      Promise.resolve(
        blocks().some(({ thanos }) => thanos.source === "compactor" && !("replica" in thanos.labels)),
      ),
    );
    await eventually("the compactor tells of it", 15, async () => {
      const [merged] = await client.query("sum(thanos_compact_group_compactions_total)");
      return Number(merged?.value?.[1]) > 0;
    });
    const [iterations] = await client.query("thanos_compact_iterations_total");
    assert.ok(Number(iterations?.value?.[1]) > 0);
    const [halted] = await client.query("thanos_compact_halted");
    assert.equal(halted?.value?.[1], "0");
  });

  it("answers from the bucket when neither Prometheus can be asked", async () => {
    // The youngest: in the first one's time what is scraped may not have been there yet.
    const [uploaded] = blocks()
      .filter(({ thanos }) => thanos.source !== "rule")
      .toSorted((a, b) => b.maxTime - a.maxTime);
    assert.ok(uploaded);
    const at = (uploaded.minTime + uploaded.maxTime) / 2_000;
    const question = `up{job="backend"} @ ${at.toFixed(3)}`;
    await stopService(client.inventory, "thanos-sidecar-1");
    await stopService(client.inventory, "thanos-sidecar-2");
    await eventually("nothing of now is known", 15, async () => {
      const series = await client.query("time() - timestamp(up) < 5");
      return series.length === 0;
    });
    await eventually("the store answers", 30, async () => {
      const [series, ...more] = await client.query(question);
      return more.length === 0 && series?.value?.[1] === "1";
    });
    await startService(client.inventory, "thanos-sidecar-1");
    await startService(client.inventory, "thanos-sidecar-2");
    await eventually("both are asked again", 15, async () => (await client.query("up")).length > 20);
  });

  it("ends the life of a block that is older than what is kept", async function () {
    this.timeout(90_000);
    const young = blocks().find(({ ulid }) => !existsSync(markOf(ulid)));
    assert.ok(young);
    const old = `${young.ulid.slice(0, -4)}0000`;
    cpSync(join(bucket(), young.ulid), join(bucket(), old), { recursive: true });
    const month = 31 * 86_400_000;
    const meta = {
      ...young,
      ulid: old,
      compaction: { ...young.compaction, sources: [old] },
      minTime: young.minTime - month,
      maxTime: young.maxTime - month,
      thanos: { ...young.thanos, labels: { ...young.thanos.labels, replica: "long-ago" } },
    };
    writeFileSync(join(bucket(), old, "meta.json"), JSON.stringify(meta), { mode: 0o600 });
    await eventually("it is marked", 80, () => Promise.resolve(existsSync(markOf(old))));
    assert.match(readFileSync(markOf(old), "utf8"), /exceeding retention of 720h/);
    // A young block may be marked as well, but only because it was merged into another.
    for (const { ulid } of blocks().filter((block) => block.ulid !== old))
      if (existsSync(markOf(ulid)))
        assert.doesNotMatch(readFileSync(markOf(ulid), "utf8"), /exceeding retention/, ulid);
  });

  it("keeps history whole when a replica loses its disk", async () => {
    const to = Date.now() / 1_000;
    const stretch = { from: to - 60, to };
    await stopService(client.inventory, "prometheus-1");
    rmSync(join(stackPaths(stack.root).data, "prometheus-1"), { recursive: true });
    await startService(client.inventory, "prometheus-1");
    assert.equal(await client.unhealthy("prometheus-1"), undefined);
    await eventually("its sidecar reads it again", 20, async () => {
      const why = await client.unhealthy("thanos-sidecar-1");
      return why === undefined;
    });
    const gap = await largestGap(client, 'up{job="backend"}', stretch);
    assert.ok(gap <= 6, `a hole of ${String(gap)} s`);
    await eventually("it scrapes again", 10, async () => {
      const url = `https://127.0.0.1:${String(portOf("prometheus-1"))}/api/v1/query?query=up%7Bjob%3D%22backend%22%7D`;
      return (await client.request(url)).body.includes('"1"');
    });
  });

  function bucket(): string {
    return join(stackPaths(stack.root).data, "bucket");
  }

  /** What is whole in the bucket: `meta.json` is written last. */
  function blocks(): Block[] {
    if (!existsSync(bucket())) return [];
    return readdirSync(bucket())
      .map((entry) => join(bucket(), entry, "meta.json"))
      .filter((path) => existsSync(path))
      .map((path) => JSON.parse(readFileSync(path, "utf8")) as Block);
  }

  function markOf(ulid: string): string {
    return join(bucket(), ulid, "deletion-mark.json");
  }

  function portOf(name: string): number | undefined {
    return client.inventory.services.find((service) => service.name === name)?.ports[0]?.number;
  }
});

interface Block {
  readonly ulid: string;
  /** Milliseconds since the epoch. */
  readonly minTime: number;
  readonly maxTime: number;
  readonly compaction: Readonly<Record<string, unknown>>;
  readonly thanos: { readonly labels: Readonly<Record<string, string>>; readonly source: string };
}

const rulerAlert = {
  name: "LongTermAlert",
  group: "longTerm",
  evaluator: "thanos-ruler",
  expression: 'count(up{job="prometheus"}) > 0',
  for: "1s",
  severity: "critical",
  summary: "There are samples.",
  description: "{{ $value }} of them.",
  runbook: { meaning: "Samples.", impact: "None.", firstLook: ["up"], mend: ["Nothing to mend."] },
};

import assert from "node:assert/strict";
import { startService, stopService } from "../../components/local/control.ts";
import {
  demoFault,
  redisOutage,
  type AlertingFigures,
  type DemoTrouble,
  type OutageFigures,
} from "../../drills/alerting.ts";
import { clusterIsWhole } from "../../drills/alertmanagers.ts";
import type { StackClient } from "../../drills/stackClient.ts";
import { Webhook } from "../../drills/webhook.ts";
import { eventually, LiveStack } from "./liveStack.ts";

/** Seconds that a Redis stays down: the pair is promised to page once for outages of 40 s and more. */
const outage = 42;

/**
 * Every alert is a group of its own, so that drills of different alerts run together. What comes late after one of them is
 * seen by the last test, which counts everything that was told from the start of the stack.
 */
describe("The alerts of a running stack", function () {
  this.timeout(150_000);
  let webhook: Webhook;
  let stack: LiveStack | undefined;
  let client: StackClient;

  before(async () => {
    webhook = await Webhook.open();
    stack = await LiveStack.up({}, { "webhook-url": webhook.url });
    client = await stack.client();
    await whole(client);
  });

  after(async () => {
    webhook.close();
    await stack?.down();
  });

  describe("with both Alertmanagers", () => {
    let redis: OutageFigures;
    let memory: AlertingFigures;
    let sync: AlertingFigures;

    before(async () => {
      [redis, memory, sync] = await Promise.all([
        redisOutage(client, webhook, { redis: "redis-3", seconds: outage, quiet: 0 }),
        demoFault(client, webhook, { trouble: "HighMemoryUsage", quiet: 0 }),
        demoFault(client, webhook, { trouble: "SlowSync", quiet: 0 }),
      ]);
    });

    it("page once within 10 s when a Redis stops, and say once that it is back", () => {
      pagedOnce(redis, 10);
      assert.equal(redis.labels["redis_instance"], "redis-signal-stream");
    });

    it("tell nothing of the signals that stand still because their Redis is down", () => {
      assert.deepEqual(
        redis.others.filter((told) => !/^(HighMemoryUsage|SlowSync) /.test(told)),
        [],
      );
    });

    it("see the data of Redis again as soon as it runs, with nothing done by hand", () => {
      assert.ok(redis.dataSeconds < 5, `${redis.dataSeconds} s`);
    });

    it("page once when the backend's memory is nearly used up, and say once that it is free", () => {
      pagedOnce(memory, promised("HighMemoryUsage"));
    });

    it("page once when ClickHouse is slow, and say once that it is quick again", () => {
      pagedOnce(sync, promised("SlowSync"));
    });
  });

  describe("with one Alertmanager stopped", () => {
    let redis: OutageFigures;
    let signals: AlertingFigures;

    before(async () => {
      await stopService(client.inventory, "alertmanager-1");
      [redis, signals] = await Promise.all([
        redisOutage(client, webhook, { redis: "redis-1", seconds: outage, quiet: 0 }),
        demoFault(client, webhook, { trouble: "SignalLoss", quiet: 0 }),
      ]);
    });

    after(async () => {
      await startService(client.inventory, "alertmanager-1");
    });

    it("page once within 10 s when a Redis stops, and say once that it is back", () => {
      pagedOnce(redis, 10);
    });

    it("name the stream that stands still while every Redis of it runs, and end by themselves", () => {
      pagedOnce(signals, promised("SignalLoss"));
      assert.equal(signals.labels["stream"], "redis-signal-stream");
      assert.match(signals.annotations["summary"] ?? "", /redis-signal-stream/);
    });
  });

  describe("with the Alertmanager that notifies killed, after one page and just before another", () => {
    let told: OutageFigures;
    let untold: OutageFigures;

    before(async () => {
      await whole(client);
      const since = Date.now();
      [told, untold] = await Promise.all([
        redisOutage(client, webhook, { redis: "redis-4", seconds: outage + 10, quiet: 0 }),
        webhook
          .next("firing", { alertname: "RedisDown", redis_instance: "redis-result-stream" }, since, 60)
          .then(() =>
            redisOutage(client, webhook, { redis: "redis-2", seconds: outage, kill: "firing", quiet: 10 }),
          ),
      ]);
    });

    it("lose nothing that it had not told: one page, one word that it is over", () => {
      assert.ok((untold.killed?.afterSeconds ?? Infinity) < untold.pageSeconds, JSON.stringify(untold));
      pagedOnce(untold, 15);
    });

    it("double nothing that it had told at least 1 s before", () => {
      pagedOnce(told, 10);
    });
  });

  // A group of its own: mocha runs the tests of the outer one before all groups in it.
  describe("after all of that", () => {
    it("have told each thing once, from the start of the stack on", () => {
      const counts: Record<string, number> = {};
      const told: string[] = [];
      for (const { at, notification, status, labels } of webhook
        .messages()
        .filter(({ labels }) => labels["scope"] !== "stack")
        // So many outages within minutes may burn an error budget; the slower the machine is, the longer they are.
        .filter(({ labels }) => labels["alertname"]?.includes("ErrorBudgetBurns") !== true)) {
        const name = [labels["alertname"], labels["stream"] ?? labels["instance"], status].join(" ");
        counts[name] = (counts[name] ?? 0) + 1;
        told.push(`${new Date(at).toISOString()} notification ${String(notification)}: ${name}`);
      }
      const expected = [
        "HighMemoryUsage backend",
        "RedisDown redis-instance-state",
        "RedisDown redis-result-stream",
        "RedisDown redis-signal-stream",
        "RedisDown redis-trade-state",
        "SignalLoss redis-signal-stream",
        "SlowSync clickhouse-node",
      ];
      assert.deepEqual(
        counts,
        Object.fromEntries(
          expected.flatMap((name) => [`${name} firing`, `${name} resolved`].map((each) => [each, 1])),
        ),
        told.join("\n"),
      );
    });
  });
});

/** Seconds: what the system promises, and a little more for a machine whose two cores do other things too. */
function promised(trouble: DemoTrouble): number {
  return { HighMemoryUsage: 10, SignalLoss: 20, SlowSync: 35 }[trouble] + 5;
}

function pagedOnce(figures: AlertingFigures, withinSeconds: number): void {
  const { firing, resolved, pageSeconds } = figures;
  console.log(`      ${JSON.stringify({ ...figures, labels: undefined, annotations: undefined })}`);
  assert.deepEqual({ firing, resolved }, { firing: 1, resolved: 1 });
  assert.ok(pageSeconds <= withinSeconds, `the page came after ${pageSeconds} s`);
}

async function whole(client: StackClient): Promise<void> {
  await eventually("both Alertmanagers see each other", 60, () => clusterIsWhole(client));
  await eventually("every Redis is seen", 30, async () => (await client.query("redis_up == 1")).length === 4);
}

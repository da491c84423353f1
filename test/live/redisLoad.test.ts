import { strict as assert } from "node:assert";
import { redisLoad, type RedisLoadFigures } from "../../drills/redisLoad.ts";
import type { StackClient } from "../../drills/stackClient.ts";
import { ensureTools, type Toolchain } from "../../tools/toolchain.ts";
import { warmUp } from "./failoverFigures.ts";
import { LiveStack } from "./liveStack.ts";

describe("redis-benchmark -n 100000 -c 50 against a monitored Redis", function () {
  this.timeout(240_000);
  let stack: LiveStack | undefined;
  let client: StackClient | undefined;
  let figures: RedisLoadFigures;

  before(async function () {
    const tools = await ensureTools(["redis"], { log: () => undefined });
    if (tools.missing.length > 0) {
      console.log(`      skipped: ${tools.missing.map(({ reason }) => reason).join("; ")}`);
      this.skip();
    }
    stack = await LiveStack.up();
    client = await stack.client();
    await warmUp(client);
    figures = await loadOf(client, tools);
    console.log(
      `      ${figures.benchmark.map(({ test, requestsPerSecond }) => `${test} ${requestsPerSecond.toFixed(0)}/s`).join(", ")}; ` +
        `${String(figures.queries.failed.length)} of ${String(figures.queries.sent)} queries failed, slowest ${String(figures.queries.slowestMilliseconds)} ms; ` +
        Object.entries(figures.shown)
          .map(([series, { before, highest }]) => `${series} ${before.toFixed(3)} → ${highest.toFixed(3)}`)
          .join(", "),
    );
  });

  after(async () => {
    client?.close();
    await stack?.down();
  });

  it("runs to its end", () => {
    assert.deepEqual(
      figures.benchmark.map(({ test }) => test),
      ["SET", "GET", "INCR"],
    );
  });

  it("lets no query fail", () => {
    assert.ok(figures.queries.sent >= 100, `only ${String(figures.queries.sent)} queries were sent`);
    assert.deepEqual(figures.queries.failed, []);
  });

  it("leaves no hole in the samples of that Redis", () => {
    assert.ok(figures.largestGapSeconds <= 6, `no sample for ${String(figures.largestGapSeconds)} s`);
  });

  it("neither raises an alert nor misses an evaluation", () => {
    assert.deepEqual(figures.fired, ["Watchdog"]);
    assert.equal(figures.missedEvaluations, 0);
    assert.deepEqual(figures.alerts.failed, []);
  });

  it("can be seen in the series of that Redis", () => {
    const { before, highest } = figures.shown["redis_commands_processed_total"] ?? { before: 0, highest: 0 };
    assert.ok(
      highest > 1_000 && highest > 10 * before,
      `${before.toFixed(0)}/s before, ${highest.toFixed(0)}/s at most`,
    );
  });
});

/** Three of the benchmark's twenty tests: all of them take minutes. */
async function loadOf(client: StackClient, tools: Toolchain): Promise<RedisLoadFigures> {
  return redisLoad(client, {
    executable: tools.path("redis-benchmark"),
    redis: "redis-1",
    instance: "redis-trade-state",
    tests: ["set", "get", "incr"],
    requests: 100_000,
    connections: 50,
    queriesPerSecond: 20,
  });
}

import { strict as assert } from "node:assert";
import { failover, type FailoverFigures } from "../../drills/failover.ts";
import type { StackClient } from "../../drills/stackClient.ts";
import { assertUnnoticed, report, warmUp } from "./failoverFigures.ts";
import { LiveStack } from "./liveStack.ts";

describe("killing one process of a stack under 20 queries a second", function () {
  this.timeout(60_000);
  let stack: LiveStack | undefined;
  let client: StackClient;

  before(async function () {
    this.timeout(180_000);
    stack = await LiveStack.up();
    client = await stack.client();
    await warmUp(client);
  });

  after(async function () {
    this.timeout(120_000);
    await stack?.down();
  });

  const drill = async (victim: string): Promise<FailoverFigures> =>
    report(await failover(client, { victim, queriesPerSecond: 20, seconds: 11 }));

  for (const victim of ["prometheus-1", "prometheus-2"])
    it(`is not noticed when it is ${victim}, and HAProxy's log says so`, async () => {
      const figures = await drill(victim);
      assertUnnoticed(figures);
      const [down, up] = figures.logLines;
      assert.match(down ?? "", new RegExp(`Server be_prometheus/${victim} is DOWN`));
      assert.match(up ?? "", new RegExp(`Server be_prometheus/${victim} is UP`));
    });

  for (const victim of [
    "thanos-query-1",
    "thanos-query-2",
    "thanos-sidecar-1",
    "thanos-sidecar-2",
    "alertmanager-1",
    "alertmanager-2",
  ])
    it(`is not noticed when it is ${victim}`, async () => {
      assertUnnoticed(await drill(victim));
    });

  it("is not noticed when it is query-frontend: requests take the spare path", async () => {
    const figures = await drill("thanos-query-frontend");
    assertUnnoticed(figures);
    assert.match(
      figures.logLines[0] ?? "",
      /^Server be_query\/thanos-query-frontend is DOWN.* 2 active and 0 backup servers left/,
    );
  });

  it("is over within 10 s when it is HAProxy itself", async () => {
    const { backAfterSeconds, largestGapSeconds } = await drill("haproxy");
    assert.ok(backAfterSeconds <= 10, `back after ${String(backAfterSeconds)} s`);
    assert.ok(largestGapSeconds <= 6, `nothing recorded for ${String(largestGapSeconds)} s`);
  });
});

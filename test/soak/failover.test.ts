import { failover } from "../../drills/failover.ts";
import type { StackClient } from "../../drills/stackClient.ts";
import { assertUnnoticed, report, warmUp } from "../live/failoverFigures.ts";
import { LiveStack } from "../live/liveStack.ts";

const rounds = 5;

const victims = [
  "prometheus-1",
  "thanos-query-1",
  "thanos-sidecar-1",
  "alertmanager-1",
  "thanos-query-frontend",
  "prometheus-2",
  "thanos-query-2",
  "thanos-sidecar-2",
  "alertmanager-2",
];

describe("killing one process after the other, again and again", function () {
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

  for (let round = 1; round <= rounds; round++)
    for (const victim of victims)
      it(`is not noticed in round ${String(round)} when it is ${victim}`, async () => {
        assertUnnoticed(report(await failover(client, { victim, queriesPerSecond: 20, seconds: 11 })));
      });
});

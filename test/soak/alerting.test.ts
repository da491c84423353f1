import assert from "node:assert/strict";
import { startService, stopService } from "../../components/local/control.ts";
import { redisOutage, type Moment, type OutageFigures } from "../../drills/alerting.ts";
import { clusterIsWhole } from "../../drills/alertmanagers.ts";
import type { StackClient } from "../../drills/stackClient.ts";
import { Webhook } from "../../drills/webhook.ts";
import { eventually, LiveStack } from "../live/liveStack.ts";

const rounds = 5;

/** One outage after the other, each of the next Redis, so that every round meets what the earlier ones have left behind. */
describe("RedisDown, time and again", function () {
  this.timeout(180_000);
  let webhook: Webhook;
  let stack: LiveStack | undefined;
  let client: StackClient;
  let outages = 0;

  before(async () => {
    webhook = await Webhook.open();
    stack = await LiveStack.up({}, { "webhook-url": webhook.url });
    client = await stack.client();
  });

  beforeEach(async () => {
    await eventually("both Alertmanagers see each other", 60, () => clusterIsWhole(client));
  });

  after(async () => {
    webhook.close();
    await stack?.down();
  });

  for (let round = 1; round <= rounds; round++) {
    it(`pages once within 10 s with both Alertmanagers (round ${round})`, async () => {
      pagedOnce(await outage(), 10);
    });

    it(`pages once within 10 s with alertmanager-${1 + (round % 2)} stopped (round ${round})`, async () => {
      const stopped = `alertmanager-${1 + (round % 2)}`;
      await stopService(client.inventory, stopped);
      try {
        pagedOnce(await outage(), 10);
      } finally {
        await startService(client.inventory, stopped);
      }
    });

    for (const kill of ["pending", "firing", "paged"] as const)
      it(`pages once when the Alertmanager that notifies is killed once it is ${kill} (round ${round})`, async () => {
        const figures = await outage(kill);
        const { killed, pageSeconds } = figures;
        assert.ok(killed !== undefined && killed.afterSeconds < pageSeconds === (kill !== "paged"));
        pagedOnce(figures, 15);
      });

    // Its view of the alerts is up to 2 s old when its turn comes, and since its restart it looks at other moments than the
    // first: when the end of the outage falls between the two looks, it tells the outage once more.
    it(`pages, at most once more, when the other Alertmanager is killed after the page (round ${round})`, async () => {
      const { firing, resolved, others } = shown(await outage("paged", "last"));
      assert.ok(firing >= 1 && firing <= 2, `${firing} pages`);
      assert.deepEqual({ resolved, others }, { resolved: firing, others: [] });
    });
  }

  async function outage(kill?: Moment, victim?: "first" | "last"): Promise<OutageFigures> {
    const redis = `redis-${1 + (outages++ % 4)}`;
    return redisOutage(client, webhook, {
      redis,
      // Ends at other moments of the five seconds between two looks at the alerts.
      seconds: 40 + (outages % 5),
      ...(kill && { kill }),
      ...(victim && { victim }),
    });
  }
});

function pagedOnce(figures: OutageFigures, withinSeconds: number): void {
  const { firing, resolved, pageSeconds, others } = shown(figures);
  assert.deepEqual({ firing, resolved, others }, { firing: 1, resolved: 1, others: [] });
  assert.ok(pageSeconds <= withinSeconds, `the page came after ${pageSeconds} s`);
}

function shown(figures: OutageFigures): OutageFigures {
  console.log(`      ${JSON.stringify({ ...figures, labels: undefined, annotations: undefined })}`);
  return figures;
}

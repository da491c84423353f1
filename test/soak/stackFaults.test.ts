/** Ten minutes of a healthy stack, then every fault that is known, one after the other: each told once, and nothing else. */
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { clusterIsWhole } from "../../drills/alertmanagers.ts";
import { faultDrill, firedWithin } from "../../drills/faultDrill.ts";
import { stackFaults } from "../../drills/stackFaults.ts";
import type { StackClient } from "../../drills/stackClient.ts";
import { summary, Webhook } from "../../drills/webhook.ts";
import { eventually, LiveStack } from "../live/liveStack.ts";

describe("A stack that watches itself, for long", function () {
  this.timeout(700_000);
  let webhook: Webhook;
  let stack: LiveStack | undefined;
  let client: StackClient;

  before(async () => {
    webhook = await Webhook.open();
    stack = await LiveStack.up({ timeScale: 6 }, { "webhook-url": webhook.url });
    client = await stack.client();
    await isWell();
  });

  after(async () => {
    webhook.close();
    await stack?.down();
  });

  it("says nothing in 10 minutes of work, but that its alerts arrive", async () => {
    const since = Date.now();
    await pause(600_000);
    assert.deepEqual(webhook.messages({}, since).map(summary), []);
    assert.deepEqual(await firedWithin(client, 590), ["Watchdog"]);
  });

  for (const fault of stackFaults)
    it(`tells ${fault.tells.join(" and ")} once, and nothing else, when ${fault.what}`, async () => {
      await isWell();
      const { told, log } = await faultDrill(client, webhook, [fault]);
      assert.deepEqual(
        told,
        Object.fromEntries(fault.tells.map((name) => [name, { firing: 1, resolved: 1 }])),
        log.join("\n"),
      );
    });

  /** What the fault before has left behind is over: pending alerts too, and windows in which it still shows. */
  async function isWell(): Promise<void> {
    await eventually("the Alertmanagers are one", 60, async () => clusterIsWhole(client));
    await eventually("only the Watchdog fires", 240, async () => {
      const alerts = await client.query('ALERTS{alertname!="Watchdog"}');
      const others = [
        ...alerts.map(({ metric }) => JSON.stringify(metric)),
        ...webhook.firing().map(summary),
      ];
      if (others.length > 0) throw new Error(others.join(", "));
      return true;
    });
  }
});

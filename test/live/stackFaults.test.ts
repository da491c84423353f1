/** What a stack says of itself: nothing while it is well, and each fault once. Its rules run twelve times as quick. */
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { clusterIsWhole } from "../../drills/alertmanagers.ts";
import { faultDrill, firedWithin, type FaultFigures } from "../../drills/faultDrill.ts";
import { independentFaults } from "../../drills/stackFaults.ts";
import type { StackClient } from "../../drills/stackClient.ts";
import { summary, Webhook } from "../../drills/webhook.ts";
import { onThisMachine } from "../../monitoring/onThisMachine.ts";
import { quickened } from "../../monitoring/timeScale.ts";
import { systems } from "../../systems/index.ts";
import { dashboardTests } from "./dashboardPages.ts";
import { eventually, LiveStack } from "./liveStack.ts";

/** A lost scrape must still be shorter than any alert's patience, which is twelve scrapes in a real stack. */
const scale = 6;

/** Minutes of the watched silence; at this scale they stand for 18 of a real stack's. */
const silence = 3;

describe("A stack that watches itself", function () {
  this.timeout(420_000);
  let webhook: Webhook;
  let stack: LiveStack | undefined;
  let client: StackClient;

  before(async () => {
    webhook = await Webhook.open();
    stack = await LiveStack.up({ timeScale: scale }, { "webhook-url": webhook.url });
    client = await stack.client();
    await eventually("the Alertmanagers are one", 30, async () => clusterIsWhole(client));
    // What came up last was missed by what came up first.
    await eventually("only the Watchdog fires", 90, async () => {
      const alerts = await client.query('ALERTS{alertname!="Watchdog"}');
      return alerts.length === 0 && webhook.firing().length === 0;
    });
  });

  after(async () => {
    webhook.close();
    await stack?.down();
  });

  it(`says nothing in ${String(silence)} minutes of work, but that its alerts arrive`, async () => {
    const since = Date.now();
    await pause(silence * 60_000);
    assert.deepEqual(webhook.messages({}, since).map(summary), []);
    assert.deepEqual(await firedWithin(client, silence * 60 - 10), ["Watchdog"]);
  });

  describe("on its dashboards", () => {
    const parameters = { environment: "dev", region: "local", layout: "cluster" } as const;
    const system = onThisMachine(systems.trade(parameters), { demo: true, given: ["webhook-url"] });
    dashboardTests(() => client, quickened(system, scale));
  });

  describe(`with ${String(independentFaults.length)} faults at a time`, () => {
    let figures: FaultFigures;

    before(async () => {
      figures = await faultDrill(client, webhook, independentFaults);
    });

    it("tells of each of them, and of nothing that follows from them", () => {
      const expected = independentFaults.flatMap(({ tells }) => tells).sort();
      assert.deepEqual(Object.keys(figures.told), expected, figures.log.join("\n"));
    });

    for (const { what, tells } of independentFaults)
      for (const name of tells)
        it(`pages once when ${what}, and says once that it is over (${name})`, () => {
          assert.deepEqual(figures.told[name], { firing: 1, resolved: 1 }, figures.log.join("\n"));
        });
  });
});

/** Ten minutes of a healthy stack, then every fault that is known, one after the other: each told once, and nothing else. */
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { clusterIsWhole } from "../../drills/alertmanagers.ts";
import { faultDrill, firedWithin } from "../../drills/faultDrill.ts";
import { receiveFaults, stackFaults, type StackFault } from "../../drills/stackFaults.ts";
import type { StackClient } from "../../drills/stackClient.ts";
import { summary, Webhook } from "../../drills/webhook.ts";
import { eventually, LiveStack, receiving } from "../live/liveStack.ts";

describe("A stack that watches itself, for long", () => {
  const { webhook, client } = watchedStack({});

  it("says nothing in 10 minutes of work, but that its alerts arrive", async () => {
    const since = Date.now();
    await pause(600_000);
    assert.deepEqual(webhook().messages({}, since).map(summary), []);
    assert.deepEqual(await firedWithin(client(), 590), ["Watchdog"]);
  }).timeout(700_000);

  tellsOnly(stackFaults, { webhook, client });
});

describe("A stack that writes to Thanos Receive, for long", () => {
  tellsOnly(receiveFaults, watchedStack(receiving));
});

interface Watched {
  readonly webhook: () => Webhook;
  readonly client: () => StackClient;
}

/** A stack whose rules run six times as quick, for the tests of a block. */
function watchedStack(config: Record<string, unknown>): Watched {
  let webhook: Webhook | undefined;
  let stack: LiveStack | undefined;
  let client: StackClient | undefined;

  before(async function () {
    this.timeout(400_000);
    webhook = await Webhook.open();
    stack = await LiveStack.up({ timeScale: 6, ...config }, { "webhook-url": webhook.url });
    client = await stack.client();
    await isWell(client, webhook);
  });

  after(async function () {
    this.timeout(60_000);
    webhook?.close();
    await stack?.down();
  });

  return { webhook: () => there(webhook), client: () => there(client) };
}

function there<T>(what: T | undefined): T {
  if (what === undefined) throw new Error("the stack is not up");
  return what;
}

/** One test for each fault, from a stack that is well. */
function tellsOnly(faults: readonly StackFault[], { webhook, client }: Watched): void {
  for (const fault of faults)
    it(`tells ${fault.tells.join(" and ")} once, and nothing else, when ${fault.what}`, async () => {
      await isWell(client(), webhook());
      const { told, log } = await faultDrill(client(), webhook(), [fault]);
      assert.deepEqual(
        told,
        Object.fromEntries(fault.tells.map((name) => [name, { firing: 1, resolved: 1 }])),
        log.join("\n"),
      );
    }).timeout(700_000);
}

/** What the fault before has left behind is over: pending alerts too, and windows in which it still shows. */
async function isWell(client: StackClient, webhook: Webhook): Promise<void> {
  await eventually("the Alertmanagers are one", 60, async () => clusterIsWhole(client));
  await eventually("only the Watchdog fires", 240, async () => {
    const alerts = await client.query('ALERTS{alertname!="Watchdog"}');
    const others = [...alerts.map(({ metric }) => JSON.stringify(metric)), ...webhook.firing().map(summary)];
    if (others.length > 0) throw new Error(others.join(", "));
    return true;
  });
}

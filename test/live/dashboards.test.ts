import type { StackClient } from "../../drills/stackClient.ts";
import { onThisMachine } from "../../monitoring/onThisMachine.ts";
import { systems } from "../../systems/index.ts";
import { dashboardTests } from "./dashboardPages.ts";
import { LiveStack } from "./liveStack.ts";

describe("The dashboards of a running stack", function () {
  this.timeout(180_000);
  const system = systems.trade({ environment: "dev", region: "local", layout: "cluster" });
  let stack: LiveStack;
  let client: StackClient;

  before(async () => {
    stack = await LiveStack.up();
    client = await stack.client();
  });

  after(async () => {
    client.close();
    await stack.down();
  });

  dashboardTests(() => client, onThisMachine(system, { demo: true, given: [] }));
});

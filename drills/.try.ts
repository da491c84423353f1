import { LiveStack } from "../test/live/liveStack.ts";
import { Webhook } from "./webhook.ts";
import { redisOutage, demoFault } from "./alerting.ts";
import { clusterSizes, nextToNotify } from "./alertmanagers.ts";
import { stopService, startService } from "../components/local/control.ts";
const say = (...v: unknown[]) => console.log(((Date.now()-t0)/1000).toFixed(1), ...v);
const t0 = Date.now();
const webhook = await Webhook.open();
const stack = await LiveStack.up({}, { "webhook-url": webhook.url });
say("up", stack.root);
try {
  const client = await stack.client();
  say(await clusterSizes(client), await nextToNotify(client));
  const step = async (name: string, work: () => Promise<unknown>) => { try { say(name, JSON.stringify(await work())); } catch (e) { say(name, "FAILED", e); } };
  await Promise.all([
    step("O1", () => redisOutage(client, webhook, { redis: "redis-3", seconds: 42, quiet: 0 })),
    step("SlowSync", () => demoFault(client, webhook, { alert: "SlowSync", fault: { syncLatencySeconds: 0.5 }, noFault: { syncLatencySeconds: 0 }, quiet: 0 })),
  ]);
  await step("O2", async () => {
    await stopService(client.inventory, "alertmanager-1");
    try { return await redisOutage(client, webhook, { redis: "redis-1", seconds: 15, quiet: 0 }); }
    finally { await startService(client.inventory, "alertmanager-1"); }
  });
  await step("HM", () => demoFault(client, webhook, { alert: "HighMemoryUsage", fault: { holdMemoryMiB: 850 }, noFault: { holdMemoryMiB: 0 }, quiet: 0 }));
  await step("O3", () => redisOutage(client, webhook, { redis: "redis-2", seconds: 42, kill: "firing", quiet: 0 }));
  await step("SL", () => demoFault(client, webhook, { alert: "SignalLoss", fault: { pauseSignals: true }, noFault: { pauseSignals: false }, quiet: 0 }));
  await step("O4", () => redisOutage(client, webhook, { redis: "redis-4", seconds: 42, kill: "paged", quiet: 10 }));
  for (const m of webhook.messages()) say(((m.at - t0)/1000).toFixed(1), m.status, JSON.stringify(m.labels));
  client.close();
} finally { await stack.down(); webhook.close(); }

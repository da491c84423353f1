/**
 * A small stand-in for the trade system: `node demo/main.ts --config FILE.json` (see {@link DemoConfig}). Signals really
 * flow through the four Redis instances, so that stopping one shows.
 */
import { parseArgs } from "node:util";
import { readConfig } from "./config.ts";
import { connector } from "./connection.ts";
import { runEngine } from "./engine.ts";
import { noFaults } from "./faults.ts";
import { watchInstances } from "./instances.ts";
import { createMetrics } from "./metrics.ts";
import { produceSignals } from "./producer.ts";
import { serve } from "./server.ts";
import { storeResults } from "./warehouse.ts";

const { values } = parseArgs({ options: { config: { type: "string" } } });
if (values.config === undefined) throw new Error("--config is missing; expected the path of a JSON file");

const config = readConfig(values.config);
const metrics = createMetrics();
const faults = noFaults();
const stop = new AbortController();
const connect = connector(config, metrics);

const closeServers = await serve(config, metrics.registries, faults);
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => {
    stop.abort();
    closeServers();
  });
}
console.log(
  `listening: ${config.roles.map(({ role, port }) => `${role} ${config.address}:${String(port)}`).join(", ")}`,
);

await Promise.all([
  produceSignals(config, connect, metrics, faults, stop.signal),
  runEngine(connect, metrics, faults, stop.signal),
  watchInstances(connect, metrics, stop.signal),
  storeResults(connect, metrics, faults, stop.signal),
]);
console.log("stopped");
// ioredis may leave the time-out of a command that was cut off running, which would hold the process for its 2 s.
process.exit(0);

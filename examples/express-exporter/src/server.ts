/** Starts the service and its metrics, and lets requests finish when it is told to stop. */
import type { Server } from "node:http";
import { createApp, createMetricsApp } from "./app.ts";
import { createMetrics } from "./metrics.ts";

const metrics = createMetrics();
const servers: Server[] = [
  createApp(metrics).listen(Number(process.env["PORT"] ?? 8080)),
  createMetricsApp(metrics).listen(Number(process.env["METRICS_PORT"] ?? 9464)),
];

// The metrics go last: what happens while the service stops is still told.
process.once("SIGTERM", () => {
  const [service, told] = servers;
  service?.close(() => told?.close());
});

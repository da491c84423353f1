/** Stopping, starting and restarting one service by hand. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { writePrivateFile } from "./files.ts";
import { waitUntilHealthy } from "./health.ts";
import type { Inventory } from "./inventory.ts";
import { withSupervisor } from "./supervisor.ts";

/** Seconds until a service that is started by hand must be healthy. */
const healthyWithin = 60;

/** Stops a service on purpose: neither the supervisor nor the next `pulumi up` starts it again. */
export async function stopService({ paths }: Inventory, name: string): Promise<void> {
  // The mark comes first, so that nobody takes the stop for a death.
  await writePrivateFile(join(paths.stopped, name), "");
  await withSupervisor(paths, async (supervisor) => supervisor.stop(name));
}

/** Starts a service that was stopped on purpose. @throws when it is not healthy within a minute. */
export async function startService(inventory: Inventory, name: string): Promise<void> {
  const { paths, secrets, services } = inventory;
  await withSupervisor(paths, async (supervisor) => supervisor.resume(name));
  await rm(join(paths.stopped, name), { force: true });
  const service = services.find((candidate) => candidate.name === name);
  if (service !== undefined) await waitUntilHealthy(service, paths, secrets, healthyWithin);
}

export async function restartService(inventory: Inventory, name: string): Promise<void> {
  await withSupervisor(inventory.paths, async (supervisor) => supervisor.stop(name));
  await startService(inventory, name);
}

/** Stopping, starting and restarting one service by hand. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Service } from "../../monitoring/hosts.ts";
import { writePrivateFile } from "./files.ts";
import { completeSetup, waitUntilHealthy } from "./health.ts";
import type { Inventory } from "./inventory.ts";
import { withSupervisor } from "./supervisor.ts";

/** Seconds until a service that is started by hand must be healthy. */
const healthyWithin = 60;

/** Stops a service on purpose: neither the supervisor nor the next `pulumi up` starts it again. */
export async function stopService(inventory: Inventory, name: string): Promise<void> {
  const { executable } = declared(inventory, name);
  // The mark comes first, so that nobody takes the stop for a death.
  await writePrivateFile(join(inventory.paths.stopped, name), "");
  await withSupervisor(inventory.paths, async (supervisor) => supervisor.remove(name, executable));
}

/**
 * Starts a service that was stopped on purpose, as it is declared now: what has changed meanwhile counts, and a supervisor
 * that was started anew has never heard of it.
 * @throws when it is not healthy within a minute
 */
export async function startService(inventory: Inventory, name: string): Promise<void> {
  const { paths, secrets } = inventory;
  const { service, executable } = declared(inventory, name);
  await rm(join(paths.stopped, name), { force: true });
  await withSupervisor(paths, async (supervisor) => supervisor.start(service, executable));
  await waitUntilHealthy(service, paths, secrets, healthyWithin);
  await completeSetup(service, paths, secrets);
}

function declared(inventory: Inventory, name: string): { service: Service; executable: string } {
  const service = inventory.services.find((candidate) => candidate.name === name);
  const executable = inventory.executables.get(name);
  if (service === undefined || executable === undefined)
    throw new Error(
      `no service "${name}"; there are ${inventory.services.map((known) => known.name).join(", ")}`,
    );
  return { service, executable };
}

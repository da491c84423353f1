/** One of the project's own stacks in a simulation: a copy of its configuration, stand-ins for its secrets, a state of its own. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { repository, type EngineResult } from "../cli/engine.ts";
import type { StackFile } from "../configuration/stackFiles.ts";
import { runSimulated } from "./engine.ts";
import { copyStack, standIn } from "./stackCopy.ts";

/** Runs one command of the engine; the clouds are there as long as it runs. */
type Engine = (args: readonly string[], log?: (line: string) => void) => Promise<EngineResult>;

export interface SimulatedProjectStack {
  readonly pulumi: Engine;
  /** Names of the secrets that have a stand-in. */
  readonly standIns: readonly string[];
}

/**
 * The stack, before its first deployment.
 * @param folder empty, and the caller's to remove
 * @throws where its configuration is wrong
 */
export async function simulatedStack(folder: string, file: StackFile): Promise<SimulatedProjectStack> {
  const { stack } = file;
  const configFile = join(folder, `Pulumi.${stack}.yaml`);
  const { standIns } = copyStack(file, join(repository, `Pulumi.${stack}.yaml`), configFile);
  const pulumi: Engine = (args, log) =>
    runSimulated(folder, args, { stack, configFile, ...(log && { log }) });
  await initialise(folder, stack, pulumi, Object.fromEntries(standIns.map((path) => [path, standIn])));
  return { pulumi, standIns: standIns.map((path) => path.replace(/^vigil:secrets\./, "")) };
}

/**
 * Begins a stack's state, and encrypts secrets into its file.
 * @param secrets values by full path, such as `vigil:secrets.webhook-url`
 * @throws what the engine says
 */
export async function initialise(
  folder: string,
  stack: string,
  pulumi: Engine,
  secrets: Readonly<Record<string, string>>,
): Promise<void> {
  mkdirSync(join(folder, "state"));
  assertSucceeded(await pulumi(["stack", "init", stack, "--no-select"]));
  const pairs = Object.entries(secrets).flatMap(([path, value]) => ["--secret", `${path}=${value}`]);
  if (pairs.length > 0) assertSucceeded(await pulumi(["config", "set-all", "--path", ...pairs]));
}

export function assertSucceeded({ code, stdout, stderr }: EngineResult): void {
  if (code !== 0) throw new Error(`the simulation failed: ${stderr || stdout}`);
}

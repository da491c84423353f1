/** Runs Pulumi's engine against the simulated clouds: state, passphrase and everything that exists lie in one folder. */
import { join } from "node:path";
import { repository, runPulumi, type EngineOptions, type EngineResult } from "../cli/engine.ts";
import { failuresOf, type FailureSpec } from "./failures.ts";
import { assumeInstalled } from "./kubernetes/installed.ts";
import { startSimulatedClouds } from "./simulatedClouds.ts";

export interface SimulationOptions extends EngineOptions {
  /** The stack's name. */
  stack: string;
  /** Its configuration file. Default: Pulumi.STACK.yaml of the project. */
  configFile?: string;
  /** Default: what VIGIL_SIMULATE_FAIL asks for. */
  failures?: FailureSpec;
}

/** Nothing here outlives a simulation, so its passphrase need not be a good one. */
const passphrase = "simulated";

/**
 * Runs one command of the engine on a simulated stack. The clouds are there as long as the command runs.
 * @param folder of the simulation; a second command in it finds what the first one made
 */
export async function runSimulated(
  folder: string,
  args: readonly string[],
  options: SimulationOptions,
): Promise<EngineResult> {
  const { stack, configFile, failures, ...engine } = options;
  assumeInstalled(folder, configFile ?? join(repository, `Pulumi.${stack}.yaml`));
  const clouds = await startSimulatedClouds(
    folder,
    failures ?? failuresOf(process.env["VIGIL_SIMULATE_FAIL"]),
  );
  const [command = ""] = args;
  try {
    return await runPulumi(
      [
        ...args,
        ...(command === "stack" && args[1] === "init" ? [] : ["--stack", stack]),
        ...(configFile !== undefined && configured.has(command) ? ["--config-file", configFile] : []),
      ],
      {
        ...engine,
        env: {
          PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
          PULUMI_CONFIG_PASSPHRASE: passphrase,
          // The state is written once, at the end of a command, failed or not: after each of 300 resources it takes most of the time.
          PULUMI_EXPERIMENTAL: "true",
          PULUMI_SKIP_CHECKPOINTS: "true",
          ...clouds.environment,
          ...engine.env,
        },
      },
    );
  } finally {
    clouds.stop();
  }
}

const configured = new Set(["up", "preview", "refresh", "destroy", "config"]);

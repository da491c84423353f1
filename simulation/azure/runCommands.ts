/** Run Command: a script that is asked to fail does so as it would in Azure, and is looked at afterwards. */
import type { Call, Existing, Partly } from "../cloud.ts";
import { moment } from "../invented.ts";
import { plain, textAt, type Properties } from "../propertyValues.ts";

/** What scripts wrote to stderr before they failed, by resource group, machine and command. */
const written = new Map<string, string>();

/** @param stderr what the failing script writes */
export function scriptFails({ kind, inputs }: Existing, stderr: string): Partly | "unnoticed" | undefined {
  if (kind !== "VirtualMachineRunCommandByVirtualMachine") return undefined;
  written.set(keyOf(inputs), stderr);
  // Otherwise a command has done its work when its script was started.
  const told = plain(inputs["treatFailureAsDeploymentFailure"]) === true;
  if (!told || plain(inputs["asyncExecution"]) === true) return "unnoticed";
  return { message: "the script of the run command ended with exit code 1" };
}

/** `az vm run-command show --expand instanceView` */
export function runCommandOf({ arguments: asked }: Call): Properties {
  const error = written.get(keyOf(asked));
  return {
    name: textAt(asked, "runCommandName"),
    provisioningState: error === undefined ? "Succeeded" : "Failed",
    ...(textAt(asked, "expand") === "instanceView" && {
      instanceView: {
        executionState: error === undefined ? "Succeeded" : "Failed",
        exitCode: error === undefined ? 0 : 1,
        output: "",
        error: error ?? "",
        startTime: moment,
        endTime: moment,
      },
    }),
  };
}

function keyOf(inputs: Properties): string {
  return ["resourceGroupName", "vmName", "runCommandName"].map((key) => textAt(inputs, key) ?? "").join("/");
}

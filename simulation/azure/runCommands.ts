/** Run Command: a script that is asked to fail does so as it would in Azure, and is looked at afterwards. */
import type { Call, Existing, Partly, Requested } from "../cloud.ts";
import { moment } from "../invented.ts";
import { plain, textAt, type Properties } from "../propertyValues.ts";
import type { World } from "../world.ts";

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

/** @throws where the machine holds as many as Azure lets it: https://github.com/MicrosoftDocs/azure-docs/issues/117976 */
export function admitCommand({ kind, token, inputs }: Requested, world: World): void {
  if (kind !== "VirtualMachineRunCommandByVirtualMachine") return;
  const machine = `/resourceGroups/${textAt(inputs, "resourceGroupName") ?? ""}/providers/Microsoft.Compute/virtualMachines/${textAt(inputs, "vmName") ?? ""}/`;
  const held = world.things.filter((each) => each.token === token && each.id.includes(machine)).length;
  if (held >= most)
    throw new Error(
      `OperationNotAllowed: The maximum number of managed Run commands (max=${String(most)}, current=${String(held)}) has been exceeded.`,
    );
}

const most = 25;

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

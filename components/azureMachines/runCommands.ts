import { RoleAssignment } from "@pulumi/azure-native/authorization/roleAssignment.js";
import { getVirtualMachineRunCommandByVirtualMachine } from "@pulumi/azure-native/compute/getVirtualMachineRunCommandByVirtualMachine.js";
import { VirtualMachineRunCommandByVirtualMachine } from "@pulumi/azure-native/compute/virtualMachineRunCommandByVirtualMachine.js";
import { packedScript } from "../../monitoring/carried/packed.ts";
import { bashLine, powershellLine } from "../../monitoring/carried/secretLines.ts";
import type { MachineStep } from "../../monitoring/machines.ts";
import { guid } from "../azure/names.ts";
import { builtIn, roleId } from "../azure/roles.ts";
import type { KeyVaultSecrets } from "../azure/vault.ts";
import type { Delivery, StepAdapter } from "../hosts/adapter.ts";
import { bashValues, encodeValues, powershellValues } from "../hosts/channel.ts";
import { explained } from "../hosts/failedStep.ts";
import * as pulumi from "../pulumi.ts";
import type { AzureMachine } from "./machine.ts";

export interface RunCommandsArgs {
  readonly subscription: string;
  readonly stack: string;
  readonly resourceGroup: string;
  readonly location: string;
  readonly machine: AzureMachine;
  readonly vault: KeyVaultSecrets;
  /** What must be there before a step. */
  readonly ready: readonly pulumi.Resource[];
}

/** A step may fetch a hundred megabytes, and wait for a service to replay its log. */
const timeoutInSeconds = 1800;

/** Run commands that one machine holds: https://github.com/MicrosoftDocs/azure-docs/issues/117976 */
const mostCommands = 25;

/** What a secret of Key Vault holds, with some room: https://learn.microsoft.com/azure/key-vault/secrets/about-secrets */
const mostCharacters = 24_000;

/**
 * Carries steps to one machine in Azure by managed Run Command. A step's values wait in the vault, each readable by this
 * machine alone: a parameter of a command, protected or not, is an argument or a variable of the environment there.
 *
 * @see https://learn.microsoft.com/azure/virtual-machines/windows/run-command-managed
 */
export class RunCommands implements StepAdapter {
  readonly #args: RunCommandsArgs;
  #carried = 0;

  constructor(args: RunCommandsArgs) {
    this.#args = args;
  }

  readonly carry = (step: MachineStep, delivery: Delivery): pulumi.Resource => {
    const { resourceGroup, location, machine, vault, ready } = this.#args;
    this.#carried += 1;
    if (this.#carried > mostCommands)
      throw new pulumi.RunError(
        `${step.machine}: ${step.name} is its step number ${this.#carried}, and a machine in Azure holds ${mostCommands} run commands; ` +
          "name another machine for some of its services",
      );
    const values = step.values.length > 0 ? this.#store(step, delivery) : undefined;
    return new VirtualMachineRunCommandByVirtualMachine(
      step.name,
      {
        resourceGroupName: resourceGroup,
        vmName: machine.machine.name,
        location,
        asyncExecution: false,
        treatFailureAsDeploymentFailure: true,
        timeoutInSeconds,
        source: { script: scriptOf(step, values?.uri) },
      },
      {
        parent: delivery.parent,
        dependsOn: [...delivery.after, ...vault.ready, ...ready, ...(values ? [values.right] : [])],
        // Azure runs a script once for each name: a change, and a step that failed, is a new command under a name of its own.
        // Another machine of the same name has nothing yet of what this one had.
        replaceOnChanges: ["*"],
        replaceWith: [machine.machine],
        // A machine holds few of them.
        deleteBeforeReplace: true,
        customTimeouts: { create: "45m" },
        hooks: explained(step, async ({ runCommandName }) => {
          const found = await getVirtualMachineRunCommandByVirtualMachine({
            resourceGroupName: resourceGroup,
            vmName: step.machine,
            runCommandName: String(runCommandName),
            expand: "instanceView",
          });
          return found.instanceView.error;
        }),
      },
    );
  };

  #store(step: MachineStep, { values, parent }: Delivery) {
    const { subscription, stack, machine, vault } = this.#args;
    const name = `step-${step.name}`;
    const secret = vault.store(name, pulumi.secret(values.apply((texts) => lineOf(step, texts))), parent);
    const right = new RoleAssignment(
      name,
      {
        roleAssignmentName: guid(`${subscription}/${stack}/${name}`),
        principalId: machine.principalId,
        principalType: "ServicePrincipal",
        roleDefinitionId: roleId(subscription, builtIn.secretsUser),
        scope: vault.scope.apply((id) => `${id}/secrets/${name}`),
      },
      // Its name is its own for ever, so that a new one cannot stand beside the old one.
      { parent, dependsOn: [secret], deleteBeforeReplace: true },
    );
    // Only its address: which version it is, is no secret, and has the step run again when a value changes.
    const uri = pulumi.unsecret(secret.properties.apply(({ secretUriWithVersion }) => secretUriWithVersion));
    return { uri, right };
  }
}

function scriptOf(step: MachineStep, uri: pulumi.Output<string> | undefined): pulumi.Input<string> {
  if (uri === undefined) return packedScript(step, "");
  return uri.apply((address) => {
    const values = { store: "key-vault", uri: address } as const;
    return packedScript(
      step,
      step.shell === "powershell"
        ? `${powershellLine(values)}${powershellValues("Read-VigilLine")}`
        : `${bashLine(values)}${bashValues("vigil_line")}`,
    );
  });
}

/** @throws when a vault could not hold it */
function lineOf(step: MachineStep, texts: Readonly<Record<string, string>>): string {
  const line = encodeValues(texts);
  if (line.length > mostCharacters)
    throw new pulumi.RunError(
      `step ${step.name}: its ${step.values.length} values take ${line.length} characters, and a secret of Key Vault holds ${mostCharacters}`,
    );
  return line;
}

import { Command } from "@pulumi/command/remote/command.js";
import type { MachineStep } from "../../monitoring/machines.ts";
import * as pulumi from "../pulumi.ts";
import type { Delivery, StepAdapter } from "./adapter.ts";
import { bashCommand, conversation, powershellCommand } from "./conversation.ts";

export interface SshConnection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** As in `known_hosts`, after the host. The provider would trust any host without it. */
  readonly hostKey: string;
  /** One of the two. */
  readonly privateKey?: pulumi.Output<string>;
  readonly password?: pulumi.Output<string>;
}

/** Carries steps to a machine that runs an SSH server, such as Windows' own OpenSSH. */
export class SshSteps implements StepAdapter {
  readonly #connection: SshConnection;

  constructor(connection: SshConnection) {
    this.#connection = connection;
  }

  readonly carry = (step: MachineStep, { values, after, parent }: Delivery): pulumi.Resource => {
    const command = step.shell === "powershell" ? powershellCommand : bashCommand;
    return new Command(
      step.name,
      {
        connection: { ...this.#connection, dialErrorLimit: 3 },
        create: command("install"),
        delete: command("remove"),
        stdin: pulumi.secret(values.apply((texts) => conversation(step, texts))),
        // What a script printed last is none of the next one's business.
        addPreviousOutputInEnv: false,
      },
      {
        parent,
        dependsOn: [...after],
        additionalSecretOutputs: ["stdin"],
        customTimeouts: { create: "45m", update: "45m", delete: "15m" },
      },
    );
  };
}

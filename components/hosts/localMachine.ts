import { Command } from "@pulumi/command/local/command.js";
import type { MachineStep } from "../../monitoring/machines.ts";
import * as pulumi from "../pulumi.ts";
import type { Delivery, StepAdapter } from "./adapter.ts";
import { bashCommand, conversation, encodedCommand } from "./conversation.ts";

/** Windows PowerShell itself, which every Windows has. */
const powershell = [
  "powershell.exe",
  "-NoProfile",
  "-NonInteractive",
  "-InputFormat",
  "Text",
  "-OutputFormat",
  "Text",
  "-EncodedCommand",
];

/** Carries steps to the machine that Pulumi itself runs on, whose user must be an administrator there. */
export class LocalSteps implements StepAdapter {
  readonly carry = (step: MachineStep, { values, after, parent }: Delivery): pulumi.Resource => {
    const windows = step.shell === "powershell";
    return new Command(
      step.name,
      {
        interpreter: windows ? powershell : ["/bin/sh", "-c"],
        create: windows ? encodedCommand("install") : bashCommand("install"),
        delete: windows ? encodedCommand("remove") : bashCommand("remove"),
        stdin: pulumi.secret(values.apply((texts) => conversation(step, texts))),
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

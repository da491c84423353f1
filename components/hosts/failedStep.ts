import type { MachineStep } from "../../monitoring/machines.ts";
import * as pulumi from "../pulumi.ts";

/** The last characters of a long stderr: what a script says before it ends is what it ended for. */
const shown = 4000;

/** Inputs of a resource, with what its provider filled in. */
export type FailedInputs = Readonly<Record<string, unknown>>;

/**
 * What says which step failed, on which machine, and with which words, where a cloud's own error says only that a command
 * did. It changes nothing about the failure.
 *
 * @param stderr reads what the script of the failed resource wrote; undefined where it has written nothing, or was never run
 */
export function explained(
  step: MachineStep,
  stderr: (inputs: FailedInputs) => Promise<string | undefined>,
): { readonly onError: pulumi.ErrorHook[] } {
  const explain = async ({ newInputs }: { readonly newInputs?: FailedInputs }): Promise<boolean> => {
    const text = await stderr(newInputs ?? {}).catch(
      (error: unknown) => `its output cannot be read: ${String(error)}`,
    );
    void pulumi.log.error(
      `step ${step.name} failed on ${step.machine}: ${text?.trim().slice(-shown) ?? "it wrote nothing to stderr"}`,
    );
    return false;
  };
  return { onError: [new pulumi.ErrorHook(`failed-${step.name}`, explain)] };
}

/** What carries a step to its machine: one interface, whatever the way there is. */
import type { MachineStep } from "../../monitoring/machines.ts";
import type * as pulumi from "../pulumi.ts";

export interface StepAdapter {
  /**
   * Registers the resource that runs a step on its machine, under the step's own name, which names the machine too: so
   * does every error. It exists when the step has succeeded, and a failed step is run again by the next `up`.
   */
  readonly carry: (step: MachineStep, delivery: Delivery) => pulumi.Resource;
}

export interface Delivery {
  /** The texts of exactly the names in {@link MachineStep.values}, secret. */
  readonly values: pulumi.Output<Readonly<Record<string, string>>>;
  /** The resources of the steps in {@link MachineStep.after}. */
  readonly after: readonly pulumi.Resource[];
  readonly parent: pulumi.Resource;
}

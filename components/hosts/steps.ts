/** Carries all steps of a stack to its machines, each after those that it names. */
import { inOrder } from "../../monitoring/stepOrder.ts";
import type { MachineStep } from "../../monitoring/machines.ts";
import * as pulumi from "../pulumi.ts";
import type { StepAdapter } from "./adapter.ts";
import type { HostCertificates } from "./certificates.ts";
import type { HostCredentials } from "./credentials.ts";

export interface HostStepsArgs {
  readonly steps: readonly MachineStep[];
  /** By machine. */
  readonly adapters: Readonly<Record<string, StepAdapter>>;
  readonly credentials: HostCredentials;
  readonly certificates: HostCertificates;
}

/**
 * The engine starts a step when those in its `after` have succeeded, on whatever machine they are: so a change takes one
 * member of a pair, and where it fails the other one stays as it is.
 */
export class HostSteps extends pulumi.ComponentResource {
  constructor(name: string, args: HostStepsArgs, options?: pulumi.ComponentResourceOptions) {
    super("vigil:hosts:Steps", name, {}, options);
    const carried = new Map<string, pulumi.Resource>();
    for (const step of inOrder(args.steps))
      carried.set(
        step.name,
        adapterOf(step, args).carry(step, {
          values: valuesOf(step, args),
          after: step.after.flatMap((before) => carried.get(before) ?? []),
          parent: this,
        }),
      );
    this.registerOutputs({});
  }
}

function adapterOf({ name, machine }: MachineStep, { adapters }: HostStepsArgs): StepAdapter {
  const adapter = adapters[machine];
  if (adapter === undefined)
    throw new pulumi.RunError(
      `step ${name}: there is no machine ${machine}; known: ${Object.keys(adapters).join(", ")}`,
    );
  return adapter;
}

/** Exactly what the step names, so that another secret's change is none of its own. */
function valuesOf(
  step: MachineStep,
  { credentials, certificates }: HostStepsArgs,
): pulumi.Output<Readonly<Record<string, string>>> {
  const texts = step.values.map((name): [string, pulumi.Output<string>] => {
    if (!name.startsWith("tls:")) return [name, credentials.text(name)];
    const file = certificates.files[name.slice("tls:".length)];
    if (file === undefined)
      throw new pulumi.RunError(
        `step ${step.name}: asks for ${name}, and no certificate of the plan is that`,
      );
    return [name, file];
  });
  return pulumi.secret(pulumi.all(Object.fromEntries(texts)));
}

import type { StackConfig } from "../../config.ts";
import { keyAlias } from "../aws/names.ts";
import { AwsMachines } from "../awsMachines/stackMachines.ts";
import type { System } from "../../monitoring/model.ts";
import type { Output } from "../pulumi.ts";
import { commonArgs } from "./cloudArgs.ts";
import type { HostFacts, HostPlan } from "./hostPlan.ts";
import type { Hosts } from "./platform.ts";

/** The machines of a stack on EC2, and its plan on them. */
export function inAws(
  config: StackConfig<Output<string>>,
  system: System,
  planWith: (facts: Omit<HostFacts, "dashboards">) => HostPlan,
): { plan: HostPlan; hosts: Hosts } {
  const { region, environment } = config.parameters;
  const { history } = config.machines;
  const { storage } = config.kubernetes;
  // An alias is known before its key.
  const kmsKeyId = storage.mode === "existing" ? storage.kmsKey : keyAlias(system.longTerm.bucket.name);
  const plan = planWith(
    history ? { objectStore: { kind: "s3", region, ...(kmsKeyId !== "" && { kmsKeyId }) } } : {},
  );
  const machines = new AwsMachines(config.stack, {
    ...commonArgs(config, plan),
    region,
    production: environment === "production",
    ...(history && { bucket: { system: plan.system, wanted: storage } }),
  });
  return { plan, hosts: machines };
}

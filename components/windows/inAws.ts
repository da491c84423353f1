import type { StackConfig } from "../../config.ts";
import { AwsMachines } from "../awsMachines/stackMachines.ts";
import type { System } from "../../monitoring/model.ts";
import type { Output } from "../pulumi.ts";
import { commonArgs } from "./cloudArgs.ts";
import type { HostFacts, HostPlan } from "./hostPlan.ts";
import { objectStoreOf } from "./objectStore.ts";
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
  const plan = planWith(objectStoreOf(config, system));
  const machines = new AwsMachines(config.stack, {
    ...commonArgs(config, plan),
    region,
    production: environment === "production",
    ...(history && { bucket: { system: plan.system, wanted: storage } }),
  });
  return { plan, hosts: machines };
}

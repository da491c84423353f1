import { getClientConfig } from "@pulumi/azure-native/authorization/getClientConfig.js";
import type { StackConfig } from "../../config.ts";
import type { System } from "../../monitoring/model.ts";
import { chosenBucket } from "../azure/chosenBucket.ts";
import { AzureMachines } from "../azureMachines/stackMachines.ts";
import type { Output } from "../pulumi.ts";
import { commonArgs } from "./cloudArgs.ts";
import type { HostFacts, HostPlan } from "./hostPlan.ts";
import { objectStoreOf, storageAccount } from "./objectStore.ts";
import type { Hosts } from "./platform.ts";

/** The machines of a stack in Azure, and its plan on them. */
export async function inAzure(
  config: StackConfig<Output<string>>,
  whole: System,
  planWith: (facts: Omit<HostFacts, "dashboards">) => HostPlan,
): Promise<{ plan: HostPlan; hosts: Hosts }> {
  const { subscriptionId: subscription, tenantId: tenant } = await getClientConfig();
  const account = storageAccount(config, subscription);
  const { history } = config.machines;
  const plan = planWith(objectStoreOf(config, whole, subscription));
  const { system } = plan;
  const machines = new AzureMachines(config.stack, {
    ...commonArgs(config, plan),
    subscription,
    tenant,
    location: config.parameters.region,
    bastion: config.machines.bastion,
    ...(history && {
      bucket: (place) =>
        chosenBucket({
          name: config.stack,
          config,
          system,
          subscription,
          account,
          container: system.longTerm.bucket.name,
          ...place,
        }),
    }),
  });
  return { plan, hosts: machines };
}

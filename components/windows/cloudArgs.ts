import type { StackConfig } from "../../configuration/parse.ts";
import { renderCloudInit } from "../../monitoring/linux/cloudInit.ts";
import { people } from "../../monitoring/machineFlows.ts";
import type { System } from "../../monitoring/model.ts";
import { bytes } from "../../monitoring/units.ts";
import type { CloudMachinesArgs } from "../hosts/cloudMachines.ts";
import { cloudNetwork, type HostPlan } from "./hostPlan.ts";

/** What a plan says of its machines to any cloud. */
export function commonArgs(config: StackConfig<unknown>, plan: HostPlan): CloudMachinesArgs {
  const { machines: wanted } = config;
  const { machines, flows, system } = plan;
  return {
    stack: config.stack,
    machines,
    network: cloudNetwork(config),
    flows,
    networks: { [people]: wanted.people },
    sizes: wanted.sizes,
    images: wanted.images,
    dataDisks: {
      node: gibibytes(system.retention.local.volume),
      // Store, compactor and ruler each keep what they work on.
      history: gibibytes(system.longTerm.compactor.volume) + gibibytes(system.longTerm.store.volume),
    },
    cloudInit: (machine) => renderCloudInit({ machine }),
  };
}

function gibibytes(size: System["retention"]["local"]["volume"]): number {
  return Math.ceil(bytes(size) / 1_024 ** 3);
}

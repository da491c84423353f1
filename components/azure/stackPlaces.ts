import { ResourceGroup } from "@pulumi/azure-native/resources/resourceGroup.js";
import { VirtualNetwork } from "@pulumi/azure-native/network/virtualNetwork.js";
import type * as pulumi from "../pulumi.ts";
import { AzureLogs } from "./logs.ts";
import type { AzureNames } from "./names.ts";

export interface StackPlaces {
  /** Of everything that can be made again. */
  readonly group: ResourceGroup;
  /** Of what outlives the stack. */
  readonly dataGroup: ResourceGroup;
  readonly logs: AzureLogs;
}

/** Where a stack is in Azure: its two resource groups, and where its logs go. */
export function stackPlaces(
  name: string,
  { names, location, parent }: { names: AzureNames; location: string; parent: pulumi.Resource },
): StackPlaces {
  const group = new ResourceGroup(
    `${name}-group`,
    { resourceGroupName: names.resourceGroup, location },
    { parent },
  );
  const dataGroup = new ResourceGroup(
    `${name}-data`,
    { resourceGroupName: names.dataGroup, location },
    // Azure deletes what is in a group with the group.
    { parent, protect: true, retainOnDelete: true },
  );
  const logs = new AzureLogs(
    `${name}-logs`,
    { resourceGroup: group.name, location, workspace: names.logs },
    { parent },
  );
  return { group, dataGroup, logs };
}

/** A network whose subnets are resources of their own; Azure lists them in the network too. */
export function virtualNetwork(
  name: string,
  args: {
    readonly resourceGroup: pulumi.Input<string>;
    readonly location: string;
    readonly network: string;
    readonly range: string;
  },
  parent: pulumi.Resource,
): VirtualNetwork {
  return new VirtualNetwork(
    name,
    {
      resourceGroupName: args.resourceGroup,
      location: args.location,
      virtualNetworkName: args.network,
      addressSpace: { addressPrefixes: [args.range] },
    },
    { parent, ignoreChanges: ["subnets"] },
  );
}

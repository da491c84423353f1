import { BastionHost } from "@pulumi/azure-native/network/bastionHost.js";
import { PublicIPAddress } from "@pulumi/azure-native/network/publicIPAddress.js";
import { Subnet } from "@pulumi/azure-native/network/subnet.js";
import type { AzureNames } from "../azure/names.ts";
import * as pulumi from "../pulumi.ts";
import type { AzureMachineNetwork } from "./network.ts";

export interface BastionArgs {
  readonly resourceGroup: pulumi.Input<string>;
  readonly location: string;
  readonly names: AzureNames;
  readonly network: AzureMachineNetwork;
  readonly range: string;
  readonly zones: readonly string[];
}

/** A way to a machine's desktop for people whom Entra ID knows and the subscription admits, without an address of the machine's. */
export class Bastion extends pulumi.ComponentResource {
  constructor(name: string, args: BastionArgs, options?: pulumi.ComponentResourceOptions) {
    super("vigil:azure:Bastion", name, {}, options);
    const { resourceGroup: resourceGroupName, location, names, network } = args;
    const parent = { parent: this };
    const subnet = new Subnet(
      `${name}-subnet`,
      {
        resourceGroupName,
        virtualNetworkName: network.virtualNetwork.name,
        // The only name that a Bastion takes.
        subnetName: "AzureBastionSubnet",
        addressPrefix: args.range,
        defaultOutboundAccess: false,
      },
      { ...parent, dependsOn: [network.last] },
    );
    const address = new PublicIPAddress(
      `${name}-address`,
      {
        resourceGroupName,
        location,
        publicIpAddressName: `pip-${names.cluster}-bastion`,
        publicIPAllocationMethod: "Static",
        publicIPAddressVersion: "IPv4",
        sku: { name: "Standard", tier: "Regional" },
        zones: [...args.zones],
      },
      parent,
    );
    new BastionHost(
      name,
      {
        resourceGroupName,
        location,
        bastionHostName: `bas-${names.cluster}`,
        sku: { name: "Basic" },
        ipConfigurations: [
          { name: "bastion", subnet: { id: subnet.id }, publicIPAddress: { id: address.id } },
        ],
      },
      parent,
    );
    this.registerOutputs({});
  }
}

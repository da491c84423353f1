import { NatGateway } from "@pulumi/azure-native/network/natGateway.js";
import { PublicIPAddress } from "@pulumi/azure-native/network/publicIPAddress.js";
import * as pulumi from "../pulumi.ts";

export interface WayOutArgs {
  readonly resourceGroup: pulumi.Input<string>;
  readonly location: string;
  /** Name of the network. */
  readonly network: string;
  readonly zones: readonly string[];
  readonly parent: pulumi.Resource;
}

/** One address by which everything in a network goes out, and nothing comes in. */
export function wayOut(name: string, { resourceGroup: resourceGroupName, ...args }: WayOutArgs) {
  const { location, network } = args;
  const parent = { parent: args.parent };
  const address = new PublicIPAddress(
    `${name}-outbound`,
    {
      resourceGroupName,
      location,
      publicIpAddressName: `pip-${network}`,
      publicIPAllocationMethod: "Static",
      publicIPAddressVersion: "IPv4",
      sku: { name: "Standard", tier: "Regional" },
      zones: [...args.zones],
    },
    parent,
  );
  const gateway = new NatGateway(
    `${name}-gateway`,
    {
      resourceGroupName,
      location,
      natGatewayName: `nat-${network}`,
      sku: { name: "Standard" },
      publicIpAddresses: [{ id: address.id }],
      idleTimeoutInMinutes: 10,
    },
    parent,
  );
  return { gateway: gateway.id, address: address.ipAddress.apply((text) => text ?? "") };
}

import { NetworkSecurityGroup } from "@pulumi/azure-native/network/networkSecurityGroup.js";
import { Subnet } from "@pulumi/azure-native/network/subnet.js";
import { virtualNetwork } from "../azure/stackPlaces.ts";
import { wayOut } from "../azure/wayOut.ts";
import * as pulumi from "../pulumi.ts";
import type { ClusterAddresses } from "./addresses.ts";
import { nodeRules, type Clients } from "./firewall.ts";

export interface AzureNetworkArgs {
  readonly resourceGroup: pulumi.Input<string>;
  readonly location: string;
  readonly network: string;
  readonly addresses: ClusterAddresses;
  readonly clients: Clients;
  readonly zones: readonly string[];
}

/** The network of a cluster: nodes without public addresses, which go out through one address that others can allow. */
export class AzureNetwork extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;
  readonly nodeSubnet: pulumi.Output<string>;
  readonly endpointSubnet: pulumi.Output<string>;
  /** The address that everything in the cluster has outside. */
  readonly outbound: pulumi.Output<string>;

  constructor(name: string, args: AzureNetworkArgs, options?: pulumi.ComponentResourceOptions) {
    super("vigil:azure:Network", name, {}, options);
    const { resourceGroup: resourceGroupName, location, network, addresses } = args;
    const parent = { parent: this };
    const own = virtualNetwork(name, { ...args, range: addresses.network }, this);
    const firewall = new NetworkSecurityGroup(
      `${name}-firewall`,
      {
        resourceGroupName,
        location,
        networkSecurityGroupName: `nsg-${network}`,
        securityRules: nodeRules(addresses, args.clients),
      },
      parent,
    );
    const { gateway, address } = wayOut(name, { ...args, parent: this });
    const nodes = new Subnet(
      `${name}-nodes`,
      {
        resourceGroupName,
        virtualNetworkName: own.name,
        subnetName: "nodes",
        addressPrefix: addresses.nodes,
        networkSecurityGroup: { id: firewall.id },
        natGateway: { id: gateway },
        defaultOutboundAccess: false,
      },
      parent,
    );
    const endpoints = new Subnet(
      `${name}-endpoints`,
      {
        resourceGroupName,
        virtualNetworkName: own.name,
        subnetName: "endpoints",
        addressPrefix: addresses.endpoints,
        networkSecurityGroup: { id: firewall.id },
        privateEndpointNetworkPolicies: "NetworkSecurityGroupEnabled",
        defaultOutboundAccess: false,
      },
      // A network takes one change at a time.
      { ...parent, dependsOn: [nodes] },
    );
    this.id = own.id;
    this.nodeSubnet = nodes.id;
    this.endpointSubnet = endpoints.id;
    this.outbound = address;
    this.registerOutputs({ id: this.id, outbound: this.outbound });
  }
}

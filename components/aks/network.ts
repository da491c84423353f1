import { NatGateway } from "@pulumi/azure-native/network/natGateway.js";
import { NetworkSecurityGroup } from "@pulumi/azure-native/network/networkSecurityGroup.js";
import { PublicIPAddress } from "@pulumi/azure-native/network/publicIPAddress.js";
import { Subnet } from "@pulumi/azure-native/network/subnet.js";
import { VirtualNetwork } from "@pulumi/azure-native/network/virtualNetwork.js";
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
    const virtualNetwork = new VirtualNetwork(
      name,
      {
        resourceGroupName,
        location,
        virtualNetworkName: network,
        addressSpace: { addressPrefixes: [addresses.network] },
      },
      // Its subnets are resources of their own; Azure lists them in the network too.
      { ...parent, ignoreChanges: ["subnets"] },
    );
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
    const nodes = new Subnet(
      `${name}-nodes`,
      {
        resourceGroupName,
        virtualNetworkName: virtualNetwork.name,
        subnetName: "nodes",
        addressPrefix: addresses.nodes,
        networkSecurityGroup: { id: firewall.id },
        natGateway: { id: gateway.id },
        defaultOutboundAccess: false,
      },
      parent,
    );
    const endpoints = new Subnet(
      `${name}-endpoints`,
      {
        resourceGroupName,
        virtualNetworkName: virtualNetwork.name,
        subnetName: "endpoints",
        addressPrefix: addresses.endpoints,
        networkSecurityGroup: { id: firewall.id },
        privateEndpointNetworkPolicies: "NetworkSecurityGroupEnabled",
        defaultOutboundAccess: false,
      },
      // A network takes one change at a time.
      { ...parent, dependsOn: [nodes] },
    );
    this.id = virtualNetwork.id;
    this.nodeSubnet = nodes.id;
    this.endpointSubnet = endpoints.id;
    this.outbound = address.ipAddress.apply((text) => text ?? "");
    this.registerOutputs({ id: this.id, outbound: this.outbound });
  }
}

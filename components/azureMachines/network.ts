import { NetworkSecurityGroup } from "@pulumi/azure-native/network/networkSecurityGroup.js";
import { Subnet } from "@pulumi/azure-native/network/subnet.js";
import type { VirtualNetwork } from "@pulumi/azure-native/network/virtualNetwork.js";
import type { MachineNetwork } from "../../monitoring/machineNetwork.ts";
import type { PrivateNetwork } from "../azure/privateAccess.ts";
import { rule } from "../azure/securityRules.ts";
import { virtualNetwork } from "../azure/stackPlaces.ts";
import { wayOut } from "../azure/wayOut.ts";
import * as pulumi from "../pulumi.ts";
import { machineRules, type MachineRules } from "./firewall.ts";

export interface AzureMachineNetworkArgs {
  readonly resourceGroup: pulumi.Input<string>;
  readonly location: string;
  readonly network: string;
  readonly addresses: MachineNetwork;
  readonly zones: readonly string[];
  readonly rules: MachineRules;
}

/** The network of machines: none has a public address, all go out through one that others can allow. */
export class AzureMachineNetwork extends pulumi.ComponentResource implements PrivateNetwork {
  readonly id: pulumi.Output<string>;
  /** Of the two zones of machines; Azure's subnets themselves lie in every zone. */
  readonly subnets: readonly [pulumi.Output<string>, pulumi.Output<string>];
  readonly endpointSubnet: pulumi.Output<string>;
  readonly virtualNetwork: VirtualNetwork;
  /** A network takes one change at a time: what is added to it waits for this. */
  readonly last: pulumi.Resource;
  readonly outbound: pulumi.Output<string>;

  constructor(name: string, args: AzureMachineNetworkArgs, options?: pulumi.ComponentResourceOptions) {
    super("vigil:azure:MachineNetwork", name, {}, options);
    const { resourceGroup: resourceGroupName, location, network, addresses } = args;
    const parent = { parent: this };
    this.virtualNetwork = virtualNetwork(name, { ...args, range: addresses.network }, this);
    const firewall = (own: string, securityRules: ReturnType<typeof machineRules>) =>
      new NetworkSecurityGroup(
        `${name}-${own}`,
        { resourceGroupName, location, networkSecurityGroupName: `nsg-${network}-${own}`, securityRules },
        parent,
      );
    const machines = firewall("machines", machineRules(args.rules));
    const doors = firewall("endpoints", endpointRules(addresses));
    const { gateway, address } = wayOut(name, { ...args, parent: this });
    const subnet = (own: string, addressPrefix: string, after: readonly pulumi.Resource[]) =>
      new Subnet(
        `${name}-${own}`,
        {
          resourceGroupName,
          virtualNetworkName: this.virtualNetwork.name,
          subnetName: own,
          addressPrefix,
          networkSecurityGroup: { id: machines.id },
          natGateway: { id: gateway },
          defaultOutboundAccess: false,
        },
        { ...parent, dependsOn: [...after] },
      );
    const first = subnet("zone-1", addresses.zones[0].subnet, []);
    const second = subnet("zone-2", addresses.zones[1].subnet, [first]);
    const endpoints = new Subnet(
      `${name}-endpoints`,
      {
        resourceGroupName,
        virtualNetworkName: this.virtualNetwork.name,
        subnetName: "endpoints",
        addressPrefix: addresses.endpoints,
        networkSecurityGroup: { id: doors.id },
        privateEndpointNetworkPolicies: "NetworkSecurityGroupEnabled",
        defaultOutboundAccess: false,
      },
      { ...parent, dependsOn: [second] },
    );
    this.id = this.virtualNetwork.id;
    this.subnets = [first.id, second.id];
    this.endpointSubnet = endpoints.id;
    this.last = endpoints;
    this.outbound = address;
    this.registerOutputs({ id: this.id, outbound: this.outbound });
  }
}

/** Accounts and vaults answer the machines over HTTPS. */
function endpointRules({ zones, endpoints }: MachineNetwork) {
  return [
    rule("machines", 100, "HTTPS of the stack's machines", {
      protocol: "Tcp",
      sourceAddressPrefixes: zones.map(({ subnet }) => subnet),
      destinationAddressPrefix: endpoints,
      destinationPortRange: "443",
    }),
    rule("nobody-else", 4096, "Everything else", {
      protocol: "*",
      sourceAddressPrefix: "*",
      destinationAddressPrefix: "*",
      destinationPortRange: "*",
      access: "Deny",
    }),
  ];
}

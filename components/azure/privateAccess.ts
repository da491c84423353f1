import { PrivateDnsZoneGroup } from "@pulumi/azure-native/network/privateDnsZoneGroup.js";
import { PrivateEndpoint } from "@pulumi/azure-native/network/privateEndpoint.js";
import { PrivateZone } from "@pulumi/azure-native/privatedns/privateZone.js";
import { VirtualNetworkLink } from "@pulumi/azure-native/privatedns/virtualNetworkLink.js";
import * as pulumi from "../pulumi.ts";

/** The zones that Azure's public names resolve through within a network, by kind of endpoint. */
const zones = {
  blob: "privatelink.blob.core.windows.net",
  vault: "privatelink.vaultcore.azure.net",
} as const;

/** A network in which there is room for the addresses of accounts and vaults. */
export interface PrivateNetwork {
  readonly id: pulumi.Input<string>;
  readonly endpointSubnet: pulumi.Input<string>;
}

export interface PrivateAccessArgs {
  readonly resourceGroup: pulumi.Input<string>;
  readonly location: string;
  readonly kind: keyof typeof zones;
  /** Id and name of the account or vault that gets an address in the network. */
  readonly target: pulumi.Input<string>;
  readonly targetName: string;
  readonly network: PrivateNetwork;
}

/** An address of the stack's network for an account or a vault, under the name that it has for everybody. */
export class PrivateAccess extends pulumi.ComponentResource {
  /** The last of its parts: from then on the name resolves to the address. */
  readonly ready: pulumi.Resource;

  constructor(name: string, args: PrivateAccessArgs, options?: pulumi.ComponentResourceOptions) {
    super("vigil:azure:PrivateAccess", name, {}, options);
    const { resourceGroup: resourceGroupName, kind, network, targetName } = args;
    const parent = { parent: this };
    const zone = new PrivateZone(
      `${name}-zone`,
      { resourceGroupName, privateZoneName: zones[kind], location: "global" },
      parent,
    );
    const link = new VirtualNetworkLink(
      `${name}-link`,
      {
        resourceGroupName,
        privateZoneName: zone.name,
        virtualNetworkLinkName: "cluster",
        location: "global",
        registrationEnabled: false,
        virtualNetwork: { id: network.id },
      },
      parent,
    );
    const endpoint = new PrivateEndpoint(
      name,
      {
        resourceGroupName,
        location: args.location,
        privateEndpointName: `pe-${targetName}`,
        subnet: { id: network.endpointSubnet },
        privateLinkServiceConnections: [
          { name: targetName, privateLinkServiceId: args.target, groupIds: [kind] },
        ],
      },
      parent,
    );
    this.ready = new PrivateDnsZoneGroup(
      `${name}-names`,
      {
        resourceGroupName,
        privateEndpointName: endpoint.name,
        privateDnsZoneGroupName: "default",
        privateDnsZoneConfigs: [{ name: kind, privateDnsZoneId: zone.id }],
      },
      { ...parent, dependsOn: [link] },
    );
    this.registerOutputs({});
  }
}

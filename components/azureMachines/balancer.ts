import { LoadBalancer } from "@pulumi/azure-native/network/loadBalancer.js";
import * as pulumi from "../pulumi.ts";

export interface InternalBalancerArgs {
  /** Id of the resource group that it is in. */
  readonly groupId: string;
  readonly resourceGroup: pulumi.Input<string>;
  readonly location: string;
  readonly balancer: string;
  readonly subnet: pulumi.Input<string>;
  readonly address: string;
  readonly zones: readonly string[];
  /** Of the edge; the first is asked whether a machine is well. */
  readonly ports: readonly number[];
}

/** One address in front of the edges, in all zones at once, for callers of the network alone. It sees no text in clear. */
export class InternalBalancer extends pulumi.ComponentResource {
  /** Id of the pool that edges join. */
  readonly pool: pulumi.Output<string>;

  constructor(name: string, args: InternalBalancerArgs, options?: pulumi.ComponentResourceOptions) {
    super("vigil:azure:InternalBalancer", name, {}, options);
    const { balancer, ports, zones } = args;
    // Its parts name each other by ids, which are known before it is there.
    const id = `${args.groupId}/providers/Microsoft.Network/loadBalancers/${balancer}`;
    const resource = new LoadBalancer(
      name,
      {
        resourceGroupName: args.resourceGroup,
        location: args.location,
        loadBalancerName: balancer,
        sku: { name: "Standard", tier: "Regional" },
        frontendIPConfigurations: [
          {
            name: "edge",
            subnet: { id: args.subnet },
            privateIPAddress: args.address,
            privateIPAllocationMethod: "Static",
            privateIPAddressVersion: "IPv4",
            zones: [...zones],
          },
        ],
        backendAddressPools: [{ name: "edges" }],
        probes: [
          {
            name: "edge",
            protocol: "Tcp",
            port: ports[0] ?? 0,
            intervalInSeconds: 5,
            probeThreshold: 2,
            noHealthyBackendsBehavior: "AllProbedDown",
          },
        ],
        loadBalancingRules: ports.map((port) => ({
          name: `edge-${port}`,
          protocol: "Tcp",
          frontendPort: port,
          backendPort: port,
          frontendIPConfiguration: { id: `${id}/frontendIPConfigurations/edge` },
          backendAddressPools: [{ id: `${id}/backendAddressPools/edges` }],
          probe: { id: `${id}/probes/edge` },
          // Longer than any query of the edge may take.
          idleTimeoutInMinutes: 15,
          enableTcpReset: true,
          // Machines go out through the NAT gateway.
          disableOutboundSnat: true,
        })),
      },
      { parent: this },
    );
    this.pool = resource.id.apply(() => `${id}/backendAddressPools/edges`);
    this.registerOutputs({ pool: this.pool });
  }
}

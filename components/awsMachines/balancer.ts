import type { Instance } from "@pulumi/aws/ec2/instance.js";
import { Listener } from "@pulumi/aws/lb/listener.js";
import { LoadBalancer } from "@pulumi/aws/lb/loadBalancer.js";
import { TargetGroup } from "@pulumi/aws/lb/targetGroup.js";
import { TargetGroupAttachment } from "@pulumi/aws/lb/targetGroupAttachment.js";
import { balancerName } from "../aws/names.ts";
import * as pulumi from "../pulumi.ts";

export interface InternalBalancerArgs {
  readonly stack: string;
  readonly vpcId: pulumi.Input<string>;
  /** Subnet and address of it in each zone. */
  readonly places: readonly { readonly subnet: pulumi.Input<string>; readonly address: string }[];
  readonly securityGroup: pulumi.Input<string>;
  readonly ports: readonly number[];
  /** The edges by name. */
  readonly edges: Readonly<Record<string, Instance>>;
}

/**
 * One name, and one address in each zone, in front of the edges, for callers of the network alone. TLS passes through: it
 * sees no text in clear, and edges see who calls.
 */
export class InternalBalancer extends pulumi.ComponentResource {
  readonly host: pulumi.Output<string>;

  constructor(name: string, args: InternalBalancerArgs, options?: pulumi.ComponentResourceOptions) {
    super("vigil:aws:InternalBalancer", name, {}, options);
    const parent = { parent: this };
    const balancer = new LoadBalancer(
      name,
      {
        name: balancerName("vigil", args.stack),
        loadBalancerType: "network",
        internal: true,
        ipAddressType: "ipv4",
        // The zone that lost its edge is served by the other's.
        enableCrossZoneLoadBalancing: true,
        securityGroups: [args.securityGroup],
        subnetMappings: args.places.map(({ subnet, address }) => ({
          subnetId: subnet,
          privateIpv4Address: address,
        })),
        tags: { Name: name },
      },
      parent,
    );
    for (const port of args.ports) {
      const own = `${name}-${port}`;
      const group = new TargetGroup(
        own,
        {
          name: balancerName("vigil", args.stack, String(port)),
          port,
          protocol: "TCP",
          targetType: "instance",
          vpcId: args.vpcId,
          preserveClientIp: "true",
          deregistrationDelay: 30,
          healthCheck: {
            enabled: true,
            protocol: "TCP",
            port: "traffic-port",
            interval: 10,
            timeout: 5,
            healthyThreshold: 2,
            unhealthyThreshold: 2,
          },
        },
        parent,
      );
      for (const [edge, { id }] of Object.entries(args.edges))
        new TargetGroupAttachment(
          `${own}-${edge}`,
          { targetGroupArn: group.arn, targetId: id, port },
          parent,
        );
      new Listener(
        own,
        {
          loadBalancerArn: balancer.arn,
          port,
          protocol: "TCP",
          defaultActions: [{ type: "forward", targetGroupArn: group.arn }],
        },
        parent,
      );
    }
    this.host = balancer.dnsName;
    this.registerOutputs({ host: this.host });
  }
}

import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup.js";
import { VpcEndpoint } from "@pulumi/aws/ec2/vpcEndpoint.js";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule.js";
import * as pulumi from "../pulumi.ts";
import { partitionOf } from "./names.ts";
import type { AwsNetwork } from "./network.ts";

export interface VpcEndpointsArgs {
  readonly network: AwsNetwork;
  readonly cidr: string;
  readonly region: string;
  /** Services that have addresses of the network too: each costs by the hour in each zone. */
  readonly services: readonly string[];
}

/** The network's own doors to AWS: blocks go to S3 past the NAT gateways, which charge by the byte. */
export class VpcEndpoints extends pulumi.ComponentResource {
  /** To be waited for by what goes through them. */
  readonly all: readonly pulumi.Resource[];

  constructor(name: string, args: VpcEndpointsArgs, options?: pulumi.ComponentResourceOptions) {
    super("vigil:eks:VpcEndpoints", name, {}, options);
    const { network, region } = args;
    const parent = { parent: this };
    const vpcId = network.vpc.id;
    const nameOf = (service: string): string =>
      `${partitionOf(region) === "aws-cn" ? "cn.com" : "com"}.amazonaws.${region}.${service}`;
    const gateway = new VpcEndpoint(
      `${name}-s3`,
      {
        vpcId,
        serviceName: nameOf("s3"),
        vpcEndpointType: "Gateway",
        routeTableIds: network.routeTables.map(({ id }) => id),
        tags: { Name: `${name}-s3` },
      },
      parent,
    );
    const doors: pulumi.Resource[] = [gateway];
    if (args.services.length > 0) {
      const group = new SecurityGroup(
        name,
        { vpcId, description: "AWS services, from the network of the stack", tags: { Name: name } },
        parent,
      );
      new SecurityGroupIngressRule(
        name,
        {
          securityGroupId: group.id,
          description: "HTTPS from the network",
          cidrIpv4: args.cidr,
          ipProtocol: "tcp",
          fromPort: 443,
          toPort: 443,
        },
        parent,
      );
      const door = (service: string): VpcEndpoint =>
        new VpcEndpoint(
          `${name}-${service.replace(".", "-")}`,
          {
            vpcId,
            serviceName: nameOf(service),
            vpcEndpointType: "Interface",
            privateDnsEnabled: true,
            subnetIds: network.privateSubnets.map(({ id }) => id),
            securityGroupIds: [group.id],
            tags: { Name: `${name}-${service}` },
          },
          parent,
        );
      doors.push(...args.services.map(door));
    }
    this.all = doors;
    this.registerOutputs({});
  }
}

import { DefaultSecurityGroup } from "@pulumi/aws/ec2/defaultSecurityGroup.js";
import { Eip } from "@pulumi/aws/ec2/eip.js";
import { InternetGateway } from "@pulumi/aws/ec2/internetGateway.js";
import { NatGateway } from "@pulumi/aws/ec2/natGateway.js";
import { Route } from "@pulumi/aws/ec2/route.js";
import { RouteTable } from "@pulumi/aws/ec2/routeTable.js";
import { RouteTableAssociation } from "@pulumi/aws/ec2/routeTableAssociation.js";
import { Subnet } from "@pulumi/aws/ec2/subnet.js";
import { Vpc } from "@pulumi/aws/ec2/vpc.js";
import { getAvailabilityZonesOutput } from "@pulumi/aws/getAvailabilityZones.js";
import * as pulumi from "../pulumi.ts";

export interface Subnets {
  readonly private: readonly string[];
  readonly public: readonly string[];
}

export interface AwsNetworkArgs {
  readonly cidr: string;
  /** Parts of it, one for each zone. */
  readonly subnets: Subnets;
  /** By which others find a kind of subnet, such as a cluster's load balancers. @default none */
  readonly tags?: Readonly<Record<keyof Subnets, Readonly<Record<string, string>>>>;
  readonly region: string;
  /** A NAT gateway in each zone, so that none loses its way out with another; one for all otherwise. */
  readonly natPerZone: boolean;
}

/**
 * A network over some zones: what works is in private subnets, NAT gateways and load balancers alone in public ones.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
 */
export class AwsNetwork extends pulumi.ComponentResource {
  readonly vpc: Vpc;
  readonly privateSubnets: readonly Subnet[];
  readonly routeTables: readonly RouteTable[];
  /** The ways out: nodes need them to fetch their images. */
  readonly routes: readonly Route[];

  constructor(name: string, args: AwsNetworkArgs, options?: pulumi.ComponentResourceOptions) {
    super("vigil:eks:AwsNetwork", name, {}, options);
    const parent = { parent: this };
    this.vpc = new Vpc(
      name,
      { cidrBlock: args.cidr, enableDnsSupport: true, enableDnsHostnames: true, tags: { Name: name } },
      parent,
    );
    // Without rules: what is put into it by accident speaks to nobody.
    new DefaultSecurityGroup(
      `${name}-default`,
      { vpcId: this.vpc.id, tags: { Name: `${name}-unused` } },
      parent,
    );
    const gateway = new InternetGateway(name, { vpcId: this.vpc.id, tags: { Name: name } }, parent);
    const publicSubnets = this.#subnets(name, args, "public");
    this.privateSubnets = this.#subnets(name, args, "private");

    const outward = new RouteTable(
      `${name}-public`,
      { vpcId: this.vpc.id, tags: { Name: `${name}-public` } },
      parent,
    );
    const toInternet = new Route(
      `${name}-public`,
      { routeTableId: outward.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: gateway.id },
      parent,
    );
    for (const [zone, subnet] of publicSubnets.entries())
      new RouteTableAssociation(
        `${name}-public-${zone + 1}`,
        { subnetId: subnet.id, routeTableId: outward.id },
        parent,
      );

    const nats = publicSubnets.slice(0, args.natPerZone ? publicSubnets.length : 1).map((subnet, zone) => {
      const own = `${name}-nat-${zone + 1}`;
      const address = new Eip(
        own,
        { domain: "vpc", tags: { Name: own } },
        { ...parent, dependsOn: [gateway] },
      );
      return new NatGateway(
        own,
        { subnetId: subnet.id, allocationId: address.allocationId, tags: { Name: own } },
        { ...parent, dependsOn: [toInternet] },
      );
    });
    const ways = this.privateSubnets.map((subnet, zone) => {
      const own = `${name}-private-${zone + 1}`;
      const table = new RouteTable(own, { vpcId: this.vpc.id, tags: { Name: own } }, parent);
      new RouteTableAssociation(own, { subnetId: subnet.id, routeTableId: table.id }, parent);
      const nat = nats[zone] ?? nats[0];
      if (nat === undefined) throw new Error("a network has a NAT gateway at least");
      const route = new Route(
        own,
        { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", natGatewayId: nat.id },
        parent,
      );
      return { table, route };
    });
    this.routeTables = ways.map(({ table }) => table);
    this.routes = ways.map(({ route }) => route);
    this.registerOutputs({ vpc: this.vpc.id });
  }

  #subnets(name: string, { subnets, tags, region }: AwsNetworkArgs, kind: keyof Subnets): Subnet[] {
    const zones = getAvailabilityZonesOutput(
      {
        state: "available",
        filters: [{ name: "opt-in-status", values: ["opt-in-not-required"] }],
        // Zones in which EKS places no control plane, by https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
        excludeZoneIds: ["use1-az3", "usw1-az2", "cac1-az3"],
      },
      { parent: this },
    ).names;
    return subnets[kind].map((cidrBlock, zone) => {
      const own = `${name}-${kind}-${zone + 1}`;
      return new Subnet(
        own,
        {
          vpcId: this.vpc.id,
          cidrBlock,
          availabilityZone: zones.apply((names) => nth(names, zone, region, subnets[kind].length)),
          mapPublicIpOnLaunch: false,
          tags: { Name: own, ...tags?.[kind] },
        },
        // A zone that the region gains would move the others, and a subnet that moves is a new one.
        { parent: this, ignoreChanges: ["availabilityZone"] },
      );
    });
  }
}

function nth(names: readonly string[], zone: number, region: string, wanted: number): string {
  const name = names[zone];
  if (name === undefined)
    throw new pulumi.RunError(
      `vigil:region: ${region} has ${names.length} zones, ${wanted} are needed; choose another region`,
    );
  return name;
}

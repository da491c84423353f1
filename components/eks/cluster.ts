import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup.js";
import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup.js";
import { AccessEntry } from "@pulumi/aws/eks/accessEntry.js";
import { AccessPolicyAssociation } from "@pulumi/aws/eks/accessPolicyAssociation.js";
import { Cluster } from "@pulumi/aws/eks/cluster.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment.js";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule.js";
import { digest, lastOf, partitionOf, roleName } from "../aws/names.ts";
import type { AwsNetwork } from "../aws/network.ts";
import { trustService } from "../aws/policies.ts";
import * as pulumi from "../pulumi.ts";
import { serviceCidr } from "./subnets.ts";

export interface EksClusterArgs {
  /** Name of the cluster. */
  readonly cluster: string;
  /** Kubernetes' minor version; raised by one at a time, in place. */
  readonly version: string;
  readonly region: string;
  readonly network: AwsNetwork;
  readonly cidr: string;
  readonly keyArn: pulumi.Input<string>;
  readonly logRetentionDays: number;
  /** Whether the API server has addresses of the network only. */
  readonly private: boolean;
  /** Who else may reach the API server: from the internet, or over a VPN where it is private. */
  readonly authorizedRanges: readonly string[];
  /** ARNs of IAM roles. One must be the role that deploys. */
  readonly administrators: readonly string[];
  /** Refuses to be deleted until it is switched off. */
  readonly deletionProtection: boolean;
}

/** The control plane: encrypted secrets, every log, access by IAM alone, three zones. */
export class EksCluster extends pulumi.ComponentResource {
  readonly cluster: Cluster;
  /** Rights of the administrators: without them nothing can be put on the cluster. */
  readonly access: readonly pulumi.Resource[];

  constructor(name: string, args: EksClusterArgs, options?: pulumi.ComponentResourceOptions) {
    super("vigil:eks:EksCluster", name, {}, options);
    const parent = { parent: this };
    const role = new Role(
      name,
      {
        name: roleName(args.cluster, args.region, "control-plane"),
        description: `Control plane of ${args.cluster}.`,
        assumeRolePolicy: JSON.stringify(trustService("eks.amazonaws.com")),
      },
      parent,
    );
    const rights = new RolePolicyAttachment(
      name,
      {
        role: role.name,
        policyArn: `arn:${partitionOf(args.region)}:iam::aws:policy/AmazonEKSClusterPolicy`,
      },
      parent,
    );
    // EKS would make one that keeps everything for ever, in plain text.
    const logs = new LogGroup(
      name,
      {
        name: `/aws/eks/${args.cluster}/cluster`,
        kmsKeyId: args.keyArn,
        retentionInDays: args.logRetentionDays,
      },
      parent,
    );
    const doors = this.#doors(name, args);
    this.cluster = new Cluster(
      name,
      {
        name: args.cluster,
        version: args.version,
        roleArn: role.arn,
        accessConfig: {
          authenticationMode: "API",
          // The creator is the administrator of a cluster that names none. Where some are named, a second entry for the
          // creator would be refused as a duplicate, and nobody should hold rights that no list shows.
          bootstrapClusterCreatorAdminPermissions: args.administrators.length === 0,
        },
        // The add-ons below are EKS' own, at versions of this stack.
        bootstrapSelfManagedAddons: false,
        deletionProtection: args.deletionProtection,
        enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
        encryptionConfig: { provider: { keyArn: args.keyArn }, resources: ["secrets"] },
        kubernetesNetworkConfig: { ipFamily: "ipv4", serviceIpv4Cidr: serviceCidr(args.cidr) },
        // EXTENDED costs six times as much; with STANDARD an old version is raised when its support ends.
        upgradePolicy: { supportType: "STANDARD" },
        vpcConfig: {
          subnetIds: args.network.privateSubnets.map(({ id }) => id),
          securityGroupIds: [doors.id],
          endpointPrivateAccess: true,
          endpointPublicAccess: !args.private,
          ...(args.private ? {} : { publicAccessCidrs: [...args.authorizedRanges] }),
        },
        zonalShiftConfig: { enabled: true },
      },
      {
        ...parent,
        dependsOn: [rights, logs],
        // It counts at creation only, and EKS would replace the whole cluster for it.
        ignoreChanges: ["accessConfig.bootstrapClusterCreatorAdminPermissions"],
      },
    );
    this.access = args.administrators.map((principal) => this.#administrator(name, principal, args));
    this.registerOutputs({ cluster: this.cluster.name });
  }

  /** The API server's private addresses, from the network itself and from where it is authorized. */
  #doors(
    name: string,
    { network, cidr, authorizedRanges, private: isPrivate }: EksClusterArgs,
  ): SecurityGroup {
    const own = `${name}-api`;
    const group = new SecurityGroup(
      own,
      {
        vpcId: network.vpc.id,
        description: "API server, from the network of the cluster",
        tags: { Name: own },
      },
      { parent: this },
    );
    for (const range of [cidr, ...(isPrivate ? authorizedRanges : [])])
      new SecurityGroupIngressRule(
        `${own}-${range}`,
        {
          securityGroupId: group.id,
          description: "Kubernetes API",
          cidrIpv4: range,
          ipProtocol: "tcp",
          fromPort: 443,
          toPort: 443,
        },
        { parent: this },
      );
    return group;
  }

  #administrator(name: string, principalArn: string, { region }: EksClusterArgs): pulumi.Resource {
    const own = `${name}-${lastOf(principalArn)}-${digest(principalArn)}`;
    const clusterName = this.cluster.name;
    const entry = new AccessEntry(own, { clusterName, principalArn, type: "STANDARD" }, { parent: this });
    return new AccessPolicyAssociation(
      own,
      {
        clusterName,
        principalArn,
        policyArn: `arn:${partitionOf(region)}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy`,
        accessScope: { type: "cluster" },
      },
      { parent: this, dependsOn: [entry] },
    );
  }
}

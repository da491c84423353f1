import { LaunchTemplate } from "@pulumi/aws/ec2/launchTemplate.js";
import { NodeGroup } from "@pulumi/aws/eks/nodeGroup.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment.js";
import { fit, partitionOf, roleName } from "../aws/names.ts";
import type { AwsNetwork } from "../aws/network.ts";
import { trustService } from "../aws/policies.ts";
import * as pulumi from "../pulumi.ts";
import { amiType, systemMachine } from "./machines.ts";
import { spread } from "./subnets.ts";

export interface EksNodesArgs {
  readonly cluster: string;
  readonly clusterName: pulumi.Input<string>;
  readonly version: string;
  readonly region: string;
  readonly network: AwsNetwork;
  readonly machine: string;
  /** Of the monitoring nodes, over all zones. */
  readonly min: number;
  readonly max: number;
  /** Of the machines and their disks, which get none from the provider. */
  readonly tags: Readonly<Record<string, string>>;
}

interface Pool {
  readonly name: string;
  readonly machine: string;
  readonly subnetIds: pulumi.Input<string>[];
  readonly min: number;
  readonly max: number;
  readonly template: LaunchTemplate;
  readonly system: boolean;
}

/**
 * Managed node groups. The monitoring nodes have a group in each zone, since a volume never leaves its zone: a pod that
 * lost its node finds another where its volume is. A group keeps its size until somebody, or an autoscaler, changes it.
 */
export class EksNodes extends pulumi.ComponentResource {
  readonly groups: readonly NodeGroup[];

  constructor(name: string, args: EksNodesArgs, options?: pulumi.ComponentResourceOptions) {
    super("vigil:eks:EksNodes", name, {}, options);
    const { network, machine } = args;
    const role = this.#role(name, args);
    const template = this.#template(name, args);
    const subnets = network.privateSubnets.map(({ id }) => id);
    const most = spread(args.max);
    const monitoring = spread(args.min).flatMap((min, zone): Pool[] => {
      const subnet = subnets[zone];
      const max = most[zone] ?? 0;
      const pool = `monitoring-${zone + 1}`;
      // EKS takes no group of none.
      if (subnet === undefined || max === 0) return [];
      return [{ name: pool, machine, subnetIds: [subnet], min, max, template, system: false }];
    });
    const system: Pool = {
      name: "system",
      machine: systemMachine,
      subnetIds: subnets,
      min: 2,
      max: 4,
      template,
      system: true,
    };
    this.groups = [system, ...monitoring].map((pool) => this.#group(name, pool, role, args));
    this.registerOutputs({});
  }

  /** AWS' own policies: what a node needs to join, and to pull images. Their descriptions of EC2 know no resource but `*`. */
  #role(
    name: string,
    { cluster, region }: EksNodesArgs,
  ): { arn: pulumi.Output<string>; rights: pulumi.Resource[] } {
    const role = new Role(
      name,
      {
        name: roleName(cluster, region, "nodes"),
        description: `Nodes of ${cluster}; pods have identities of their own.`,
        assumeRolePolicy: JSON.stringify(trustService("ec2.amazonaws.com")),
      },
      { parent: this },
    );
    const rights = ["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"].map(
      (managed) =>
        new RolePolicyAttachment(
          `${name}-${managed}`,
          { role: role.name, policyArn: `arn:${partitionOf(region)}:iam::aws:policy/${managed}` },
          { parent: this },
        ),
    );
    return { arn: role.arn, rights };
  }

  #template(name: string, { cluster, tags: shared }: EksNodesArgs): LaunchTemplate {
    const tags = { Name: `${cluster}-node`, "vigil:cluster": cluster, ...shared };
    const disk = (deviceName: string, volumeSize: number) => ({
      deviceName,
      ebs: { volumeType: "gp3", volumeSize, encrypted: "true", deleteOnTermination: "true" },
    });
    return new LaunchTemplate(
      name,
      {
        name: `${cluster}-node`,
        description: "IMDSv2 for the node alone, encrypted disks",
        // Bottlerocket's own and that of images and containers' files, in GiB. Both by the account's key for EBS: one
        // of the stack's own would need a grant for EC2 Auto Scaling.
        blockDeviceMappings: [disk("/dev/xvda", 4), disk("/dev/xvdb", 60)],
        metadataOptions: {
          httpEndpoint: "enabled",
          httpTokens: "required",
          // One hop ends at the node: no pod reaches the node's credentials.
          httpPutResponseHopLimit: 1,
          instanceMetadataTags: "disabled",
        },
        tagSpecifications: ["instance", "volume"].map((resourceType) => ({ resourceType, tags })),
        updateDefaultVersion: true,
      },
      { parent: this },
    );
  }

  #group(
    name: string,
    { name: poolName, machine, subnetIds, min, max, template, system }: Pool,
    role: { arn: pulumi.Output<string>; rights: pulumi.Resource[] },
    { clusterName, version, network }: EksNodesArgs,
  ): NodeGroup {
    return new NodeGroup(
      `${name}-${poolName}`,
      {
        clusterName,
        // Another machine is another group: it is there, under a name of its own, before the old one is drained.
        nodeGroupName: fit(`${poolName}-${machine.replaceAll(".", "-")}`, 63),
        nodeRoleArn: role.arn,
        subnetIds,
        version,
        amiType: amiType(machine),
        instanceTypes: [machine],
        launchTemplate: {
          id: template.id,
          version: template.latestVersion.apply((latest) => latest.toString()),
        },
        labels: { "vigil.io/pool": system ? "system" : "monitoring" },
        // The cluster's own add-ons tolerate it; a hungry query starves no DNS.
        ...(system ? { taints: [{ key: "CriticalAddonsOnly", value: "true", effect: "NO_SCHEDULE" }] } : {}),
        scalingConfig: { minSize: min, maxSize: max, desiredSize: min },
        updateConfig: { maxUnavailable: 1 },
        nodeRepairConfig: { enabled: true },
      },
      {
        parent: this,
        dependsOn: [...role.rights, ...network.routes],
        // Whoever scales it, scales it.
        ignoreChanges: ["scalingConfig.desiredSize"],
      },
    );
  }
}

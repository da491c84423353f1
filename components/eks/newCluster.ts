import type { Cluster } from "@pulumi/aws/eks/cluster.js";
import type { ClusterConfig } from "../../configuration/cluster.ts";
import { VpcEndpoints } from "../aws/endpoints.ts";
import { FlowLogs } from "../aws/flowLogs.ts";
import { logKeyPolicy, RotatedKey } from "../aws/key.ts";
import { keyAlias, roleName } from "../aws/names.ts";
import { AwsNetwork } from "../aws/network.ts";
import * as pulumi from "../pulumi.ts";
import { beforeNodes, EksAddons, onNodes } from "./addons.ts";
import { EksCluster } from "./cluster.ts";
import { kubeconfig } from "./kubeconfig.ts";
import { defaultMachine } from "./machines.ts";
import { EksNodes } from "./nodes.ts";
import { subnetsOf } from "./subnets.ts";

export interface NewClusterArgs {
  /** Name of the cluster. */
  readonly cluster: string;
  readonly region: string;
  /** Production pays for a NAT gateway and doors to AWS in each zone, and keeps its logs for a year. */
  readonly production: boolean;
  readonly cidr: string;
  readonly wanted: ClusterConfig["cluster"];
  readonly account: pulumi.Output<string>;
  readonly tags: Readonly<Record<string, string>>;
}

/** What nodes, add-ons and identities talk to all the time: it works without the way out, and stays in the network. */
const talkedTo = ["ecr.api", "ecr.dkr", "sts", "eks", "eks-auth", "secretsmanager", "kms", "logs"] as const;

/** By which the cluster's load balancers find their subnets. */
function subnetTags(cluster: string) {
  const shared = { [`kubernetes.io/cluster/${cluster}`]: "shared" };
  return {
    public: { "kubernetes.io/role/elb": "1", ...shared },
    private: { "kubernetes.io/role/internal-elb": "1", ...shared },
  };
}

/** A cluster from nothing: network, control plane, add-ons, nodes. */
export class NewCluster extends pulumi.ComponentResource {
  readonly cluster: Cluster;
  readonly kubeconfig: pulumi.Output<string>;
  /** Without these, nothing of the stack may be asked of the cluster. */
  readonly access: readonly pulumi.Resource[];
  /** To be waited for before workloads. */
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, args: NewClusterArgs, options?: pulumi.ComponentResourceOptions) {
    super("vigil:eks:NewCluster", name, {}, options);
    const parent = { parent: this };
    const { cluster, region, production, cidr, wanted, account } = args;
    const logRetentionDays = production ? 365 : 30;
    const key = new RotatedKey(
      `${name}-cluster-key`,
      {
        alias: keyAlias("eks", cluster),
        about: `Secrets and logs of the cluster ${cluster}.`,
        policy: account.apply((id) =>
          JSON.stringify(logKeyPolicy({ account: id, region, logGroups: `/aws/eks/${cluster}/*` })),
        ),
      },
      parent,
    );
    const network = new AwsNetwork(
      `${name}-network`,
      { cidr, region, natPerZone: production, subnets: subnetsOf(cidr), tags: subnetTags(cluster) },
      parent,
    );
    new VpcEndpoints(
      `${name}-endpoints`,
      { network, cidr, region, services: production ? talkedTo : [] },
      parent,
    );
    new FlowLogs(
      `${name}-flow-log`,
      {
        vpcId: network.vpc.id,
        logGroup: `/aws/eks/${cluster}/flow-log`,
        roleName: roleName(cluster, region, "flow-log"),
        account,
        keyArn: key.arn,
        retentionDays: logRetentionDays,
      },
      parent,
    );
    const control = new EksCluster(
      `${name}-cluster`,
      {
        cluster,
        region,
        network,
        cidr,
        logRetentionDays,
        version: wanted.version,
        keyArn: key.arn,
        private: wanted.private,
        authorizedRanges: wanted.authorizedRanges,
        administrators: wanted.administrators,
        deletionProtection: production,
      },
      parent,
    );
    const clusterName = control.cluster.name;
    const common = { cluster, clusterName, region, version: wanted.version };
    const first = new EksAddons(`${name}-node-addons`, { ...common, account, addons: beforeNodes }, parent);
    const nodes = new EksNodes(
      `${name}-nodes`,
      {
        ...common,
        network,
        machine: wanted.nodes.size === "" ? defaultMachine : wanted.nodes.size,
        min: wanted.nodes.min,
        max: wanted.nodes.max,
        tags: args.tags,
      },
      { ...parent, dependsOn: [...first.addons] },
    );
    const then = new EksAddons(
      `${name}-addons`,
      { ...common, account, addons: onNodes },
      { ...parent, dependsOn: [...nodes.groups] },
    );
    this.cluster = control.cluster;
    this.access = control.access;
    this.ready = [...control.access, ...nodes.groups, ...then.addons];
    this.kubeconfig = pulumi
      .all([control.cluster.endpoint, control.cluster.certificateAuthority.data])
      .apply(([server, authority]) => kubeconfig({ cluster, region, server, authority }));
    this.registerOutputs({ cluster: clusterName });
  }
}

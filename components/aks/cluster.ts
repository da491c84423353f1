import { RoleAssignment } from "@pulumi/azure-native/authorization/roleAssignment.js";
import { AgentPool } from "@pulumi/azure-native/containerservice/agentPool.js";
import { ManagedCluster } from "@pulumi/azure-native/containerservice/managedCluster.js";
import { UserAssignedIdentity } from "@pulumi/azure-native/managedidentity/userAssignedIdentity.js";
import type { ClusterConfig } from "../../configuration/cluster.ts";
import { groupId } from "../azure/arm.ts";
import type { AzureLogs } from "../azure/logs.ts";
import { guid } from "../azure/names.ts";
import { ownRole } from "../azure/ownRole.ts";
import { builtIn, roleId } from "../azure/roles.ts";
import * as pulumi from "../pulumi.ts";
import type { ClusterAddresses } from "./addresses.ts";
import { clusterSettings } from "./clusterSettings.ts";
import { upgradeWindows } from "./maintenance.ts";
import type { AzureNetwork } from "./network.ts";
import { monitoringPool, systemPool } from "./pools.ts";

export interface AksClusterArgs {
  readonly subscription: string;
  readonly tenant: string;
  readonly resourceGroup: pulumi.Input<string>;
  readonly nodeGroup: string;
  readonly location: string;
  readonly zones: readonly string[];
  readonly cluster: string;
  readonly config: ClusterConfig["cluster"];
  readonly addresses: ClusterAddresses;
  readonly network: AzureNetwork;
  readonly logs: AzureLogs;
  readonly disks: DiskGroup;
}

/** Resource group of the disks of volumes: not that of the nodes, which AKS deletes with the cluster. */
export interface DiskGroup {
  readonly stack: string;
  readonly name: string;
  readonly resource: pulumi.Resource;
}

/** What the API server, its controllers and whoever logs in write down. */
const auditLogs = [
  "kube-apiserver",
  "kube-audit-admin",
  "guard",
  "kube-controller-manager",
  "kube-scheduler",
  "cluster-autoscaler",
  "cloud-controller-manager",
];

/** A cluster of AKS over the zones of its region, with a pool for what AKS runs itself and one for the stack. */
export class AksCluster extends pulumi.ComponentResource {
  readonly cluster: ManagedCluster;
  /** Issuer of the tokens of its service accounts. */
  readonly issuer: pulumi.Output<string>;
  /** What must be there before a pod can run. */
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, args: AksClusterArgs, options?: pulumi.ComponentResourceOptions) {
    super("vigil:azure:Cluster", name, {}, options);
    const { subscription, resourceGroup, location, config, network, zones } = args;
    const parent = { parent: this };
    const resourceGroupName = resourceGroup;
    const pools = { version: config.version, zones };
    const identity = new UserAssignedIdentity(
      `${name}-identity`,
      { resourceGroupName, location, resourceName: `id-${args.cluster}` },
      parent,
    );
    // It joins nodes and load balancers to the network, which is not among what AKS made itself.
    const joins = new RoleAssignment(
      `${name}-network`,
      {
        roleAssignmentName: guid(`${subscription}/${args.cluster}/network`),
        principalId: identity.principalId,
        principalType: "ServicePrincipal",
        roleDefinitionId: roleId(subscription, builtIn.networkContributor),
        scope: network.id,
      },
      { ...parent, deleteBeforeReplace: true },
    );
    const { stack, name: diskGroup, resource } = args.disks;
    const group = groupId(subscription, diskGroup);
    // The driver of disks runs beside the API server, as the cluster: https://learn.microsoft.com/azure/aks/use-managed-identity
    const keepsDisks = new RoleAssignment(
      `${name}-disks`,
      {
        roleAssignmentName: guid(`${subscription}/${args.cluster}/disks`),
        principalId: identity.principalId,
        principalType: "ServicePrincipal",
        roleDefinitionId: ownRole({
          subscription,
          stack,
          access: "disks",
          groups: [group],
          dependsOn: [resource],
          parent: this,
        }).id,
        scope: group,
      },
      { ...parent, deleteBeforeReplace: true },
    );
    this.cluster = new ManagedCluster(
      name,
      {
        resourceGroupName,
        location,
        resourceName: args.cluster,
        nodeResourceGroup: args.nodeGroup,
        dnsPrefix: args.cluster,
        kubernetesVersion: config.version,
        identity: { type: "UserAssigned", userAssignedIdentities: [identity.id] },
        ...clusterSettings({ ...args, outbound: network.outbound }),
        agentPoolProfiles: [{ ...systemPool(pools), vnetSubnetID: network.nodeSubnet }],
      },
      // The autoscaler's to choose.
      { ...parent, dependsOn: [joins, keepsDisks], ignoreChanges: ["agentPoolProfiles[0].count"] },
    );
    const { name: agentPoolName, ...pool } = monitoringPool(config.nodes, pools);
    const nodes = new AgentPool(
      `${name}-monitoring`,
      {
        resourceGroupName,
        resourceName: this.cluster.name,
        agentPoolName,
        ...pool,
        vnetSubnetID: network.nodeSubnet,
      },
      { ...parent, ignoreChanges: ["count"] },
    );
    upgradeWindows({ resourceGroup, cluster: this.cluster.name, dependsOn: nodes, parent: this });
    for (const administrators of config.administrators)
      new RoleAssignment(
        `${name}-user-${administrators}`,
        {
          roleAssignmentName: guid(`${subscription}/${args.cluster}/user/${administrators}`),
          principalId: administrators,
          principalType: "Group",
          // Fetches credentials; what they are good for is Kubernetes' to say, and these groups are its administrators.
          roleDefinitionId: roleId(subscription, builtIn.clusterUser),
          scope: this.cluster.id,
        },
        { ...parent, deleteBeforeReplace: true },
      );
    args.logs.collect(`${name}-audit`, this.cluster.id, auditLogs, this);
    this.issuer = this.cluster.oidcIssuerProfile.apply((profile) => profile?.issuerURL ?? "");
    this.ready = [nodes];
    this.registerOutputs({ issuer: this.issuer });
  }
}

import type { ManagedClusterArgs } from "@pulumi/azure-native/containerservice/managedCluster.js";
import type { ClusterConfig } from "../../configuration/cluster.ts";
import type * as pulumi from "../pulumi.ts";
import type { ClusterAddresses } from "./addresses.ts";

export interface ClusterSettings {
  readonly tenant: string;
  readonly config: ClusterConfig["cluster"];
  readonly addresses: ClusterAddresses;
  /** The address that the nodes come from, when the API server is a public one. */
  readonly outbound: pulumi.Output<string>;
}

/** How a cluster is secured, connected and kept up to date; its names and pools are not here. */
export function clusterSettings({ tenant, config, addresses, outbound }: ClusterSettings) {
  return {
    sku: { name: "Base", tier: "Standard" },
    supportPlan: "KubernetesOfficial",
    enableRBAC: true,
    // Only people and programs that Entra ID knows come in, and Azure's roles say what they may do.
    disableLocalAccounts: true,
    aadProfile: {
      managed: true,
      enableAzureRBAC: true,
      tenantID: tenant,
      adminGroupObjectIDs: [...config.administrators],
    },
    apiServerAccessProfile: apiServer(config, outbound),
    networkProfile: {
      networkPlugin: "azure",
      networkPluginMode: "overlay",
      networkDataplane: "cilium",
      networkPolicy: "cilium",
      podCidr: addresses.pods,
      serviceCidr: addresses.services,
      dnsServiceIP: addresses.dns,
      loadBalancerSku: "standard",
      outboundType: "userAssignedNATGateway",
    },
    oidcIssuerProfile: { enabled: true },
    securityProfile: {
      workloadIdentity: { enabled: true },
      imageCleaner: { enabled: true, intervalHours: 168 },
    },
    addonProfiles: { azurepolicy: { enabled: true } },
    storageProfile: {
      diskCSIDriver: { enabled: true },
      snapshotController: { enabled: true },
      fileCSIDriver: { enabled: false },
      blobCSIDriver: { enabled: false },
    },
    // What is in the nodes' resource group is AKS' own; a hand there breaks what AKS believes.
    nodeResourceGroupProfile: { restrictionLevel: "ReadOnly" },
    autoUpgradeProfile: { upgradeChannel: "patch", nodeOSUpgradeChannel: "NodeImage" },
    autoScalerProfile: {
      expander: "least-waste",
      balanceSimilarNodeGroups: "true",
      skipNodesWithLocalStorage: "false",
      skipNodesWithSystemPods: "true",
    },
  } satisfies Partial<ManagedClusterArgs>;
}

function apiServer(
  { private: hidden, authorizedRanges }: ClusterConfig["cluster"],
  outbound: pulumi.Output<string>,
) {
  if (hidden)
    return {
      enablePrivateCluster: true,
      enablePrivateClusterPublicFQDN: false,
      privateDNSZone: "system",
      // It would be a way around the network to whoever has a role in Azure.
      disableRunCommand: true,
    };
  return {
    enablePrivateCluster: false,
    authorizedIPRanges: [...authorizedRanges, outbound.apply((address) => `${address}/32`)],
    disableRunCommand: true,
  };
}

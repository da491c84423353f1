/** Somebody else's AKS: a private cluster, a storage account and a vault behind private endpoints, one resource after the other. */
import type { Given } from "../evaluation.ts";
import { objectStore } from "./objectStore.ts";

const subscription = "/subscriptions/6b1f0b9e-54f0-4a8c-9a3e-0d7b2c9b1a11";
const group = `${subscription}/resourceGroups/rg-shop`;
const place = { location: "westeurope", resourceGroupName: "rg-shop" };
const tags = { costCenter: "4711", owner: "shop-platform" };
const logs = `${group}/providers/Microsoft.OperationalInsights/workspaces/log-shop`;

const poolSecurity = { enableSecureBoot: true, enableVTPM: true, sshAccess: "Disabled" };

export const aksWithStorage: readonly Given[] = [
  {
    type: "azure-native:resources:ResourceGroup",
    name: "rg",
    props: { ...place, tags },
    protect: true,
  },
  {
    type: "azure-native:network/v20240501:VirtualNetwork",
    name: "vnet",
    props: {
      ...place,
      virtualNetworkName: "vnet-shop",
      addressSpace: { addressPrefixes: ["10.40.0.0/16"] },
      tags,
    },
  },
  {
    type: "azure-native:network/v20240501:NetworkSecurityGroup",
    name: "nodes-nsg",
    props: {
      ...place,
      networkSecurityGroupName: "nsg-nodes",
      securityRules: [
        {
          name: "https-from-the-gateway",
          priority: 200,
          direction: "Inbound",
          access: "Allow",
          protocol: "Tcp",
          sourceAddressPrefix: "10.40.8.0/24",
          sourcePortRange: "*",
          destinationAddressPrefix: "10.40.0.0/22",
          destinationPortRange: "443",
        },
        {
          name: "nodes-among-themselves",
          priority: 210,
          direction: "Inbound",
          access: "Allow",
          protocol: "*",
          sourceAddressPrefix: "10.40.0.0/22",
          sourcePortRange: "*",
          destinationAddressPrefix: "10.40.0.0/22",
          destinationPortRange: "*",
        },
        {
          name: "nobody-else",
          priority: 4096,
          direction: "Inbound",
          access: "Deny",
          protocol: "*",
          sourceAddressPrefix: "*",
          sourcePortRange: "*",
          destinationAddressPrefix: "*",
          destinationPortRange: "*",
        },
      ],
      tags,
    },
  },
  {
    type: "azure-native:network/v20240501:Subnet",
    name: "nodes",
    props: {
      resourceGroupName: "rg-shop",
      virtualNetworkName: "vnet-shop",
      subnetName: "snet-nodes",
      addressPrefix: "10.40.0.0/22",
      defaultOutboundAccess: false,
      networkSecurityGroup: { id: `${group}/providers/Microsoft.Network/networkSecurityGroups/nsg-nodes` },
      natGateway: { id: `${group}/providers/Microsoft.Network/natGateways/ng-shop` },
    },
    from: { networkSecurityGroup: "nodes-nsg" },
  },
  {
    type: "azure-native:containerservice/v20240901:ManagedCluster",
    name: "aks",
    props: {
      ...place,
      resourceName: "aks-shop",
      dnsPrefix: "aks-shop",
      kubernetesVersion: "1.33",
      identity: { type: "SystemAssigned" },
      enableRBAC: true,
      disableLocalAccounts: true,
      aadProfile: {
        managed: true,
        enableAzureRBAC: true,
        adminGroupObjectIDs: ["3f9f9a0e-8a5b-4f54-9a2b-1b0a55c1b7aa"],
      },
      apiServerAccessProfile: {
        enablePrivateCluster: true,
        enablePrivateClusterPublicFQDN: false,
        privateDNSZone: "system",
        disableRunCommand: true,
      },
      networkProfile: {
        networkPlugin: "azure",
        networkPluginMode: "overlay",
        networkDataplane: "cilium",
        networkPolicy: "cilium",
        outboundType: "userAssignedNATGateway",
        podCidr: "10.244.0.0/16",
        serviceCidr: "10.41.0.0/16",
        dnsServiceIP: "10.41.0.10",
      },
      oidcIssuerProfile: { enabled: true },
      securityProfile: {
        workloadIdentity: { enabled: true },
        imageCleaner: { enabled: true, intervalHours: 168 },
      },
      addonProfiles: {
        azurepolicy: { enabled: true },
        azureKeyvaultSecretsProvider: { enabled: true, config: { enableSecretRotation: "true" } },
        omsagent: { enabled: true, config: { logAnalyticsWorkspaceResourceID: logs } },
      },
      autoUpgradeProfile: { upgradeChannel: "patch", nodeOSUpgradeChannel: "NodeImage" },
      agentPoolProfiles: [
        {
          name: "system",
          mode: "System",
          count: 3,
          vmSize: "Standard_D4s_v5",
          osType: "Linux",
          osSKU: "AzureLinux",
          availabilityZones: ["1", "2", "3"],
          enableAutoScaling: true,
          minCount: 3,
          maxCount: 6,
          enableEncryptionAtHost: true,
          enableNodePublicIP: false,
          securityProfile: poolSecurity,
          vnetSubnetID: `${group}/providers/Microsoft.Network/virtualNetworks/vnet-shop/subnets/snet-nodes`,
        },
      ],
      sku: { name: "Base", tier: "Standard" },
      tags,
    },
    protect: true,
  },
  {
    type: "azure-native:storage/v20230501:StorageAccount",
    name: "blobs",
    props: {
      ...place,
      accountName: "stshopmetrics",
      kind: "StorageV2",
      sku: { name: "Standard_GZRS" },
      accessTier: "Hot",
      allowBlobPublicAccess: false,
      allowSharedKeyAccess: false,
      allowCrossTenantReplication: false,
      defaultToOAuthAuthentication: true,
      isLocalUserEnabled: false,
      enableHttpsTrafficOnly: true,
      minimumTlsVersion: "TLS1_2",
      publicNetworkAccess: "Disabled",
      networkRuleSet: { bypass: "AzureServices", defaultAction: "Deny" },
      encryption: {
        keySource: "Microsoft.Storage",
        requireInfrastructureEncryption: true,
        services: { blob: { enabled: true, keyType: "Account" } },
      },
      tags,
    },
    protect: true,
  },
  {
    type: "azure-native:storage/v20230501:BlobContainer",
    name: "blocks",
    props: {
      resourceGroupName: "rg-shop",
      accountName: "stshopmetrics",
      containerName: "blocks",
      publicAccess: "None",
    },
    protect: true,
  },
  {
    type: "azure-native:storage/v20230501:BlobServiceProperties",
    name: "blob-service",
    props: {
      resourceGroupName: "rg-shop",
      accountName: "stshopmetrics",
      blobServicesName: "default",
      isVersioningEnabled: true,
      changeFeed: { enabled: true, retentionInDays: 30 },
      deleteRetentionPolicy: { enabled: true, days: 30 },
      containerDeleteRetentionPolicy: { enabled: true, days: 30 },
    },
    from: { accountName: "blobs" },
  },
  {
    type: "azure-native:storage/v20230501:ManagementPolicy",
    name: "blob-lifecycle",
    props: {
      resourceGroupName: "rg-shop",
      accountName: "stshopmetrics",
      managementPolicyName: "default",
      policy: {
        rules: [
          {
            name: "tiers",
            enabled: true,
            type: "Lifecycle",
            definition: {
              filters: { blobTypes: ["blockBlob"], prefixMatch: ["blocks/"] },
              actions: {
                baseBlob: {
                  tierToCool: { daysAfterModificationGreaterThan: 60 },
                  tierToCold: { daysAfterModificationGreaterThan: 180 },
                },
                version: { delete: { daysAfterCreationGreaterThan: 30 } },
              },
            },
          },
        ],
      },
    },
    from: { accountName: "blobs" },
  },
  objectStore(["type: AZURE", "config:", "  storage_account: stshopmetrics", "  container: blocks"]),
  endpoint("blobs", "blob", `${group}/providers/Microsoft.Storage/storageAccounts/stshopmetrics`),
  {
    type: "azure-native:keyvault/v20230701:Vault",
    name: "vault",
    props: {
      ...place,
      vaultName: "kv-shop",
      properties: {
        tenantId: "0a3b5c7d-1111-4222-8333-94a5b6c7d8e9",
        sku: { family: "A", name: "standard" },
        enableRbacAuthorization: true,
        enableSoftDelete: true,
        enablePurgeProtection: true,
        softDeleteRetentionInDays: 90,
        publicNetworkAccess: "disabled",
        networkAcls: { bypass: "AzureServices", defaultAction: "Deny" },
      },
      tags,
    },
    protect: true,
  },
  endpoint("vault", "vault", `${group}/providers/Microsoft.KeyVault/vaults/kv-shop`),
  {
    type: "azure-native:operationalinsights/v20230901:Workspace",
    name: "logs",
    props: {
      ...place,
      workspaceName: "log-shop",
      sku: { name: "PerGB2018" },
      retentionInDays: 180,
      features: { disableLocalAuth: true },
      tags,
    },
  },
  diagnostics("aks-logs", "aks", `${group}/providers/Microsoft.ContainerService/managedClusters/aks-shop`, [
    "kube-audit-admin",
    "guard",
  ]),
  diagnostics("vault-logs", "vault", `${group}/providers/Microsoft.KeyVault/vaults/kv-shop`, ["AuditEvent"]),
  diagnostics(
    "blob-logs",
    "blobs",
    `${group}/providers/Microsoft.Storage/storageAccounts/stshopmetrics/blobServices/default`,
    ["StorageRead", "StorageWrite", "StorageDelete"],
  ),
  {
    type: "azure-native:managedidentity/v20230131:UserAssignedIdentity",
    name: "thanos-identity",
    props: { ...place, resourceName: "id-thanos", tags },
  },
  {
    type: "azure-native:managedidentity/v20230131:FederatedIdentityCredential",
    name: "thanos-federation",
    props: {
      resourceGroupName: "rg-shop",
      resourceName: "id-thanos",
      federatedIdentityCredentialResourceName: "thanos",
      issuer: "https://westeurope.oic.prod-aks.azure.com/0a3b5c7d-1111-4222-8333-94a5b6c7d8e9/1f/",
      subject: "system:serviceaccount:observability:thanos",
      audiences: ["api://AzureADTokenExchange"],
    },
  },
  {
    type: "azure-native:authorization/v20220401:RoleAssignment",
    name: "thanos-reads-and-writes",
    props: {
      principalId: "5b0c0a52-0f8c-4a55-8f0b-d2d0bb1a7a01",
      principalType: "ServicePrincipal",
      // Storage Blob Data Contributor, on the one container.
      roleDefinitionId: `${subscription}/providers/Microsoft.Authorization/roleDefinitions/ba92f5b4-2d11-453d-a403-e96b0029c9fe`,
      scope: `${group}/providers/Microsoft.Storage/storageAccounts/stshopmetrics/blobServices/default/containers/blocks`,
    },
  },
];

function endpoint(target: string, groupId: string, privateLinkServiceId: string): Given {
  return {
    type: "azure-native:network/v20240501:PrivateEndpoint",
    name: `${target}-endpoint`,
    props: {
      tags,
      ...place,
      privateEndpointName: `pe-${target}`,
      subnet: {
        id: `${group}/providers/Microsoft.Network/virtualNetworks/vnet-shop/subnets/snet-endpoints`,
      },
      privateLinkServiceConnections: [{ name: target, groupIds: [groupId], privateLinkServiceId }],
    },
    from: { privateLinkServiceConnections: target },
  };
}

function diagnostics(
  name: string,
  subject: string,
  resourceUri: string,
  categories: readonly string[],
): Given {
  return {
    type: "azure-native:monitor/v20210501preview:DiagnosticSetting",
    name,
    props: {
      name: "to-log-analytics",
      resourceUri,
      workspaceId: logs,
      logs: categories.map((category) => ({ category, enabled: true })),
    },
    from: { resourceUri: subject },
  };
}

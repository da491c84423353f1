/** AKS: a control plane with a promise, and nodes that are many. */
import { isNotTrue, isOneOf, isSet, requirementPolicy } from "../requirement.ts";

const cluster = "azure-native:containerservice:ManagedCluster";
const pool = "azure-native:containerservice:AgentPool";

const isNoAvailabilitySet = {
  accepts: (value: unknown) => value !== "AvailabilitySet",
  expected: '"VirtualMachineScaleSets"',
};

export const resilienceAksControlPlane = requirementPolicy({
  id: "resilience-aks-control-plane",
  concern: "resilience",
  severity: "medium",
  description:
    "A cluster's control plane has an agreed availability, and takes patches of Kubernetes by itself.",
  remedy:
    'Set sku.tier to "Standard" or "Premium", and autoUpgradeProfile.upgradeChannel to "patch" or "stable"',
  covers: ["CKV_AZURE_170", "CKV_AZURE_171"],
  requires: [
    { type: cluster, path: "sku.tier", ...isOneOf("Standard", "Premium") },
    {
      type: cluster,
      path: "autoUpgradeProfile.upgradeChannel",
      accepts: (value) => isSet("").accepts(value) && value !== "none",
      expected: '"patch" or "stable"',
    },
  ],
});

export const resilienceAksPools = requirementPolicy({
  id: "resilience-aks-pools",
  concern: "resilience",
  severity: "medium",
  description: "A pool of nodes is a scale set, which grows and replaces nodes.",
  remedy: 'Set type to "VirtualMachineScaleSets"',
  covers: ["CKV_AZURE_169"],
  requires: [
    { type: cluster, path: "agentPoolProfiles[].type", ...isNoAvailabilitySet },
    { type: pool, path: "type", ...isNoAvailabilitySet },
  ],
});

export const exposureAksAddons = requirementPolicy({
  id: "exposure-aks-addons",
  concern: "exposure",
  severity: "high",
  description:
    "No add-on of a cluster publishes anything: neither the dashboard nor HTTP application routing.",
  remedy: "Disable addonProfiles.kubeDashboard and addonProfiles.httpApplicationRouting",
  covers: ["CKV_AZURE_8", "CKV_AZURE_246"],
  requires: ["kubeDashboard", "KubeDashboard", "httpApplicationRouting", "httpapplicationrouting"].map(
    (name) => ({
      type: cluster,
      path: `addonProfiles.${name}.enabled`,
      ...isNotTrue,
    }),
  ),
});

export const exposureAksNetworkPlugin = requirementPolicy({
  id: "exposure-aks-network-plugin",
  concern: "exposure",
  severity: "medium",
  description: "Pods have addresses that network policies know: Azure CNI, also as an overlay.",
  remedy: 'Set networkProfile.networkPlugin to "azure"',
  covers: ["CKV2_AZURE_29"],
  requires: [{ type: cluster, path: "networkProfile.networkPlugin", ...isOneOf("azure") }],
});

export const resilienceAzureNames = requirementPolicy({
  id: "resilience-azure-dns",
  concern: "resilience",
  severity: "low",
  description:
    "A network asks Azure for names, or two servers of one's own: one alone would be missed by all.",
  remedy: "Leave dhcpOptions.dnsServers out, or name two or more",
  covers: ["CKV_AZURE_182"],
  requires: [
    {
      type: "azure-native:network:VirtualNetwork",
      path: "dhcpOptions.dnsServers",
      accepts: (value) => !Array.isArray(value) || value.length !== 1,
      expected: "two or more, or nothing",
    },
  ],
});

export const encryptionAzureVaultKey = requirementPolicy({
  id: "encryption-azure-vault-key",
  concern: "encryption",
  severity: "medium",
  description: "A key in a vault has a day on which it ends, so that it is changed before.",
  remedy: "Set properties.attributes.exp, and a rotationPolicy",
  covers: ["CKV_AZURE_40", "CIS Azure 8.1", "AVD-AZU-0014"],
  requires: [
    {
      type: "azure-native:keyvault:Key",
      path: "properties.attributes.exp",
      ...isSet("a time in seconds since 1970"),
    },
  ],
});

/** AKS: no add-on publishes anything, and network policies know the pods. */
import { isNotTrue, isOneOf, requirementPolicy } from "../requirement.ts";

const cluster = "azure-native:containerservice:ManagedCluster";

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

/** AKS: a control plane with a promise, and nodes that are many. */
import { isOneOf, isSet, requirementPolicy } from "../requirement.ts";

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

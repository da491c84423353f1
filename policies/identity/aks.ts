/** AKS: secrets of a vault that were changed arrive. */
import { isOneOf, requirementPolicy } from "../requirement.ts";
import { at } from "../resource.ts";

export const identityAksRotation = requirementPolicy({
  id: "identity-aks-rotation",
  concern: "identity",
  severity: "medium",
  description: "Where a cluster mounts secrets of a vault, a secret that was changed there arrives.",
  remedy: 'Set addonProfiles.azureKeyvaultSecretsProvider.config.enableSecretRotation to "true"',
  covers: ["CKV_AZURE_172"],
  requires: [
    {
      type: "azure-native:containerservice:ManagedCluster",
      path: "addonProfiles.azureKeyvaultSecretsProvider.config.enableSecretRotation",
      ...isOneOf("true", true),
      unless: ({ props }) => at(props, "addonProfiles", "azureKeyvaultSecretsProvider", "enabled") !== true,
    },
  ],
});

/** Azure: keys in a vault are changed in time. */
import { isSet, requirementPolicy } from "../requirement.ts";

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

/** Azure: what rests is encrypted, and nothing speaks an old TLS. */
import { isOneOf, isSet, isTrue, requirementPolicy } from "../requirement.ts";

const account = "azure-native:storage:StorageAccount";
const machine = "azure-native:compute:VirtualMachine";
const cluster = "azure-native:containerservice:ManagedCluster";

export const encryptionAzureStorageTls = requirementPolicy({
  id: "encryption-azure-storage-tls",
  concern: "encryption",
  severity: "high",
  description: "A storage account speaks HTTPS alone, with TLS 1.2 or newer (Azure's own default is 1.0).",
  remedy: 'Set minimumTlsVersion to "TLS1_2" and enableHttpsTrafficOnly to true',
  covers: ["CKV_AZURE_3", "CKV_AZURE_44", "CIS Azure 3.1", "CIS Azure 3.15", "AVD-AZU-0008", "AVD-AZU-0011"],
  requires: [
    { type: account, path: "minimumTlsVersion", ...isOneOf("TLS1_2", "TLS1_3") },
    // On by default since API version 2019-04-01.
    {
      type: account,
      path: "enableHttpsTrafficOnly",
      accepts: (value) => value !== false,
      expected: "true",
    },
  ],
  mend: (resource) =>
    resource.type === account
      ? { ...resource.props, minimumTlsVersion: "TLS1_2", enableHttpsTrafficOnly: true }
      : undefined,
});

export const encryptionAzureStorageInfrastructure = requirementPolicy({
  id: "encryption-azure-storage-infrastructure",
  concern: "encryption",
  severity: "medium",
  description: "A storage account encrypts twice: the service, and the disks below it.",
  remedy:
    "Set encryption.requireInfrastructureEncryption to true; it can only be chosen when the account is created",
  covers: [],
  requires: [
    { type: account, path: "encryption.requireInfrastructureEncryption", ...isTrue },
    {
      type: account,
      path: "encryption.services.blob.enabled",
      accepts: (value) => value !== false,
      expected: "true",
    },
  ],
});

export const encryptionAzureMachine = requirementPolicy({
  id: "encryption-azure-machine",
  concern: "encryption",
  severity: "high",
  description: "A virtual machine is encrypted on its host, caches and temporary disks included.",
  remedy: "Set securityProfile.encryptionAtHost to true",
  covers: ["CKV_AZURE_151"],
  requires: [{ type: machine, path: "securityProfile.encryptionAtHost", ...isTrue }],
});

export const encryptionAzureTrustedLaunch = requirementPolicy({
  id: "encryption-azure-trusted-launch",
  concern: "encryption",
  severity: "medium",
  description: "A virtual machine starts only what is signed: secure boot and a virtual TPM.",
  remedy: 'Set securityProfile.securityType to "TrustedLaunch" with secureBootEnabled and vTpmEnabled',
  covers: [],
  requires: [
    { type: machine, path: "securityProfile.securityType", ...isOneOf("TrustedLaunch", "ConfidentialVM") },
    { type: machine, path: "securityProfile.uefiSettings.secureBootEnabled", ...isTrue },
    { type: machine, path: "securityProfile.uefiSettings.vTpmEnabled", ...isTrue },
  ],
});

export const encryptionAzureDisk = requirementPolicy({
  id: "encryption-azure-disk",
  concern: "encryption",
  severity: "medium",
  description: "A managed disk of its own is encrypted and offered over no network.",
  remedy:
    'Set networkAccessPolicy to "DenyAll" and publicNetworkAccess to "Disabled"; name no unencrypted source',
  covers: ["CKV_AZURE_2", "CKV_AZURE_251"],
  requires: [
    { type: "azure-native:compute:Disk", path: "networkAccessPolicy", ...isOneOf("DenyAll", "AllowPrivate") },
    { type: "azure-native:compute:Disk", path: "publicNetworkAccess", ...isOneOf("Disabled") },
    {
      type: "azure-native:compute:Disk",
      path: "encryptionSettingsCollection.enabled",
      accepts: (value) => value !== false,
      expected: "true, or nothing",
    },
  ],
});

export const encryptionAzureCluster = requirementPolicy({
  id: "encryption-azure-cluster-policy",
  concern: "encryption",
  severity: "medium",
  description: "A cluster's nodes keep no ephemeral data in the clear, and Azure Policy watches it.",
  remedy:
    "Enable the azurepolicy add-on, and encryption at host on each agent pool where the machine allows it",
  covers: ["CKV_AZURE_116"],
  requires: [{ type: cluster, path: "addonProfiles.azurepolicy.enabled", ...isTrue }],
});

export const encryptionAzureVault = requirementPolicy({
  id: "encryption-azure-vault-recovery",
  concern: "encryption",
  severity: "high",
  description: "A key vault can give back what was deleted, and nobody can purge it before.",
  remedy: "Set enablePurgeProtection to true and leave soft delete on for 7 days or more",
  covers: ["CKV_AZURE_42", "CKV_AZURE_110", "CKV_AZURE_111", "CIS Azure 8.5", "AVD-AZU-0016"],
  requires: [
    { type: "azure-native:keyvault:Vault", path: "properties.enablePurgeProtection", ...isTrue },
    {
      type: "azure-native:keyvault:Vault",
      path: "properties.enableSoftDelete",
      accepts: (value) => value !== false,
      expected: "true",
    },
  ],
});

export const encryptionAzureSecretExpiry = requirementPolicy({
  id: "encryption-azure-secret-type",
  concern: "encryption",
  severity: "low",
  description: "A secret in a vault says what it is.",
  remedy: 'Give it a contentType such as "text/plain"',
  covers: ["CKV_AZURE_114"],
  requires: [
    {
      type: "azure-native:keyvault:Secret",
      path: "properties.contentType",
      ...isSet('a type such as "text/plain"'),
    },
  ],
});

/** Azure: what rests is encrypted, and nothing speaks an old TLS. */
import { machineTypes } from "../facts/machines.ts";
import type { ResourcePolicy } from "../policy.ts";
import { at, changed, isMap, known, quoted, type Resource } from "../resource.ts";
import { isOneOf, isSet, isTrue, requirementPolicy } from "../requirement.ts";

const account = "azure-native:storage:StorageAccount";
const disk = "azure-native:compute:Disk";

const isModern = isOneOf("TLS1_2", "TLS1_3");

export const encryptionAzureStorageTls = requirementPolicy({
  id: "encryption-azure-storage-tls",
  concern: "encryption",
  severity: "high",
  description: "A storage account speaks HTTPS alone, with TLS 1.2 or newer (Azure's own default is 1.0).",
  remedy: 'Set minimumTlsVersion to "TLS1_2" and enableHttpsTrafficOnly to true',
  covers: ["CKV_AZURE_3", "CKV_AZURE_44", "CIS Azure 3.1", "CIS Azure 3.15", "AVD-AZU-0008", "AVD-AZU-0011"],
  requires: [
    { type: account, path: "minimumTlsVersion", ...isModern },
    // On by default since API version 2019-04-01.
    {
      type: account,
      path: "enableHttpsTrafficOnly",
      accepts: (value) => value !== false,
      expected: "true",
    },
  ],
  mend: ({ props }) => {
    const isOld = known(() => !isModern.accepts(props["minimumTlsVersion"]), false);
    const isPlain = known(() => props["enableHttpsTrafficOnly"] === false, false);
    if (!isOld && !isPlain) return undefined;
    return changed(props, {
      ...(isOld && { minimumTlsVersion: "TLS1_2" }),
      ...(isPlain && { enableHttpsTrafficOnly: true }),
    });
  },
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
  remedy: "Set securityProfile.encryptionAtHost to true (of a scale set: in its virtualMachineProfile)",
  covers: ["CKV_AZURE_97", "CKV_AZURE_151"],
  requires: machineTypes.map(({ type, place, profileOf }) => ({
    type,
    path: `${place}securityProfile.encryptionAtHost`,
    ...isTrue,
    unless: ({ props }) => profileOf(props) === undefined,
  })),
});

export const encryptionAzureTrustedLaunch = requirementPolicy({
  id: "encryption-azure-trusted-launch",
  concern: "encryption",
  severity: "medium",
  description: "A virtual machine starts only what is signed: secure boot and a virtual TPM.",
  remedy: 'Set securityProfile.securityType to "TrustedLaunch" with secureBootEnabled and vTpmEnabled',
  covers: [],
  requires: machineTypes.flatMap(({ type, place, profileOf }) =>
    [
      { path: "securityType", ...isOneOf("TrustedLaunch", "ConfidentialVM") },
      { path: "uefiSettings.secureBootEnabled", ...isTrue },
      { path: "uefiSettings.vTpmEnabled", ...isTrue },
    ].map(({ path, ...condition }) => ({
      type,
      path: `${place}securityProfile.${path}`,
      ...condition,
      unless: ({ props }: Resource) => profileOf(props) === undefined,
    })),
  ),
});

export const encryptionAzureDisk = requirementPolicy({
  id: "encryption-azure-disk",
  concern: "encryption",
  severity: "medium",
  description: "A managed disk of its own is offered over no network, and nothing turns its encryption off.",
  remedy:
    'Set networkAccessPolicy to "DenyAll" and publicNetworkAccess to "Disabled"; leave encryptionSettingsCollection out, as Azure encrypts every disk, or enable it',
  covers: ["CKV_AZURE_2", "CKV_AZURE_251"],
  requires: [
    { type: disk, path: "networkAccessPolicy", ...isOneOf("DenyAll", "AllowPrivate") },
    { type: disk, path: "publicNetworkAccess", ...isOneOf("Disabled") },
    {
      type: disk,
      path: "encryptionSettingsCollection.enabled",
      accepts: (value) => value !== false,
      expected: "true, or nothing",
    },
  ],
});

export const encryptionAzureCluster: ResourcePolicy = {
  id: "encryption-azure-cluster-policy",
  concern: "encryption",
  severity: "medium",
  description: "Azure Policy watches what runs in a cluster.",
  remedy: "Enable the azurepolicy add-on in addonProfiles",
  covers: ["CKV_AZURE_116"],
  types: ["azure-native:containerservice:ManagedCluster"],
  *check({ props }) {
    const addons = at(props, "addonProfiles");
    // Azure's own templates write azurePolicy as well.
    const isItsName = (name: string): boolean => name.toLowerCase() === "azurepolicy";
    const name = (isMap(addons) ? Object.keys(addons) : []).find(isItsName) ?? "azurepolicy";
    const enabled = at(addons, name, "enabled");
    if (enabled !== true)
      yield { path: `addonProfiles.${name}.enabled`, problem: `${quoted(enabled)}, expected true` };
  },
};

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

export const encryptionAzureSecretType = requirementPolicy({
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

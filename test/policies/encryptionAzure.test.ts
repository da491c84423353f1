import assert from "node:assert/strict";
import * as encryptionPolicies from "../../policies/encryption/azure.ts";
import {
  encryptionAzureCluster,
  encryptionAzureDisk,
  encryptionAzureMachine,
  encryptionAzureSecretType,
  encryptionAzureStorageInfrastructure,
  encryptionAzureStorageTls,
  encryptionAzureTrustedLaunch,
  encryptionAzureVault,
} from "../../policies/encryption/azure.ts";
import { testNoneIsLeftOut, type PolicyCases } from "./cases.ts";
import { testCloudPolicy } from "./declared.ts";
import { given, unknown, type Given } from "./evaluation.ts";
import { testMend } from "./mended.ts";

const signed = {
  securityType: "TrustedLaunch",
  uefiSettings: { secureBootEnabled: true, vTpmEnabled: true },
};
const flexible: Given = {
  type: "azure-native:compute:VirtualMachineScaleSet",
  props: { orchestrationMode: "Flexible", platformFaultDomainCount: 1 },
};
const closed = { networkAccessPolicy: "DenyAll", publicNetworkAccess: "Disabled" };

describe("Policies of encryption in Azure", () => {
  const storageTls: PolicyCases = {
    policy: encryptionAzureStorageTls,
    passes: {
      "TLS 1.2": [account({ minimumTlsVersion: "TLS1_2", enableHttpsTrafficOnly: true })],
      "TLS 1.3, HTTPS by Azure's own default": [account({ minimumTlsVersion: "TLS1_3" })],
      "an account of another API version": [
        {
          ...account({ minimumTlsVersion: "TLS1_2" }),
          type: "azure-native:storage/v20240101:StorageAccount",
        },
      ],
      "what is no account": [{ type: "azure-native:storage:BlobContainer", props: {} }],
    },
    fails: {
      "TLS 1.0": {
        stack: [account({ minimumTlsVersion: "TLS1_0" })],
        says: /minimumTlsVersion is "TLS1_0", expected "TLS1_2" or "TLS1_3"/,
      },
      "TLS 1.1": { stack: [account({ minimumTlsVersion: "TLS1_1" })], says: /minimumTlsVersion is "TLS1_1"/ },
      "a version as Redis writes it": {
        stack: [account({ minimumTlsVersion: "1.2" })],
        says: /minimumTlsVersion is "1\.2"/,
      },
      "plain HTTP beside it": {
        stack: [account({ minimumTlsVersion: "TLS1_2", enableHttpsTrafficOnly: false })],
        says: /enableHttpsTrafficOnly is false, expected true/,
      },
      "plain HTTP beside TLS 1.3": {
        stack: [account({ minimumTlsVersion: "TLS1_3", enableHttpsTrafficOnly: false })],
        says: /enableHttpsTrafficOnly is false/,
      },
    },
    absent: { stack: [account({})], says: /minimumTlsVersion is not set/ },
    unknown: [account({ minimumTlsVersion: unknown, enableHttpsTrafficOnly: true })],
  };

  testCloudPolicy(storageTls);

  testMend(storageTls);

  it("encryption-azure-storage-tls mends nothing that a preview does not know: it may be TLS 1.3", () => {
    const [resource] = given([account({ minimumTlsVersion: unknown, enableHttpsTrafficOnly: false })]);
    assert.ok(resource !== undefined && encryptionAzureStorageTls.mend !== undefined);
    assert.deepEqual(encryptionAzureStorageTls.mend(resource, {}), {
      accountName: "stblocks",
      minimumTlsVersion: unknown,
      enableHttpsTrafficOnly: true,
    });
  });

  testCloudPolicy({
    policy: encryptionAzureStorageInfrastructure,
    passes: {
      "two layers": [
        account({
          encryption: { requireInfrastructureEncryption: true, services: { blob: { enabled: true } } },
        }),
      ],
      "services that are not named, which Azure encrypts": [
        account({ encryption: { requireInfrastructureEncryption: true } }),
      ],
    },
    fails: {
      "one layer": {
        stack: [account({ encryption: { requireInfrastructureEncryption: false } })],
        says: /encryption\.requireInfrastructureEncryption is false, expected true/,
      },
      "blobs in the clear": {
        stack: [
          account({
            encryption: { requireInfrastructureEncryption: true, services: { blob: { enabled: false } } },
          }),
        ],
        says: /encryption\.services\.blob\.enabled is false/,
      },
    },
    absent: { stack: [account({})], says: /requireInfrastructureEncryption is not set/ },
    unknown: [account({ encryption: { requireInfrastructureEncryption: unknown } })],
  });

  testCloudPolicy({
    policy: encryptionAzureMachine,
    passes: {
      "a machine that its host encrypts": [machine({ encryptionAtHost: true })],
      "a scale set whose hosts encrypt": [scaleSet({ encryptionAtHost: true })],
      "a scale set of machines that are described on their own": [flexible],
      "a machine of another API version": [
        {
          ...machine({ encryptionAtHost: true }),
          type: "azure-native:compute/v20240701:VirtualMachine",
        },
      ],
    },
    fails: {
      "a machine that says no": {
        stack: [machine({ encryptionAtHost: false })],
        says: /^subject \(azure-native:compute:VirtualMachine\): securityProfile\.encryptionAtHost is false/,
      },
      "a scale set that says no": {
        stack: [scaleSet({ encryptionAtHost: false })],
        says: /^subject .*: virtualMachineProfile\.securityProfile\.encryptionAtHost is false/,
      },
      "a word for it": {
        stack: [machine({ encryptionAtHost: "true" })],
        says: /encryptionAtHost is "true", expected true/,
      },
      "the second of two": {
        stack: [
          { ...machine({ encryptionAtHost: true }), name: "first" },
          { ...machine({}), name: "second" },
        ],
        says: /^second .*encryptionAtHost is not set/,
      },
    },
    absent: { stack: [machine(undefined)], says: /securityProfile\.encryptionAtHost is not set/ },
    unknown: [scaleSet({ encryptionAtHost: unknown })],
  });

  testCloudPolicy({
    policy: encryptionAzureTrustedLaunch,
    passes: {
      "a trusted launch": [machine(signed)],
      "a scale set": [scaleSet(signed)],
      "a scale set of machines that are described on their own": [flexible],
      "a confidential machine": [machine({ ...signed, securityType: "ConfidentialVM" })],
    },
    fails: {
      "no secure boot": {
        stack: [machine({ ...signed, uefiSettings: { secureBootEnabled: false, vTpmEnabled: true } })],
        says: /uefiSettings\.secureBootEnabled is false/,
      },
      "no TPM": {
        stack: [machine({ ...signed, uefiSettings: { secureBootEnabled: true } })],
        says: /uefiSettings\.vTpmEnabled is not set/,
      },
      "a scale set without secure boot": {
        stack: [scaleSet({ ...signed, uefiSettings: { vTpmEnabled: true } })],
        says: /virtualMachineProfile\.securityProfile\.uefiSettings\.secureBootEnabled is not set/,
      },
      // Azure then does not read the settings.
      "settings without a type": {
        stack: [machine({ uefiSettings: signed.uefiSettings })],
        says: /securityProfile\.securityType is not set/,
      },
      "the type of machines without it": {
        stack: [machine({ ...signed, securityType: "Standard" })],
        says: /securityType is "Standard", expected "TrustedLaunch" or "ConfidentialVM"/,
      },
    },
    absent: { stack: [machine(undefined)], says: /securityType is not set/ },
    unknown: [machine({ ...signed, uefiSettings: unknown })],
  });

  testCloudPolicy({
    policy: encryptionAzureDisk,
    passes: {
      "a disk that nobody exports": [disk(closed)],
      "a disk that its machine encrypts as well": [
        disk({
          ...closed,
          encryptionSettingsCollection: { enabled: true, encryptionSettingsVersion: "1.1" },
        }),
      ],
      "a disk behind a private link": [disk({ ...closed, networkAccessPolicy: "AllowPrivate" })],
    },
    fails: {
      "a disk that anybody with a link exports": {
        stack: [disk({ ...closed, networkAccessPolicy: "AllowAll" })],
        says: /networkAccessPolicy is "AllowAll", expected "DenyAll" or "AllowPrivate"/,
      },
      "a disk on the internet": {
        stack: [disk({ ...closed, publicNetworkAccess: "Enabled" })],
        says: /publicNetworkAccess is "Enabled"/,
      },
      "a disk whose encryption is turned off": {
        stack: [disk({ ...closed, encryptionSettingsCollection: { enabled: false } })],
        says: /encryptionSettingsCollection\.enabled is false, expected true, or nothing/,
      },
      "half of it": {
        stack: [disk({ networkAccessPolicy: "DenyAll" })],
        says: /publicNetworkAccess is not set/,
      },
    },
    absent: { stack: [disk({})], says: /networkAccessPolicy is not set/ },
    unknown: [disk({ ...closed, publicNetworkAccess: unknown })],
  });

  testCloudPolicy({
    policy: encryptionAzureCluster,
    passes: {
      "the add-on": [cluster({ azurepolicy: { enabled: true } })],
      "the add-on as Azure's templates spell it": [cluster({ azurePolicy: { enabled: true } })],
      "the add-on beside one that is not known": [
        cluster({ omsagent: unknown, azurepolicy: { enabled: true } }),
      ],
    },
    fails: {
      "an add-on that is off": {
        stack: [cluster({ azurepolicy: { enabled: false } })],
        says: /addonProfiles\.azurepolicy\.enabled is false, expected true/,
      },
      "other add-ons": {
        stack: [cluster({ omsagent: { enabled: true } })],
        says: /addonProfiles\.azurepolicy\.enabled is not set/,
      },
      "an add-on that is off as Azure's templates spell it": {
        stack: [cluster({ azurePolicy: { enabled: false } })],
        says: /addonProfiles\.azurePolicy\.enabled is false/,
      },
    },
    absent: { stack: [cluster(undefined)], says: /addonProfiles\.azurepolicy\.enabled is not set/ },
    unknown: [cluster({ azurepolicy: { enabled: unknown } })],
  });

  testCloudPolicy({
    policy: encryptionAzureVault,
    passes: {
      "a vault that keeps": [vault({ enablePurgeProtection: true, enableSoftDelete: true })],
      "soft delete by Azure's own default": [vault({ enablePurgeProtection: true })],
    },
    fails: {
      "a vault that can be purged": {
        stack: [vault({ enablePurgeProtection: false })],
        says: /properties\.enablePurgeProtection is false/,
      },
      "a vault that forgets at once": {
        stack: [vault({ enablePurgeProtection: true, enableSoftDelete: false })],
        says: /properties\.enableSoftDelete is false/,
      },
    },
    absent: { stack: [vault({})], says: /enablePurgeProtection is not set/ },
    unknown: [vault({ enablePurgeProtection: unknown })],
  });

  testCloudPolicy({
    policy: encryptionAzureSecretType,
    passes: { "a secret that says what it is": [secret({ contentType: "text/plain" })] },
    fails: {
      "a type of nothing": { stack: [secret({ contentType: "" })], says: /properties\.contentType is ""/ },
    },
    absent: { stack: [secret({ value: "s3cret" })], says: /properties\.contentType is not set/ },
    unknown: [secret({ contentType: unknown })],
  });

  testNoneIsLeftOut(encryptionPolicies);
});

function account(props: Given["props"]): Given {
  return { type: "azure-native:storage:StorageAccount", props: { accountName: "stblocks", ...props } };
}

function machine(securityProfile: unknown): Given {
  return { type: "azure-native:compute:VirtualMachine", props: { vmName: "node-1", securityProfile } };
}

function scaleSet(securityProfile: unknown): Given {
  return {
    type: "azure-native:compute:VirtualMachineScaleSet",
    props: { orchestrationMode: "Uniform", virtualMachineProfile: { securityProfile } },
  };
}

function disk(props: Given["props"]): Given {
  const creationData = { createOption: "Empty" };
  return { type: "azure-native:compute:Disk", props: { creationData, diskSizeGB: 64, ...props } };
}

function cluster(addonProfiles: unknown): Given {
  return { type: "azure-native:containerservice:ManagedCluster", props: { addonProfiles } };
}

function vault(properties: object): Given {
  return { type: "azure-native:keyvault:Vault", props: { vaultName: "kv", properties } };
}

function secret(properties: object): Given {
  return { type: "azure-native:keyvault:Secret", props: { vaultName: "kv", properties } };
}

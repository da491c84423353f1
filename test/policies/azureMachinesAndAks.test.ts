import { identityAzureKeys } from "../../policies/identity/azureMachines.ts";
import { exposureAksNetworkPlugin } from "../../policies/exposure/aks.ts";
import { exposureAksAddons } from "../../policies/exposure/aks.ts";
import { encryptionAzureVaultKey } from "../../policies/encryption/azureKeys.ts";
import { encryptionManagedDisks } from "../../policies/encryption/azureDisks.ts";
import { resilienceAzureNames } from "../../policies/resilience/azure.ts";
import { resilienceAzurePatches } from "../../policies/resilience/azure.ts";
import { exposureAzureDatagrams } from "../../policies/exposure/azureDatagrams.ts";
import { resilienceAksControlPlane, resilienceAksPools } from "../../policies/resilience/aks.ts";
import { testPolicy } from "./cases.ts";
import { unknown, type Given } from "./evaluation.ts";

describe("Policies of Azure's scale sets and machines", () => {
  testPolicy({
    policy: identityAzureKeys,
    passes: {
      "keys on a machine": [machine({ osProfile: linux({}) })],
      "keys on a scale set": [scaleSet({ osProfile: linux({}) })],
      Windows: [machine({ osProfile: { windowsConfiguration: {} } })],
    },
    fails: {
      "no keys": { stack: [machine({ osProfile: linux({ ssh: {} }) })], says: /ssh\.publicKeys are not set/ },
    },
    absent: { stack: [machine({})] },
    unknown: [machine({ osProfile: linux({ ssh: { publicKeys: unknown } }) })],
  });

  testPolicy({
    policy: encryptionManagedDisks,
    passes: {
      "managed disks": [
        machine({ storageProfile: { osDisk: { managedDisk: {} }, dataDisks: [{ managedDisk: {} }] } }),
      ],
    },
    fails: {
      "a system disk in an account": {
        stack: [
          machine({ storageProfile: { osDisk: { vhd: { uri: "https://st.blob.core.windows.net/a.vhd" } } } }),
        ],
        says: /storageProfile\.osDisk\.vhd is a blob/,
      },
      "a data disk in an account": {
        stack: [machine({ storageProfile: { dataDisks: [{ vhd: {} }] } })],
        says: /storageProfile\.dataDisks\[0\]\.vhd/,
      },
      "disks of a scale set in accounts": {
        stack: [scaleSet({ storageProfile: { osDisk: { vhdContainers: ["a"] } } })],
        says: /virtualMachineProfile\.storageProfile\.osDisk\.vhdContainers/,
      },
    },
    absent: { stack: [machine({})] },
    unknown: [machine({ storageProfile: { osDisk: { vhd: unknown } } })],
  });

  testPolicy({
    policy: resilienceAzurePatches,
    passes: {
      "a machine, as Azure does it by itself": [machine({ osProfile: { windowsConfiguration: {} } })],
      "a scale set that takes new images": [
        scaleSet({}, { automaticOSUpgradePolicy: { enableAutomaticOSUpgrade: true } }),
      ],
    },
    fails: {
      "Windows without updates": {
        stack: [machine({ osProfile: { windowsConfiguration: { enableAutomaticUpdates: false } } })],
        says: /windowsConfiguration\.enableAutomaticUpdates is false/,
      },
      "a machine without the agent": {
        stack: [machine({ osProfile: { linuxConfiguration: { provisionVMAgent: false } } })],
        says: /linuxConfiguration\.provisionVMAgent is false/,
      },
      "a scale set of old images": {
        stack: [scaleSet({}, { automaticOSUpgradePolicy: { enableAutomaticOSUpgrade: false } })],
        says: /enableAutomaticOSUpgrade is false, expected true/,
      },
    },
    absent: { stack: [scaleSet({})], says: /enableAutomaticOSUpgrade is not set/ },
    unknown: [machine({ osProfile: { linuxConfiguration: { provisionVMAgent: unknown } } })],
  });
});

describe("Policies of AKS, names, keys and UDP", () => {
  testPolicy({
    policy: resilienceAksControlPlane,
    passes: {
      "one with a promise": [
        cluster({ sku: { tier: "Standard" }, autoUpgradeProfile: { upgradeChannel: "patch" } }),
      ],
    },
    fails: {
      "one that is free": {
        stack: [cluster({ sku: { tier: "Free" }, autoUpgradeProfile: { upgradeChannel: "patch" } })],
        says: /sku\.tier is "Free"/,
      },
      "one that stays as it is": {
        stack: [cluster({ sku: { tier: "Premium" }, autoUpgradeProfile: { upgradeChannel: "none" } })],
        says: /upgradeChannel is "none", expected "patch" or "stable"/,
      },
    },
    absent: { stack: [cluster({})], says: /sku\.tier is not set[^]*upgradeChannel is not set/ },
    unknown: [cluster({ sku: { tier: unknown }, autoUpgradeProfile: { upgradeChannel: "patch" } })],
  });

  testPolicy({
    policy: resilienceAksPools,
    passes: {
      "scale sets": [cluster({ agentPoolProfiles: [{ type: "VirtualMachineScaleSets" }] }), pool({})],
    },
    fails: {
      "nodes that cannot grow": {
        stack: [pool({ type: "AvailabilitySet" })],
        says: /type is "AvailabilitySet", expected "VirtualMachineScaleSets"/,
      },
      "the same within the cluster": {
        stack: [cluster({ agentPoolProfiles: [{ type: "AvailabilitySet" }] })],
        says: /agentPoolProfiles\[0\]\.type is "AvailabilitySet"/,
      },
    },
    absent: { stack: [pool({})] },
    unknown: [pool({ type: unknown })],
  });

  testPolicy({
    policy: exposureAksAddons,
    passes: { "none of them": [cluster({ addonProfiles: { azurepolicy: { enabled: true } } })] },
    fails: {
      "the dashboard": {
        stack: [cluster({ addonProfiles: { kubeDashboard: { enabled: true } } })],
        says: /addonProfiles\.kubeDashboard\.enabled is true/,
      },
      "names for every Ingress": {
        stack: [cluster({ addonProfiles: { httpApplicationRouting: { enabled: true } } })],
        says: /httpApplicationRouting\.enabled is true/,
      },
    },
    absent: { stack: [cluster({})] },
    unknown: [cluster({ addonProfiles: { kubeDashboard: { enabled: unknown } } })],
  });

  testPolicy({
    policy: exposureAksNetworkPlugin,
    passes: {
      "Azure CNI": [cluster({ networkProfile: { networkPlugin: "azure", networkPluginMode: "overlay" } })],
    },
    fails: {
      kubenet: {
        stack: [cluster({ networkProfile: { networkPlugin: "kubenet" } })],
        says: /networkPlugin is "kubenet"/,
      },
    },
    absent: { stack: [cluster({})], says: /networkPlugin is not set/ },
    unknown: [cluster({ networkProfile: { networkPlugin: unknown } })],
  });

  testPolicy({
    policy: resilienceAzureNames,
    passes: { "two servers": [network({ dhcpOptions: { dnsServers: ["10.0.0.4", "10.0.0.5"] } })] },
    fails: {
      "one server": {
        stack: [network({ dhcpOptions: { dnsServers: ["10.0.0.4"] } })],
        says: /dnsServers is \["10/,
      },
    },
    absent: { stack: [network({})] },
    unknown: [network({ dhcpOptions: { dnsServers: unknown } })],
  });

  testPolicy({
    policy: encryptionAzureVaultKey,
    passes: { "a key that ends": [vaultKey({ attributes: { exp: 1_798_761_600 } })] },
    fails: {
      "one that does not": {
        stack: [vaultKey({ attributes: { enabled: true } })],
        says: /attributes\.exp is not set/,
      },
    },
    absent: { stack: [vaultKey({})], says: /attributes\.exp is not set/ },
    unknown: [vaultKey({ attributes: { exp: unknown } })],
  });

  testPolicy({
    policy: exposureAzureDatagrams,
    passes: {
      "UDP from a network": [rules({ protocol: "Udp", sourceAddressPrefix: "10.0.0.0/8" })],
      "TCP from everywhere": [rules({ protocol: "Tcp", sourceAddressPrefix: "*" })],
      "UDP that is refused": [rules({ protocol: "Udp", sourceAddressPrefix: "*", access: "Deny" })],
    },
    fails: {
      "UDP from everywhere": {
        stack: [rules({ protocol: "Udp", sourceAddressPrefix: "Internet" })],
        says: /securityRules\[0\] lets everybody send UDP/,
      },
      "a rule of its own with a list": {
        stack: [
          {
            type: "azure-native:network:SecurityRule",
            props: {
              protocol: "UDP",
              access: "Allow",
              direction: "Inbound",
              sourceAddressPrefixes: ["0.0.0.0/0"],
            },
          },
        ],
        says: /lets everybody send UDP/,
      },
    },
    absent: { stack: [{ type: "azure-native:network:NetworkSecurityGroup", props: {} }] },
    unknown: [rules({ protocol: unknown, sourceAddressPrefix: "*" })],
  });
});

function machine(props: Given["props"]): Given {
  return { type: "azure-native:compute:VirtualMachine", props };
}

function scaleSet(virtualMachineProfile: object, upgradePolicy: object = {}): Given {
  return {
    type: "azure-native:compute:VirtualMachineScaleSet",
    props: { virtualMachineProfile, upgradePolicy },
  };
}

function linux(more: object): object {
  return {
    linuxConfiguration: {
      disablePasswordAuthentication: true,
      ssh: { publicKeys: [{ keyData: "ssh-ed25519 AAAA" }] },
      ...more,
    },
  };
}

function cluster(props: Given["props"]): Given {
  return { type: "azure-native:containerservice:ManagedCluster", name: "cluster", props };
}

function pool(props: Given["props"]): Given {
  return { type: "azure-native:containerservice:AgentPool", props };
}

function network(props: Given["props"]): Given {
  return { type: "azure-native:network:VirtualNetwork", props };
}

function vaultKey(properties: object): Given {
  return { type: "azure-native:keyvault:Key", props: { properties } };
}

function rules(rule: object): Given {
  const securityRules = [{ direction: "Inbound", access: "Allow", ...rule }];
  return { type: "azure-native:network:NetworkSecurityGroup", props: { securityRules } };
}

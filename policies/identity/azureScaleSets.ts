/** Azure: machines of a scale set are kept as single ones are, and each is mended by itself. */
import type { ResourcePolicy } from "../policy.ts";
import { at, listAt, quoted } from "../resource.ts";

const scaleSet = "azure-native:compute:VirtualMachineScaleSet";
const machine = "azure-native:compute:VirtualMachine";
const profile = "virtualMachineProfile";

/** Where a machine, or each of a scale set, says what it is. */
function machineOf({ type, props }: { type: string; props: unknown }): { at: string; value: unknown } {
  return type === scaleSet ? { at: `${profile}.`, value: at(props, profile) } : { at: "", value: props };
}

export const identityAzureKeys: ResourcePolicy = {
  id: "identity-azure-ssh-keys",
  concern: "identity",
  severity: "high",
  description: "A Linux machine, of a scale set too, has keys to log in by.",
  remedy: "Set osProfile.linuxConfiguration.ssh.publicKeys",
  covers: ["CKV_AZURE_178"],
  types: [machine, scaleSet],
  *check(resource) {
    const { at: place, value } = machineOf(resource);
    const linux = at(value, "osProfile", "linuxConfiguration");
    if (linux !== undefined && listAt(linux, "ssh", "publicKeys").length === 0)
      yield { path: `${place}osProfile.linuxConfiguration.ssh.publicKeys`, problem: "are not set" };
  },
};

export const encryptionManagedDisks: ResourcePolicy = {
  id: "encryption-azure-managed-disks",
  concern: "encryption",
  severity: "medium",
  description: "A machine's disks are managed by Azure, which encrypts them and keeps three copies.",
  remedy: "Replace vhd and vhdContainers by managedDisk",
  covers: ["CKV_AZURE_92", "CKV2_AZURE_9", "CIS Azure 7.2"],
  types: [machine, scaleSet],
  *check(resource) {
    const { at: place, value } = machineOf(resource);
    const storage = at(value, "storageProfile");
    const disks = [
      { path: "osDisk", disk: at(storage, "osDisk") },
      ...listAt(storage, "dataDisks").map((disk, index) => ({ path: `dataDisks[${String(index)}]`, disk })),
    ];
    for (const { path, disk } of disks)
      for (const key of ["vhd", "vhdContainers"])
        if (at(disk, key) !== undefined)
          yield { path: `${place}storageProfile.${path}.${key}`, problem: "is a blob of an account" };
  },
};

export const resilienceAzurePatches: ResourcePolicy = {
  id: "resilience-azure-patches",
  concern: "resilience",
  severity: "medium",
  description:
    "A machine is patched without being asked, and Azure's agent is on it; a scale set takes new images.",
  remedy:
    "Set provisionVMAgent and windowsConfiguration.enableAutomaticUpdates to true, and upgradePolicy.automaticOSUpgradePolicy.enableAutomaticOSUpgrade of a scale set",
  covers: ["CKV_AZURE_95", "CKV_AZURE_177", "CKV_AZURE_179"],
  types: [machine, scaleSet],
  *check(resource) {
    const { at: place, value } = machineOf(resource);
    const upgrade = at(
      resource.props,
      "upgradePolicy",
      "automaticOSUpgradePolicy",
      "enableAutomaticOSUpgrade",
    );
    if (resource.type === scaleSet && upgrade !== true)
      yield {
        path: "upgradePolicy.automaticOSUpgradePolicy.enableAutomaticOSUpgrade",
        problem: `${quoted(upgrade)}, expected true`,
      };
    for (const system of ["windowsConfiguration", "linuxConfiguration"]) {
      const path = `${place}osProfile.${system}`;
      const configuration = at(value, "osProfile", system);
      // Both are on where nothing is said.
      for (const key of ["provisionVMAgent", "enableAutomaticUpdates"])
        if (at(configuration, key) === false) yield { path: `${path}.${key}`, problem: "is false" };
    }
  },
};

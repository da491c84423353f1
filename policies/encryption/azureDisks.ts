/** Azure: disks that Azure manages, of a scale set too. */
import { machineOf, machineTypes } from "../facts/machines.ts";
import type { ResourcePolicy } from "../policy.ts";
import { at, listAt } from "../resource.ts";

export const encryptionManagedDisks: ResourcePolicy = {
  id: "encryption-azure-managed-disks",
  concern: "encryption",
  severity: "medium",
  description: "A machine's disks are managed by Azure, which encrypts them and keeps three copies.",
  remedy: "Replace vhd and vhdContainers by managedDisk",
  covers: ["CKV_AZURE_92", "CKV2_AZURE_9", "CIS Azure 7.2"],
  types: machineTypes.map(({ type }) => type),
  *check(resource) {
    const { place, value } = machineOf(resource);
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

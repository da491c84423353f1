/** Azure: who may log in to a machine. */
import { machineOf, machineTypes } from "../facts/machines.ts";
import type { ResourcePolicy } from "../policy.ts";
import { at, listAt } from "../resource.ts";

export const identityAzureKeys: ResourcePolicy = {
  id: "identity-azure-ssh-keys",
  concern: "identity",
  severity: "high",
  description: "A Linux machine, of a scale set too, has keys to log in by.",
  remedy: "Set osProfile.linuxConfiguration.ssh.publicKeys",
  covers: ["CKV_AZURE_178"],
  types: machineTypes.map(({ type }) => type),
  *check(resource) {
    const { place, value } = machineOf(resource);
    const linux = at(value, "osProfile", "linuxConfiguration");
    if (linux !== undefined && listAt(linux, "ssh", "publicKeys").length === 0)
      yield { path: `${place}osProfile.linuxConfiguration.ssh.publicKeys`, problem: "are not set" };
  },
};

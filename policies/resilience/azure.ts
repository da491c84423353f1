/** Azure: machines are patched, and a network finds names when one server fails. */
import { machineOf, machineTypes } from "../facts/machines.ts";
import type { ResourcePolicy } from "../policy.ts";
import { at, quoted } from "../resource.ts";
import { requirementPolicy } from "../requirement.ts";

export const resilienceAzurePatches: ResourcePolicy = {
  id: "resilience-azure-patches",
  concern: "resilience",
  severity: "medium",
  description:
    "A machine is patched without being asked, and Azure's agent is on it; a scale set takes new images.",
  remedy:
    "Set provisionVMAgent and windowsConfiguration.enableAutomaticUpdates to true, and upgradePolicy.automaticOSUpgradePolicy.enableAutomaticOSUpgrade of a scale set",
  covers: ["CKV_AZURE_95", "CKV_AZURE_177", "CKV_AZURE_179"],
  types: machineTypes.map(({ type }) => type),
  *check(resource) {
    const { place, value } = machineOf(resource);
    const upgrade = at(
      resource.props,
      "upgradePolicy",
      "automaticOSUpgradePolicy",
      "enableAutomaticOSUpgrade",
    );
    if (resource.type.endsWith(":VirtualMachineScaleSet") && upgrade !== true)
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

export const resilienceAzureNames = requirementPolicy({
  id: "resilience-azure-dns",
  concern: "resilience",
  severity: "low",
  description:
    "A network asks Azure for names, or two servers of one's own: one alone would be missed by all.",
  remedy: "Leave dhcpOptions.dnsServers out, or name two or more",
  covers: ["CKV_AZURE_182"],
  requires: [
    {
      type: "azure-native:network:VirtualNetwork",
      path: "dhcpOptions.dnsServers",
      accepts: (value) => !Array.isArray(value) || value.length !== 1,
      expected: "two or more, or nothing",
    },
  ],
});

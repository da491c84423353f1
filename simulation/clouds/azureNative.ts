/** azure-native: one subscription of one tenant. */
import { azureFaults } from "../azure/faults.ts";
import { azureFunctions } from "../azure/functions.ts";
import { azureId, azureNameKey } from "../azure/identity.ts";
import { azureOutputs } from "../azure/outputs.ts";
import { admitCommand, scriptFails } from "../azure/runCommands.ts";
import type { Cloud, Requested } from "../cloud.ts";
import { guid } from "../invented.ts";
import { withName } from "../naming.ts";

export const azureNative: Cloud = {
  package: "azure-native",
  complete: (resource, before) => {
    const key = azureNameKey(resource);
    if (key === undefined) return resource.inputs;
    return withName(resource, before, key, (name, suffix) => azureName(resource, name, suffix));
  },
  faults: azureFaults,
  partly: scriptFails,
  admit: admitCommand,
  identify: azureId,
  outputs: azureOutputs,
  replaces,
  functions: azureFunctions,
};

/** As the real provider names: without a hyphen, which storage accounts may not have. */
function azureName({ kind, urn }: Requested, name: string, suffix: string): string {
  if (kind === "RoleAssignment") return guid(urn);
  if (kind === "StorageAccount")
    return `${name.toLowerCase().replaceAll(/[^a-z0-9]/g, "")}${suffix}`.slice(-24);
  return `${name}${suffix}`;
}

/** Everything in a resource's address, and where it lies, stays for its life. */
function replaces(resource: Requested, path: string): boolean {
  const { kind, declaration } = resource;
  if (
    path === azureNameKey(resource) ||
    path === "location" ||
    path === "resourceGroupName" ||
    path === "scope"
  )
    return true;
  if (declaration.inputs[path]?.required === true && path.endsWith("Name")) return true;
  return byKind[kind]?.some((name) => path === name || path.startsWith(`${name}.`)) ?? false;
}

const byKind: Readonly<Record<string, readonly string[]>> = {
  ManagedCluster: [
    "dnsPrefix",
    "nodeResourceGroup",
    "networkProfile.networkPlugin",
    "networkProfile.serviceCidr",
  ],
  BastionHost: ["sku"],
  Disk: ["zones", "creationData"],
  LoadBalancer: ["sku"],
  PublicIPAddress: ["zones", "sku"],
  RoleAssignment: ["principalId", "principalType", "roleDefinitionId"],
  StorageAccount: ["isHnsEnabled"],
  Vault: ["properties.tenantId"],
  // What a machine begins with counts once.
  VirtualMachine: [
    "zones",
    "osProfile.adminUsername",
    "osProfile.adminPassword",
    "osProfile.computerName",
    "osProfile.customData",
    "osProfile.linuxConfiguration.ssh",
    "storageProfile.imageReference",
  ],
};

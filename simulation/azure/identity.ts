/** Names and ids of simulated Azure resources. */
import type { Requested } from "../cloud.ts";
import { hex } from "../invented.ts";
import { lowerFirst, nameKey } from "../naming.ts";
import { textAt } from "../propertyValues.ts";

export const subscription = "00000000-0000-4000-8000-000000000001";
export const tenant = "00000000-0000-4000-8000-000000000002";

/** The optional input that holds the resource's own name: `accountName`, `virtualNetworkName`, `resourceName`. */
export function azureNameKey(resource: Requested): string | undefined {
  const { kind } = resource;
  const lastWord = lowerFirst(/[A-Z][a-z0-9]*$/.exec(kind)?.[0] ?? kind);
  const candidates = [`${lowerFirst(kind)}Name`, lowerFirst(kind), `${lastWord}Name`, "resourceName", "name"];
  return nameKey(resource, [...(ownNames[kind] ?? []), ...candidates]);
}

const ownNames: Readonly<Record<string, readonly string[]>> = {
  FederatedIdentityCredential: ["federatedIdentityCredentialResourceName"],
  BlobServiceProperties: ["blobServicesName"],
  PublicIPAddress: ["publicIpAddressName"],
  VirtualMachine: ["vmName"],
  VirtualMachineRunCommandByVirtualMachine: ["runCommandName"],
};

/** Providers whose name is not that of the SDK's module. */
const providers: Readonly<Record<string, string>> = {
  containerservice: "ContainerService",
  managedidentity: "ManagedIdentity",
  keyvault: "KeyVault",
  network: "Network",
  privatedns: "Network",
  storage: "Storage",
  operationalinsights: "OperationalInsights",
  monitor: "Insights",
  insights: "Insights",
};

/** Kinds that lie under another resource, outermost first: the type's word and the input that names it. */
const parents: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  AgentPool: [["managedClusters", "resourceName"]],
  BlobContainer: [
    ["storageAccounts", "accountName"],
    ["blobServices", "="],
  ],
  BlobServiceProperties: [["storageAccounts", "accountName"]],
  FederatedIdentityCredential: [["userAssignedIdentities", "resourceName"]],
  ManagementPolicy: [["storageAccounts", "accountName"]],
  ObjectReplicationPolicy: [["storageAccounts", "accountName"]],
  Secret: [["vaults", "vaultName"]],
  VirtualMachineRunCommandByVirtualMachine: [["virtualMachines", "vmName"]],
  PrivateDnsZoneGroup: [["privateEndpoints", "privateEndpointName"]],
  Subnet: [["virtualNetworks", "virtualNetworkName"]],
  VirtualNetworkLink: [["privateDnsZones", "privateZoneName"]],
};

/** The full path, as Azure writes it. */
export function azureId(resource: Requested, token: string): string {
  const { kind, inputs } = resource;
  const group = textAt(inputs, "resourceGroupName");
  const name = ownName(resource) ?? `${resource.name}${hex(token)}`;
  const root = `/subscriptions/${subscription}`;
  if (kind === "ResourceGroup") return `${root}/resourceGroups/${name}`;
  const scope = textAt(inputs, "scope") ?? textAt(inputs, "resourceUri") ?? assigned(resource);
  const base = scope ?? (group === undefined ? root : `${root}/resourceGroups/${group}`);
  const above = (parents[kind] ?? []).map(
    ([word, key]) => `${word}/${key === "=" ? "default" : (textAt(inputs, key) ?? "")}`,
  );
  return [base, "providers", providerOf(resource.token), ...above, `${typeWord(kind)}/${name}`].join("/");
}

/** What a maintenance configuration is assigned to: its parts are inputs of their own. */
function assigned({ kind, inputs }: Requested): string | undefined {
  if (kind !== "ConfigurationAssignment") return undefined;
  const words = ["resourceGroupName", "providerName", "resourceType", "resourceName"];
  const [group, provider, type, name] = words.map((word) => textAt(inputs, word) ?? "");
  return `/subscriptions/${subscription}/resourceGroups/${group ?? ""}/providers/${provider ?? ""}/${type ?? ""}/${name ?? ""}`;
}

function ownName(resource: Requested): string | undefined {
  const { inputs, declaration, kind } = resource;
  const key = azureNameKey(resource);
  const own = key === undefined ? undefined : textAt(inputs, key);
  if (own !== undefined) return own;
  const last = /[A-Z][a-z0-9]*$/.exec(kind)?.[0] ?? kind;
  const required = [`${lowerFirst(kind)}Name`, `${lowerFirst(last)}Name`, "name"].find(
    (candidate) => declaration.inputs[candidate]?.required === true,
  );
  return required === undefined ? undefined : textAt(inputs, required);
}

export function providerOf(token: string): string {
  const module = token.split(":")[1] ?? "";
  return `Microsoft.${providers[module] ?? `${module.charAt(0).toUpperCase()}${module.slice(1)}`}`;
}

/** `VirtualNetwork` as `virtualNetworks`, `UserAssignedIdentity` as `userAssignedIdentities`. */
export function typeWord(kind: string): string {
  const special = {
    BlobContainer: "containers",
    PublicIPAddress: "publicIPAddresses",
    VirtualMachineRunCommandByVirtualMachine: "runCommands",
  }[kind];
  if (special !== undefined) return special;
  const word = lowerFirst(kind);
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`;
  return /(?:s|x|ch)$/.test(word) ? `${word}${word.endsWith("s") ? "" : "es"}` : `${word}s`;
}

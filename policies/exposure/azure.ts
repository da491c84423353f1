/** Azure: what stores and what runs is reached from inside, or from networks that are named. */
import { nameOf } from "../facts/azureNames.ts";
import type { StackPolicy } from "../policy.ts";
import { at, attached, everyOne, known, listAt, type Resource, type StackResource } from "../resource.ts";
import { isFalse, isNotTrue, isOneOf, isTrue, requirementPolicy } from "../requirement.ts";
import { isEverybody } from "../facts/networks.ts";

const account = "azure-native:storage:StorageAccount";
const vault = "azure-native:keyvault:Vault";
const cluster = "azure-native:containerservice:ManagedCluster";
const pool = "azure-native:containerservice:AgentPool";

/** A range of addresses, where one is named. */
const isSomebody = {
  accepts: (value: unknown) => value === undefined || (typeof value === "string" && !isEverybody(value)),
  expected: "a network that is somebody's",
} as const;

export const exposureAzureStorage = requirementPolicy({
  id: "exposure-azure-storage",
  concern: "exposure",
  severity: "critical",
  description: "A storage account is reached through its private endpoint, or from networks that it names.",
  remedy:
    'Set networkRuleSet.defaultAction to "Deny" and its bypass to "AzureServices" or "None", and publicNetworkAccess to "Disabled" unless networks are named',
  covers: ["CKV_AZURE_35", "CIS Azure 3.7", "CIS Azure 3.8", "AVD-AZU-0012"],
  requires: [
    { type: account, path: "networkRuleSet.defaultAction", ...isOneOf("Deny") },
    {
      type: account,
      path: "networkRuleSet.bypass",
      // Logs and metrics would be read from anywhere.
      ...isOneOf(undefined, "AzureServices", "None"),
      expected: '"AzureServices" or "None"',
    },
    {
      type: account,
      path: "publicNetworkAccess",
      ...isOneOf("Disabled", "SecuredByPerimeter"),
      // Named networks need the public endpoint.
      unless: ({ props }) => namesNetworks(props["networkRuleSet"]),
    },
    { type: account, path: "networkRuleSet.ipRules[].iPAddressOrRange", ...isSomebody },
  ],
});

function namesNetworks(rules: unknown): boolean {
  return ["ipRules", "virtualNetworkRules"].some((kind) => listAt(rules, kind).length > 0);
}

export const exposureAzureBlobs = requirementPolicy({
  id: "exposure-azure-blobs",
  concern: "exposure",
  severity: "critical",
  description: "No blob is read by strangers: neither the account nor a container allows it.",
  remedy: 'Set allowBlobPublicAccess to false, and publicAccess of each container to "None"',
  covers: ["CKV_AZURE_34", "CKV_AZURE_190", "CKV2_AZURE_47", "CIS Azure 3.17", "AVD-AZU-0007"],
  requires: [
    { type: account, path: "allowBlobPublicAccess", accepts: (value) => value === false, expected: "false" },
    {
      type: "azure-native:storage:BlobContainer",
      path: "publicAccess",
      accepts: (value) => value === undefined || value === "None",
      expected: '"None"',
    },
  ],
});

export const exposureAzureTenants = requirementPolicy({
  id: "exposure-azure-tenants",
  concern: "exposure",
  severity: "high",
  description: "Blobs are copied to no account of another tenant.",
  remedy: "Set allowCrossTenantReplication to false",
  covers: [],
  requires: [
    {
      type: account,
      path: "allowCrossTenantReplication",
      accepts: (value) => value === false,
      expected: "false",
    },
  ],
});

export const exposureAzureVault = requirementPolicy({
  id: "exposure-azure-vault",
  concern: "exposure",
  severity: "high",
  description: "A key vault is reached through its private endpoint, or from networks that it names.",
  remedy:
    'Set properties.networkAcls.defaultAction to "Deny", properties.publicNetworkAccess to "Disabled" unless networks are named, and leave enabledForDeployment, enabledForDiskEncryption and enabledForTemplateDeployment off',
  covers: ["CKV_AZURE_109", "CKV_AZURE_189", "CIS Azure 8.7", "AVD-AZU-0013"],
  requires: [
    { type: vault, path: "properties.networkAcls.defaultAction", ...isOneOf("Deny") },
    {
      type: vault,
      path: "properties.publicNetworkAccess",
      accepts: (value) => String(value).toLowerCase() === "disabled",
      expected: '"Disabled"',
      unless: ({ props }) => namesNetworks(at(props, "properties", "networkAcls")),
    },
    { type: vault, path: "properties.networkAcls.ipRules[].value", ...isSomebody },
    ...(["enabledForDeployment", "enabledForDiskEncryption", "enabledForTemplateDeployment"] as const).map(
      (name) => ({ type: vault, path: `properties.${name}`, ...isNotTrue }),
    ),
  ],
});

const isPrivateCluster = ({ props }: Resource): boolean =>
  at(props, "apiServerAccessProfile", "enablePrivateCluster") === true;

export const exposureAksApi = requirementPolicy({
  id: "exposure-aks-api",
  concern: "exposure",
  severity: "high",
  description:
    "A cluster's API is private, or answers named networks only; nobody runs commands through Azure instead.",
  remedy:
    "In apiServerAccessProfile set enablePrivateCluster to true and enablePrivateClusterPublicFQDN to false, or authorizedIPRanges to named networks; and disableRunCommand to true",
  covers: ["CKV_AZURE_6", "CIS AKS 5.4.1", "CIS AKS 5.4.2", "AVD-AZU-0041"],
  requires: [
    {
      type: cluster,
      // By default AKS publishes the private address as well (learn.microsoft.com/azure/aks/private-clusters).
      path: "apiServerAccessProfile.enablePrivateClusterPublicFQDN",
      ...isFalse,
      unless: (resource) => !isPrivateCluster(resource),
    },
    {
      type: cluster,
      path: "apiServerAccessProfile.authorizedIPRanges",
      accepts: (value) => Array.isArray(value) && value.length > 0 && !value.map(String).some(isEverybody),
      expected: "named networks",
      unless: isPrivateCluster,
    },
    { type: cluster, path: "apiServerAccessProfile.disableRunCommand", ...isTrue },
  ],
});

export const exposureAksNodes = requirementPolicy({
  id: "exposure-aks-nodes",
  concern: "exposure",
  severity: "high",
  description:
    "Nodes have no public address, no SSH, and start only what is signed; their disks are encrypted on the host.",
  remedy:
    'Set enableNodePublicIP to false, enableEncryptionAtHost to true and securityProfile to sshAccess "Disabled", enableSecureBoot and enableVTPM',
  covers: ["CKV_AZURE_143", "CKV_AZURE_227", "CIS AKS 5.4.3"],
  requires: [
    ...[
      { type: cluster, at: "agentPoolProfiles[]." },
      { type: pool, at: "" },
    ].flatMap(({ type, at: place }) => [
      { type, path: `${place}enableNodePublicIP`, ...isNotTrue },
      { type, path: `${place}enableEncryptionAtHost`, ...isTrue },
      { type, path: `${place}securityProfile.sshAccess`, ...isOneOf("Disabled", "EntraId") },
      { type, path: `${place}securityProfile.enableSecureBoot`, ...isTrue },
      { type, path: `${place}securityProfile.enableVTPM`, ...isTrue },
    ]),
  ],
});

export const exposureAksPolicy = requirementPolicy({
  id: "exposure-aks-network-policy",
  concern: "exposure",
  severity: "high",
  description: "A cluster enforces network policies.",
  remedy: 'Set networkProfile.networkPolicy to "cilium", "calico" or "azure"',
  covers: ["CKV_AZURE_7", "CIS AKS 5.4.4", "AVD-AZU-0043"],
  requires: [
    { type: cluster, path: "networkProfile.networkPolicy", ...isOneOf("cilium", "calico", "azure") },
  ],
});

export const exposureAzureEndpoints: StackPolicy = {
  id: "exposure-azure-private-endpoint",
  concern: "exposure",
  severity: "medium",
  description:
    "A storage account or vault that is closed to the internet has a private endpoint, by which it is reached.",
  remedy: "Add a PrivateEndpoint for it, with a private DNS zone group",
  covers: [],
  *inspect(stack) {
    const connections = stack.ofType("azure-native:network:PrivateEndpoint").flatMap(connectionsOf);
    yield* everyOne(stack.ofType(account, vault), function* (resource) {
      const isVault = resource.type === vault;
      const own = isVault ? at(resource.props, "properties") : resource.props;
      if (String(at(own, "publicNetworkAccess")).toLowerCase() !== "disabled") return;
      const isOrigin = ({ origins }: Connection): boolean => origins.includes(resource.urn);
      const name = nameOf(resource, isVault ? "vaultName" : "accountName");
      const id = `/${isVault ? "vaults" : "storageAccounts"}/${String(name)}`.toLowerCase();
      const isNamed = ({ target }: Connection): boolean => target().toLowerCase().endsWith(id);
      const reached =
        connections.some((one) => isOrigin(one) || known(() => isNamed(one), false)) ||
        // What was made of nothing in this stack may be this one.
        connections.filter(({ origins }) => origins.length === 0).some(isNamed);
      // The second copy is written by Azure itself, and read only when the first is lost.
      const copied = attached(
        stack,
        resource,
        ["azure-native:storage:ObjectReplicationPolicy"],
        "destinationAccount",
        [],
      );
      if (!reached && copied.length === 0)
        yield { resource, path: "", problem: "is closed to the internet and has no private endpoint" };
    });
  },
};

interface Connection {
  /** URNs of what its target was computed from. */
  readonly origins: readonly string[];
  /** @throws the SDK's UnknownValueError where it is not known yet */
  readonly target: () => string;
}

/** Also those that the other side's owner approves first. */
function connectionsOf({ props, origins }: StackResource): readonly Connection[] {
  return ["privateLinkServiceConnections", "manualPrivateLinkServiceConnections"].flatMap((kind) => {
    const all = known(() => listAt(props, kind), undefined);
    const each = all === undefined ? [() => props[kind]] : [...all.keys()].map((index) => () => all[index]);
    return each.map((connection) => ({
      origins: origins[kind] ?? [],
      target: () => String(at(connection(), "privateLinkServiceId")),
    }));
  });
}

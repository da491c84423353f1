/** Azure: nothing is open to everybody but the edge, on 443. */
import type { ResourcePolicy, StackPolicy } from "../policy.ts";
import { at, attached, everyOne, known, listAt, quoted, type Resource } from "../resource.ts";
import { isNotTrue, isOneOf, isTrue, requirementPolicy } from "../requirement.ts";
import { isEverybody } from "./networks.ts";

const account = "azure-native:storage:StorageAccount";
const vault = "azure-native:keyvault:Vault";
const cluster = "azure-native:containerservice:ManagedCluster";
const pool = "azure-native:containerservice:AgentPool";

export const exposureAzureStorage = requirementPolicy({
  id: "exposure-azure-storage",
  concern: "exposure",
  severity: "critical",
  description: "A storage account is reached through its private endpoint, or from networks that it names.",
  remedy:
    'Set publicNetworkAccess to "Disabled", or networkRuleSet.defaultAction to "Deny" with named networks',
  covers: ["CKV_AZURE_35", "CIS Azure 3.7", "CIS Azure 3.8", "AVD-AZU-0012"],
  requires: [
    { type: account, path: "networkRuleSet.defaultAction", ...isOneOf("Deny") },
    {
      type: account,
      path: "networkRuleSet.bypass",
      accepts: (value) =>
        value === undefined || value === "None" || (typeof value === "string" && !value.includes("Metrics")),
      expected: '"AzureServices" or "None"',
    },
    {
      type: account,
      path: "publicNetworkAccess",
      ...isOneOf("Disabled", "SecuredByPerimeter"),
      // Named networks need the public endpoint.
      unless: ({ props }) => namesNetworks(props),
    },
    {
      type: account,
      path: "networkRuleSet.ipRules[].iPAddressOrRange",
      accepts: (value) => value === undefined || (typeof value === "string" && !isEverybody(value)),
      expected: "networks that are somebody's",
    },
  ],
});

function namesNetworks(props: Resource["props"]): boolean {
  return ["ipRules", "virtualNetworkRules"].some(
    (rules) => listAt(props, "networkRuleSet", rules).length > 0,
  );
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
    'Set properties.publicNetworkAccess to "Disabled" and properties.networkAcls.defaultAction to "Deny"',
  covers: ["CKV_AZURE_109", "CKV_AZURE_189", "CIS Azure 8.7", "AVD-AZU-0013"],
  requires: [
    { type: vault, path: "properties.networkAcls.defaultAction", ...isOneOf("Deny") },
    {
      type: vault,
      path: "properties.publicNetworkAccess",
      accepts: (value) => String(value).toLowerCase() === "disabled",
      expected: '"Disabled"',
      unless: ({ props }) =>
        ["ipRules", "virtualNetworkRules"].some(
          (rules) => listAt(props, "properties", "networkAcls", rules).length > 0,
        ),
    },
    ...(["enabledForDeployment", "enabledForDiskEncryption", "enabledForTemplateDeployment"] as const).map(
      (name) => ({ type: vault, path: `properties.${name}`, ...isNotTrue }),
    ),
  ],
});

interface InboundRule {
  readonly resource: Resource;
  readonly path: string;
  readonly allows: boolean;
  readonly priority: number;
  readonly sources: readonly string[];
  /** `443`, `8000-9000`, `*`. */
  readonly ports: readonly string[];
}

const groupTypes = [
  "azure-native:network:NetworkSecurityGroup",
  "azure-native:network:SecurityRule",
] as const;

export const exposureAzureInbound: ResourcePolicy = {
  id: "exposure-azure-inbound",
  concern: "exposure",
  severity: "critical",
  description:
    "Nothing comes in from everywhere but to the edge's port 443 (and 80, which sends people there).",
  remedy: "Name the networks that may come in; only ports of this policy's `ports` may be open to everybody",
  covers: ["CKV_AZURE_9", "CKV_AZURE_10", "CIS Azure 6.1", "AVD-AZU-0047"],
  types: groupTypes,
  settings: {
    ports: {
      type: "array",
      items: { type: "integer" },
      default: [443, 80],
      description: "Open to everybody.",
    },
  },
  *check(resource, { ports }) {
    const open = (ports as readonly number[]).map(String);
    for (const { path, allows, sources, ports: wanted } of inboundRules(resource))
      if (allows && sources.some(isEverybody) && !wanted.every((port) => open.includes(port)))
        yield { path, problem: `lets everybody in on port ${wanted.join(", ")}` };
  },
};

export const exposureAzureAdministration: ResourcePolicy = {
  id: "exposure-azure-administration",
  concern: "exposure",
  severity: "high",
  description:
    "Nobody administers a machine over SSH, RDP or WinRM: Run Command and Bastion need no open port.",
  remedy: "Remove the rule; use Run Command, or Azure Bastion from its own subnet",
  covers: ["CKV_AZURE_9", "CKV_AZURE_10"],
  types: groupTypes,
  *check(resource) {
    for (const { path, allows, ports } of inboundRules(resource))
      if (allows)
        for (const port of ["22", "3389", "5985", "5986"])
          if (ports.some((range) => range === port || (range !== "*" && within(Number(port), range))))
            yield { path, problem: `opens port ${port}` };
  },
};

export const exposureAzureDenied: ResourcePolicy = {
  id: "exposure-azure-denied",
  concern: "exposure",
  severity: "high",
  description:
    "A security group ends in a rule that denies the rest: Azure's own default lets the whole network in.",
  remedy: 'Add an inbound rule with access "Deny", any source and any port, at priority 4096',
  covers: [],
  types: ["azure-native:network:NetworkSecurityGroup"],
  *check(resource) {
    const rules = inboundRules(resource);
    const last = rules.toSorted((a, b) => a.priority - b.priority).at(-1);
    if (last === undefined || last.allows || !last.sources.includes("*") || !last.ports.includes("*"))
      yield { path: "securityRules", problem: "let in whatever no rule speaks of" };
  },
};

function inboundRules(resource: Resource): readonly InboundRule[] {
  const single = resource.type === "azure-native:network:SecurityRule";
  const rules = single ? [resource.props] : listAt(resource.props, "securityRules");
  return rules
    .map((rule, index) => ({ rule, path: single ? "" : `securityRules[${String(index)}]` }))
    .filter(({ rule }) => at(rule, "direction") === "Inbound")
    .map(({ rule, path }) => ({
      resource,
      path,
      allows: at(rule, "access") === "Allow",
      priority: Number(at(rule, "priority")),
      sources: texts(rule, "sourceAddressPrefix", "sourceAddressPrefixes"),
      ports: texts(rule, "destinationPortRange", "destinationPortRanges"),
    }));
}

function texts(rule: unknown, one: string, many: string): readonly string[] {
  const single = at(rule, one);
  return [
    ...(typeof single === "string" && single !== "" ? [single] : []),
    ...listAt(rule, many).map(String),
  ];
}

function within(port: number, range: string): boolean {
  const [from = NaN, to = from] = range.split("-").map(Number);
  return from <= port && port <= to;
}

/** Azure takes no group there. */
const withoutGroup: ReadonlySet<unknown> = new Set([
  "GatewaySubnet",
  "AzureFirewallSubnet",
  "RouteServerSubnet",
]);

export const exposureAzureSubnet: StackPolicy = {
  id: "exposure-azure-subnet",
  concern: "exposure",
  severity: "high",
  description: "Every subnet has a security group, and no way out that nobody chose.",
  remedy:
    "Set networkSecurityGroup, and defaultOutboundAccess to false (Azure's own services name their subnets)",
  covers: ["CKV2_AZURE_31", "CIS Azure 6.5"],
  *inspect(stack) {
    yield* everyOne(stack.ofType("azure-native:network:Subnet"), function* (subnet) {
      const name = known(() => subnet.props["subnetName"], undefined) ?? subnet.name;
      if (withoutGroup.has(name)) return;
      const named =
        (subnet.origins["networkSecurityGroup"] ?? []).length > 0 ||
        at(subnet.props, "networkSecurityGroup", "id") !== undefined;
      if (!named) yield { resource: subnet, path: "networkSecurityGroup", problem: "is not set" };
      if (at(subnet.props, "defaultOutboundAccess") !== false && name !== "AzureBastionSubnet")
        yield { resource: subnet, path: "defaultOutboundAccess", problem: "is not false" };
    });
  },
};

export const exposureAzureMachineAddress: StackPolicy = {
  id: "exposure-azure-machine-address",
  concern: "exposure",
  severity: "high",
  description: "No network interface has a public address.",
  remedy: "Remove publicIPAddress from the interface; go out through a NAT gateway, come in through Bastion",
  covers: ["CKV_AZURE_118", "CKV_AZURE_119", "CKV2_AZURE_39", "AVD-AZU-0051"],
  *inspect(stack) {
    yield* everyOne(stack.ofType("azure-native:network:NetworkInterface"), function* (resource) {
      for (const [index, configuration] of listAt(resource.props, "ipConfigurations").entries())
        if (known(() => at(configuration, "publicIPAddress"), true) !== undefined)
          yield {
            resource,
            path: `ipConfigurations[${String(index)}].publicIPAddress`,
            problem: "makes the machine reachable from the internet",
          };
      if (resource.props["enableIPForwarding"] === true)
        yield { resource, path: "enableIPForwarding", problem: "lets it speak for others" };
    });
    yield* everyOne(stack.ofType("azure-native:network:LoadBalancer"), function* (resource) {
      for (const [index, front] of listAt(resource.props, "frontendIPConfigurations").entries())
        if (known(() => at(front, "publicIPAddress"), true) !== undefined)
          yield {
            resource,
            path: `frontendIPConfigurations[${String(index)}].publicIPAddress`,
            problem: "makes the machines behind it reachable from the internet",
          };
    });
  },
};

export const exposureAksApi: ResourcePolicy = {
  id: "exposure-aks-api",
  concern: "exposure",
  severity: "high",
  description:
    "A cluster's API is private, or answers named networks only; nobody runs commands through Azure instead.",
  remedy:
    "Set apiServerAccessProfile.enablePrivateCluster to true or authorizedIPRanges to named networks, and disableRunCommand to true",
  covers: ["CKV_AZURE_6", "CIS AKS 5.4.1", "CIS AKS 5.4.2", "AVD-AZU-0041"],
  types: [cluster],
  *check({ props }) {
    const profile = at(props, "apiServerAccessProfile");
    if (at(profile, "enablePrivateCluster") === true) {
      if (at(profile, "enablePrivateClusterPublicFQDN") === true)
        yield {
          path: "apiServerAccessProfile.enablePrivateClusterPublicFQDN",
          problem: "tells the private address to everybody",
        };
    } else {
      const networks = listAt(profile, "authorizedIPRanges").map(String);
      if (networks.length === 0 || networks.some(isEverybody))
        yield {
          path: "apiServerAccessProfile.authorizedIPRanges",
          problem: "lets everybody ask the cluster's API",
        };
    }
    if (at(profile, "disableRunCommand") !== true)
      yield {
        path: "apiServerAccessProfile.disableRunCommand",
        problem: quoted(at(profile, "disableRunCommand")),
      };
  },
};

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
    const endpoints = stack.ofType("azure-native:network:PrivateEndpoint");
    yield* everyOne(stack.ofType(account, vault), function* (resource) {
      const access =
        resource.type === vault
          ? at(resource.props, "properties", "publicNetworkAccess")
          : resource.props["publicNetworkAccess"];
      if (String(access).toLowerCase() !== "disabled") return;
      const name = resource.type === vault ? resource.props["vaultName"] : resource.props["accountName"];
      const reached = endpoints.some(
        ({ props, origins }) =>
          origins["privateLinkServiceConnections"]?.includes(resource.urn) === true ||
          known(
            () =>
              listAt(props, "privateLinkServiceConnections").some((connection) =>
                String(at(connection, "privateLinkServiceId")).endsWith(`/${String(name)}`),
              ),
            false,
          ),
      );
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

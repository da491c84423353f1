/** Azure: nothing is open to everybody but the edge, on 443. */
import {
  securityGroupType,
  securityRules,
  securityRuleType,
  type SecurityRule,
} from "../facts/securityRules.ts";
import { rangesOf, subnetsOf } from "../facts/subnets.ts";
import { nameOf } from "../facts/azureNames.ts";
import type { ResourcePolicy, StackPolicy } from "../policy.ts";
import { at, attached, everyOne, known, listAt, type Resource, type StackResource } from "../resource.ts";
import { isFalse, isNotTrue, isOneOf, isTrue, requirementPolicy } from "../requirement.ts";
import { isEverybody, type PortRange } from "./networks.ts";

const account = "azure-native:storage:StorageAccount";
const vault = "azure-native:keyvault:Vault";
const cluster = "azure-native:containerservice:ManagedCluster";
const nic = "azure-native:network:NetworkInterface";
const balancer = "azure-native:network:LoadBalancer";
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

export const exposureAzureInbound: ResourcePolicy = {
  id: "exposure-azure-inbound",
  concern: "exposure",
  severity: "critical",
  description:
    "Nothing comes in from everywhere but to the edge's port 443 (and 80, which sends people there).",
  remedy: "Name the networks that may come in; only ports of this policy's `ports` may be open to everybody",
  covers: ["CKV_AZURE_9", "CKV_AZURE_10", "CIS Azure 6.1", "AVD-AZU-0047"],
  types: [securityGroupType, securityRuleType],
  settings: {
    ports: {
      type: "array",
      items: { type: "integer" },
      default: [443, 80],
      description: "Open to everybody.",
    },
  },
  *check(resource, { ports: open }) {
    yield* everyOne(securityRules(resource), function* (rule) {
      if (!rule.isInbound || !rule.allows || !rule.sources.some(isEverybody)) return;
      const isOpen = ({ from, to }: PortRange) => from === to && (open as readonly number[]).includes(from);
      if (!rule.ports.every(isOpen))
        yield {
          path: rule.path,
          problem: `lets everybody in on port ${rule.ports.map(described).join(", ")}`,
        };
    });
  },
};

function described({ from, to }: PortRange): string {
  if (from === to) return String(from);
  return from === 0 && to === 65_535 ? "*" : `${String(from)}-${String(to)}`;
}

export const exposureAzureAdministration: StackPolicy = {
  id: "exposure-azure-administration",
  concern: "exposure",
  severity: "high",
  description:
    "Nobody administers a machine over SSH, RDP or WinRM, but through a Bastion: Run Command needs no open port.",
  remedy:
    "Remove the rule, or name its ports; use Run Command, or Azure Bastion from a subnet of this stack named AzureBastionSubnet",
  covers: ["CKV_AZURE_9", "CKV_AZURE_10"],
  *inspect(stack) {
    const bastions = subnetsOf(stack)
      .filter(({ name }) => name === "AzureBastionSubnet")
      .flatMap((subnet) => known(() => rangesOf(subnet), []));
    yield* everyOne(stack.ofType(securityGroupType, securityRuleType), function* (resource) {
      yield* everyOne(securityRules(resource), function* (rule) {
        if (!rule.isInbound || !rule.allows || /^(?:icmp|esp|ah)$/i.test(rule.protocol)) return;
        const ports = [22, 3389, 5985, 5986].filter((port) =>
          rule.ports.some(({ from, to }) => from <= port && port <= to),
        );
        if (ports.length === 0 || isAmongItself(rule) || rule.sources.every((one) => bastions.includes(one)))
          return;
        for (const port of ports) yield { resource, path: rule.path, problem: `opens port ${String(port)}` };
      });
    });
  },
};

/** Every port for a network's own machines, or for the balancer that asks how they are: no way to administer is meant. */
function isAmongItself({ ports, sources, destinations }: SecurityRule): boolean {
  return (
    ports.some((range) => described(range) === "*") &&
    !sources.some(isEverybody) &&
    sources.every((source) => source === "AzureLoadBalancer" || destinations.includes(source))
  );
}

export const exposureAzureDenied: StackPolicy = {
  id: "exposure-azure-denied",
  concern: "exposure",
  severity: "high",
  description:
    "A security group denies what no rule of it allows: Azure's own default lets the whole network in.",
  remedy:
    'Add an inbound rule with access "Deny" and `*` for protocol, sources, destinations and ports, at priority 4096',
  covers: [],
  *inspect(stack) {
    yield* everyOne(stack.ofType(securityGroupType), function* (resource) {
      const name = nameOf(resource, "networkSecurityGroupName");
      const apart = attached(
        stack,
        resource,
        [securityRuleType],
        "networkSecurityGroupName",
        [name].filter(Boolean),
      );
      const rules = [resource, ...apart].flatMap(securityRules);
      if (!rules.some((rule) => known(() => deniesAll(rule), false)) && !rules.some(deniesAll))
        yield { resource, path: "securityRules", problem: "let in whatever no rule speaks of" };
    });
  },
};

function deniesAll(rule: SecurityRule): boolean {
  return (
    rule.isInbound &&
    !rule.allows &&
    rule.protocol === "*" &&
    [rule.sources, rule.destinations, rule.sourcePorts].every((all) => all.includes("*")) &&
    rule.ports.some((range) => described(range) === "*")
  );
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
    yield* everyOne(subnetsOf(stack), function* ({ resource, path, name, props }) {
      if (withoutGroup.has(name)) return;
      const fault = (key: string, problem: string) => ({
        resource,
        path: path === "" ? key : `${path}.${key}`,
        problem,
      });
      const isComputed = path === "" && (resource.origins["networkSecurityGroup"] ?? []).length > 0;
      if (at(props(), "defaultOutboundAccess") !== false && name !== "AzureBastionSubnet")
        yield fault("defaultOutboundAccess", "is not false");
      if (!isComputed && !at(props(), "networkSecurityGroup", "id"))
        yield fault("networkSecurityGroup", "is not set");
    });
  },
};

/** What has addresses: where in a resource, and the name of the property that makes one public. */
const addressed: readonly {
  readonly type: string;
  readonly interfaces?: string;
  readonly configurations: string;
  readonly address: string;
}[] = [
  { type: nic, configurations: "ipConfigurations", address: "publicIPAddress" },
  { type: balancer, configurations: "frontendIPConfigurations", address: "publicIPAddress" },
  ...[
    { type: "azure-native:compute:VirtualMachine", place: "" },
    { type: "azure-native:compute:VirtualMachineScaleSet", place: "virtualMachineProfile." },
  ].map(({ type, place }) => ({
    type,
    interfaces: `${place}networkProfile.networkInterfaceConfigurations`,
    configurations: "ipConfigurations",
    address: "publicIPAddressConfiguration",
  })),
];

export const exposureAzureMachineAddress: ResourcePolicy = {
  id: "exposure-azure-machine-address",
  concern: "exposure",
  severity: "high",
  description: "No network interface and no load balancer has a public address.",
  remedy:
    "Remove the public address and IP forwarding; go out through a NAT gateway, come in through Bastion or the cluster's edge",
  covers: ["CKV_AZURE_118", "CKV_AZURE_119", "CKV2_AZURE_39", "AVD-AZU-0051"],
  types: addressed.map(({ type }) => type),
  *check({ type, props }) {
    for (const { interfaces, configurations, address } of addressed.filter((one) => one.type === type)) {
      const all = interfaces === undefined ? [props] : listAt(props, ...interfaces.split("."));
      yield* everyOne(all.keys(), function* (index) {
        const place = interfaces === undefined ? "" : `${interfaces}[${String(index)}].`;
        if (at(all[index], "enableIPForwarding") === true)
          yield { path: `${place}enableIPForwarding`, problem: "lets it speak for others" };
        const own = listAt(all[index], configurations);
        yield* everyOne(own.keys(), function* (each) {
          if (at(own[each], address))
            yield {
              path: `${place}${configurations}[${String(each)}].${address}`,
              problem: `makes the ${type === balancer ? "machines behind it" : "machine"} reachable from the internet`,
            };
        });
      });
    }
  },
};

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

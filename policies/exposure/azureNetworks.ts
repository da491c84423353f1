/** Azure's networks: nothing comes in from everywhere but to the edge, on 443. */
import { nameOf } from "../facts/azureNames.ts";
import { machineTypes } from "../facts/machines.ts";
import {
  securityGroupType,
  securityRules,
  securityRuleType,
  type SecurityRule,
} from "../facts/securityRules.ts";
import { rangesOf, subnetsOf } from "../facts/subnets.ts";
import type { ResourcePolicy, StackPolicy } from "../policy.ts";
import { at, attached, everyOne, known, listAt } from "../resource.ts";
import { isEverybody, isEveryPort, type PortRange } from "../facts/networks.ts";
import { administrationPorts, isOpen, openPorts } from "./ports.ts";

const nic = "azure-native:network:NetworkInterface";
const balancer = "azure-native:network:LoadBalancer";

export const exposureAzureInbound: ResourcePolicy = {
  id: "exposure-azure-inbound",
  concern: "exposure",
  severity: "critical",
  description: "Nothing comes in from everywhere but to the edge's port 443.",
  remedy: "Name the networks that may come in; only ports of this policy's `ports` may be open to everybody",
  covers: ["CKV_AZURE_9", "CKV_AZURE_10", "CKV_AZURE_160", "CIS Azure 6.1", "AVD-AZU-0047"],
  types: [securityGroupType, securityRuleType],
  settings: openPorts,
  *check(resource, settings) {
    yield* everyOne(securityRules(resource), function* (rule) {
      if (!rule.isInbound || !rule.allows || !rule.sources.some(isEverybody)) return;
      if (!rule.ports.every((range) => isOpen(range, settings)))
        yield {
          path: rule.path,
          problem: `lets everybody in on port ${rule.ports.map(described).join(", ")}`,
        };
    });
  },
};

function described(range: PortRange): string {
  const { from, to } = range;
  if (from === to) return String(from);
  return isEveryPort(range) ? "*" : `${String(from)}-${String(to)}`;
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
        const ports = administrationPorts(rule.ports);
        // A rule for everybody, or of every port, has a policy of its own.
        if (ports.length === 0 || rule.ports.some(isEveryPort) || rule.sources.some(isEverybody)) return;
        if (rule.sources.every((one) => bastions.includes(one))) return;
        yield { resource, path: rule.path, problem: `opens port ${ports.join(", ")}` };
      });
    });
  },
};

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
    rule.ports.some(isEveryPort)
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
      const hasGroup = (): boolean => Boolean(at(props(), "networkSecurityGroup", "id"));
      // What is computed from another resource will be there.
      const isComputed = path === "" && (resource.origins["networkSecurityGroup"] ?? []).length > 0;
      if (at(props(), "defaultOutboundAccess") !== false && name !== "AzureBastionSubnet")
        yield fault("defaultOutboundAccess", "is not false");
      if (!(isComputed ? known(hasGroup, true) : hasGroup()))
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
  ...machineTypes.map(({ type, place }) => ({
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

/** What may come in by Azure's security groups, whether a group says it or a rule that is a resource of its own. */
import { everyPort, type PortRange } from "./networks.ts";
import { at, listAt, type Resource } from "../resource.ts";

export const securityGroupType = "azure-native:network:NetworkSecurityGroup";
export const securityRuleType = "azure-native:network:SecurityRule";

/** Read as it is asked for: what a preview does not know of a rule counts only where it matters. */
export interface SecurityRule {
  readonly path: string;
  readonly isInbound: boolean;
  readonly allows: boolean;
  /** `*`, `Tcp`, `Icmp`, … */
  readonly protocol: string;
  /** Ranges of addresses, service tags, `*`. */
  readonly sources: readonly string[];
  readonly destinations: readonly string[];
  /** As they are written: `*`, `1024`. */
  readonly sourcePorts: readonly string[];
  readonly ports: readonly PortRange[];
}

export function securityRules({ type, props }: Resource): readonly SecurityRule[] {
  if (type === securityRuleType) return [securityRule(() => props, "")];
  const all = listAt(props, "securityRules");
  return [...all.keys()].map((index) => securityRule(() => all[index], `securityRules[${String(index)}]`));
}

function securityRule(rule: () => unknown, path: string): SecurityRule {
  return {
    path,
    get isInbound() {
      return isWord(at(rule(), "direction"), "inbound");
    },
    get allows() {
      return isWord(at(rule(), "access"), "allow");
    },
    get protocol() {
      return String(at(rule(), "protocol"));
    },
    get sources() {
      return peers(rule(), "source");
    },
    get destinations() {
      return peers(rule(), "destination");
    },
    get sourcePorts() {
      return texts(rule(), "sourcePortRange");
    },
    get ports() {
      const ranges = texts(rule(), "destinationPortRange");
      return (ranges.length === 0 ? ["*"] : ranges).map(portRange);
    },
  };
}

/** Azure takes its own words in any letters. */
function isWord(value: unknown, word: string): boolean {
  return typeof value === "string" && value.toLowerCase() === word;
}

/** Everybody where nobody is named: so no rule is less than it looks. */
function peers(rule: unknown, side: "source" | "destination"): readonly string[] {
  const groups = listAt(rule, `${side}ApplicationSecurityGroups`);
  const named = [
    ...texts(rule, `${side}AddressPrefix`),
    ...groups.map(() => "an application security group"),
  ];
  return named.length === 0 ? ["*"] : named;
}

/** Azure has a property for one of them and another for several. */
function texts(rule: unknown, one: string): readonly string[] {
  const single = at(rule, one);
  const many = listAt(rule, one.endsWith("Prefix") ? `${one}es` : `${one}s`);
  return [...(typeof single === "string" && single !== "" ? [single] : []), ...many.map(String)];
}

/** Every port where it is none that can be read. */
function portRange(text: string): PortRange {
  const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(text.trim()) ?? [];
  return from === undefined ? everyPort : { from: Number(from), to: Number(to) };
}

/** The flows between machines as inbound rules of security groups: these, and nothing else. */
import type { Machine, MachineFlow } from "../../monitoring/machines.ts";

export interface InboundFlows {
  readonly machines: readonly Machine[];
  readonly flows: readonly MachineFlow[];
  /** Networks behind the sources of flows that are no machines, such as `people`. */
  readonly networks: Readonly<Record<string, readonly string[]>>;
  /** Ports of the edge that the load balancer answers on; none without edges. */
  readonly ports: readonly number[];
}

/** One rule of the group of a machine, or of the load balancer's. */
export interface InboundRule {
  /** Name of the group: a machine's, or `balancer`. */
  readonly group: string;
  /** Whoever may come in: another group by its name, or a network. */
  readonly from: { readonly group: string } | { readonly network: string };
  readonly port: number;
  readonly protocol: "tcp" | "udp";
  readonly description: string;
}

export const balancerGroup = "balancer";

/** Rules that a group takes: https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-security-groups */
const most = 60;

/** @throws when a flow names a machine that is none, or a group would have more rules than AWS takes */
export function inboundRules({ machines, flows, networks, ports }: InboundFlows): InboundRule[] {
  const known = new Set(machines.map(({ name }) => name));
  const edges = new Set(machines.filter(({ role }) => role === "edge").map(({ name }) => name));
  const rules = flows.flatMap(({ from, to, port, protocol, service }) => {
    const sources = networks[from]?.map((network) => ({ network })) ?? [{ group: from }];
    const stranger = [to, ...(networks[from] === undefined ? [from] : [])].find((name) => !known.has(name));
    if (stranger !== undefined) throw new Error(`a flow names ${stranger}, which is no machine of the stack`);
    // Whoever opens a door of an edge opens it by way of the load balancer too.
    const groups = edges.has(to) && ports.includes(port) ? [to, balancerGroup] : [to];
    return groups.flatMap((group) =>
      sources.map((source): InboundRule => ({
        group,
        from: source,
        port,
        protocol,
        description: `${service} from ${"network" in source ? source.network : source.group}`,
      })),
    );
  });
  const checks = [...edges].flatMap((group) =>
    ports.map((port): InboundRule => ({
      group,
      from: { group: balancerGroup },
      port,
      protocol: "tcp",
      description: "load balancer",
    })),
  );
  const all = [...new Map([...rules, ...checks].map((rule) => [ruleName(rule), rule])).values()];
  for (const group of [...known, balancerGroup]) {
    const count = all.filter((rule) => rule.group === group).length;
    if (count > most)
      throw new Error(
        `${group} would have ${String(count)} inbound rules, and a security group of AWS takes ${String(most)}; ` +
          "name fewer, wider networks in vigil:machines.people",
      );
  }
  return all;
}

/** Unique among the rules of a stack. */
export function ruleName({ group, from, port }: InboundRule): string {
  return `${group}-${String(port)}-${"network" in from ? from.network.replace("/", "-") : from.group}`;
}

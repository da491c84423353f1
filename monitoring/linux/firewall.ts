/**
 * The machine's own firewall: a table of nftables that knows only the stack's ports. Everything else on the machine, the way
 * by which it is administered included, is none of its business.
 */
import { within } from "../cidr.ts";
import { people } from "../machineFlows.ts";
import type { Machine, MachineFlow } from "../machines.ts";

export interface FirewallOptions {
  readonly machines: readonly Machine[];
  readonly flows: readonly MachineFlow[];
  /** Networks of the sources that are no machine, such as `10.0.0.0/8` of `people`. */
  readonly networks: Readonly<Record<string, readonly string[]>>;
  /** Addresses that ask the edge whether it is well. @default none */
  readonly healthCheckers?: readonly string[];
  /** The other members of a keepalived pair, whose adverts are let in. @default nobody's */
  readonly peers?: readonly string[];
}

/**
 * Text for `nft -f` that replaces the table in one transaction. Ports that no flow has are closed by the services themselves:
 * they listen at no other address.
 */
export function renderFirewall(machine: Machine, options: FirewallOptions): string {
  const ports = portsOf(machine, options);
  const rules = ports.flatMap(({ protocol, port, sources }) => [
    ...(sources.length === 0
      ? []
      : [`ip saddr { ${sources.join(", ")} } ${protocol} dport ${String(port)} accept`]),
    `${protocol} dport ${String(port)} drop`,
  ]);
  const peers = options.peers ?? [];
  return [
    // So that deleting it works the first time, too.
    "table inet vigil",
    "delete table inet vigil",
    "table inet vigil {",
    "  chain input {",
    "    type filter hook input priority 0; policy accept;",
    '    iifname "lo" accept',
    "    ct state established,related accept",
    ...(peers.length === 0
      ? []
      : [`    ip saddr { ${peers.join(", ")} } meta l4proto 112 accept`, "    meta l4proto 112 drop"]),
    ...rules.map((rule) => `    ${rule}`),
    "  }",
    "}",
    "",
  ].join("\n");
}

interface OpenPort {
  readonly protocol: "tcp" | "udp";
  readonly port: number;
  readonly sources: readonly string[];
}

function portsOf(machine: Machine, options: FirewallOptions): OpenPort[] {
  const own = options.flows.filter(({ to }) => to === machine.name);
  const keys = [...new Set(own.map(({ protocol, port }) => `${protocol} ${String(port)}`))];
  return keys.map((key) => {
    const same = own.filter(({ protocol, port }) => `${protocol} ${String(port)}` === key);
    const [first] = same;
    if (first === undefined) throw new Error(`flows of ${machine.name}: none for ${key}`);
    const sources = same.flatMap(({ from }) => addressesOf(from, options));
    return { protocol: first.protocol, port: first.port, sources: withoutContained(sources) };
  });
}

/** A set of nftables may not name an address twice, be it as part of a network. */
function withoutContained(sources: readonly string[]): string[] {
  const distinct = [...new Set(sources)].sort();
  const network = (source: string): string => (source.includes("/") ? source : `${source}/32`);
  return distinct.filter(
    (source) => !distinct.some((other) => other !== source && within(network(other), network(source))),
  );
}

function addressesOf(name: string, { machines, networks, healthCheckers = [] }: FirewallOptions): string[] {
  const machine = machines.find((candidate) => candidate.name === name);
  if (machine !== undefined) return [machine.address, ...(machine.moreAddresses ?? [])];
  const outside = networks[name];
  if (outside === undefined)
    throw new Error(
      `flows: ${name} is no machine and no network of the stack; expected one of ` +
        [...machines.map((each) => each.name), ...Object.keys(networks)].join(", "),
    );
  return name === people ? [...outside, ...healthCheckers] : [...outside];
}

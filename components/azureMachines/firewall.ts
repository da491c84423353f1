/** The flows between machines as rules of a network security group: these, and nothing else. */
import type { Machine, MachineFlow } from "../../monitoring/machines.ts";
import { rule, type SecurityRule } from "../azure/securityRules.ts";

export interface MachineRules {
  readonly machines: readonly Machine[];
  readonly flows: readonly MachineFlow[];
  /** Networks behind the sources of flows that are no machines, such as `people`. */
  readonly networks: Readonly<Record<string, readonly string[]>>;
  /** Ports on which the load balancer asks machines whether they are well, by machine. */
  readonly probes: Readonly<Record<string, readonly number[]>>;
  /** Network of a Bastion, where there is one. */
  readonly bastion?: string;
}

/** Where rules begin: the lower a number, the earlier it is asked. */
const firstPriority = 100;

/**
 * Inbound rules, a refusal of everything else last. Azure's own rules behind it would admit the whole network.
 * @throws when a flow names a machine that is none
 */
export function machineRules(args: MachineRules): SecurityRule[] {
  const admitted = [...flowRules(args), ...probeRules(args), ...bastionRules(args)];
  return [
    ...admitted.map((make, index) => make(firstPriority + index)),
    rule("nobody-else", 4096, "Everything else", {
      protocol: "*",
      sourceAddressPrefix: "*",
      destinationAddressPrefix: "*",
      destinationPortRange: "*",
      access: "Deny",
    }),
  ];
}

type Numbered = (priority: number) => SecurityRule;

/** One for each port of a machine, with everybody who may open it. */
function flowRules({ machines, flows, networks }: MachineRules): Numbered[] {
  const doors = Map.groupBy(flows, ({ to, port, protocol }) => `${to}-${protocol}-${String(port)}`);
  return [...doors].flatMap(([name, all]): Numbered[] => {
    const [first] = all;
    const sources = [...new Set(all.flatMap(({ from }) => sourcesOf(from, machines, networks)))].sort();
    if (first === undefined || sources.length === 0) return [];
    const who = [...new Set(all.map(({ from }) => from))].join(", ");
    return [
      (priority) =>
        rule(name, priority, `${first.service}: ${who}`.slice(0, 140), {
          protocol: first.protocol === "tcp" ? "Tcp" : "Udp",
          sourceAddressPrefixes: sources,
          destinationAddressPrefix: addressOf(first.to, machines),
          destinationPortRange: String(first.port),
        }),
    ];
  });
}

function probeRules({ machines, probes }: MachineRules): Numbered[] {
  return Object.entries(probes).map(([machine, ports]) => (priority) => {
    const well = { protocol: "Tcp", sourceAddressPrefix: "AzureLoadBalancer" } as const;
    return rule(`${machine}-health`, priority, "Health checks of the load balancer", {
      ...well,
      destinationAddressPrefix: addressOf(machine, machines),
      destinationPortRanges: ports.map(String),
    });
  });
}

/** The one way in for a person, through Azure's portal, where the configuration asks for it. */
function bastionRules({ machines, bastion }: MachineRules): Numbered[] {
  if (bastion === undefined) return [];
  return machines
    .filter(({ system }) => system === "windows")
    .map(({ name, address }) => (priority) => {
      const desktop = { protocol: "Tcp", destinationPortRange: "3389" } as const;
      return rule(`${name}-bastion`, priority, "Remote desktop through the Bastion", {
        ...desktop,
        sourceAddressPrefix: bastion,
        destinationAddressPrefix: address,
      });
    });
}

function sourcesOf(
  from: string,
  machines: readonly Machine[],
  networks: MachineRules["networks"],
): readonly string[] {
  return networks[from] ?? [addressOf(from, machines)];
}

function addressOf(name: string, machines: readonly Machine[]): string {
  const machine = machines.find((each) => each.name === name);
  if (machine === undefined) throw new Error(`a flow names ${name}, which is no machine of the stack`);
  return machine.address;
}

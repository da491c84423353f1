/** Rules of Windows Firewall: a program, its port, and the peers that have business there. Everything else stays shut. */
import type { Service } from "../hosts.ts";
import type { Machine, MachineFlow } from "../machines.ts";

/** One inbound rule that allows. */
export interface FirewallRule {
  readonly port: number;
  readonly protocol: MachineFlow["protocol"];
  /** Local address. */
  readonly address: string;
  /** Addresses and networks of the peers, sorted. */
  readonly from: readonly string[];
}

export interface FirewallOptions {
  readonly machines: readonly Machine[];
  readonly flows: readonly MachineFlow[];
  /** Networks by the sources of flows that are no machine. */
  readonly networks: Readonly<Record<string, readonly string[]>>;
}

/**
 * The rules of one service on its machine. What is bound to a loopback address needs none: Windows does not filter loopback,
 * and nobody else reaches it.
 * @throws when a flow comes from a machine that the stack does not have.
 */
export function firewallRules(service: Service, options: FirewallOptions): FirewallRule[] {
  const bound = service.ports.filter(({ address }) => !address.startsWith("127."));
  return bound.flatMap(({ number, protocol, address }) => {
    const flows = options.flows.filter((flow) => flow.service === service.name && flow.port === number);
    const from = [...new Set(flows.flatMap((flow) => peersOf(flow, options)))].sort();
    return from.length === 0 ? [] : [{ port: number, protocol, address, from }];
  });
}

function peersOf({ from, to, port }: MachineFlow, options: FirewallOptions): readonly string[] {
  const networks = options.networks[from];
  if (networks !== undefined) return networks;
  const machine = options.machines.find(({ name }) => name === from);
  if (machine === undefined)
    throw new Error(
      `flow from ${from} to ${to}:${String(port)}: no machine and no network is named ${from}; add it`,
    );
  return [machine.address];
}

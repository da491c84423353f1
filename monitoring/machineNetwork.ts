/** How the network of machines in a cloud is divided, and which address each machine has before it exists. */
import { dotted, format, parse, part } from "./cidr.ts";
import type { MachineRole } from "./machines.ts";

/** What a zone has of the network. */
export interface MachineZone {
  /** The machines'. */
  readonly subnet: string;
  /** Of the load balancer. */
  readonly balancer: string;
  /** For a NAT gateway, where a cloud wants a subnet for it. */
  readonly public: string;
}

export interface MachineNetwork {
  readonly network: string;
  readonly zones: readonly [MachineZone, MachineZone];
  /** For the addresses of accounts and vaults. */
  readonly endpoints: string;
  /** For a Bastion, which wants 64 addresses and a subnet of its own. */
  readonly bastion: string;
}

/** The largest network that a VPC may have, and the smallest that a Bastion finds room in. */
const prefixBits = { least: 16, most: 23 } as const;

/** Where the addresses of a role begin in a subnet, of which clouds keep the first four. */
const firstOf: Readonly<Record<MachineRole, number>> = { node: 10, edge: 20, history: 30 };
const balancerAt = 5;

/**
 * Two zones have a quarter each; of the third quarter endpoints have one half and a Bastion the other; the fourth is
 * public, half of it in each zone.
 * @throws when the text is no network such as `10.40.0.0/16`, of /16 to /23
 */
export function divideForMachines(cidr: string): MachineNetwork {
  const whole = parse(cidr);
  if (whole === undefined || whole.bits < prefixBits.least || whole.bits > prefixBits.most)
    throw new Error(
      `"${cidr}" is not a network of /${String(prefixBits.least)} to /${String(prefixBits.most)}, such as 10.40.0.0/16`,
    );
  const zone = (index: number): MachineZone => {
    const own = part(whole, 2, index);
    return {
      subnet: format(own),
      balancer: dotted(own.first + balancerAt),
      public: format(part(whole, 3, 6 + index)),
    };
  };
  return {
    network: format(whole),
    zones: [zone(0), zone(1)],
    endpoints: format(part(whole, 3, 4)),
    bastion: format(part(whole, 3, 5)),
  };
}

/** Zone of a machine, 0 or 1: members of a role take turns. */
export function zoneOfMachine(name: string): 0 | 1 {
  return memberOf(name) % 2 === 1 ? 0 : 1;
}

/** @throws when the name is not that of a cloud's machine: `ROLE-NUMBER` */
export function machineAddress({ zones }: MachineNetwork, role: MachineRole, name: string): string {
  const subnet = parse(zones[zoneOfMachine(name)].subnet);
  if (subnet === undefined) throw new Error(`${name} has no subnet`);
  return dotted(subnet.first + firstOf[role] + Math.floor((memberOf(name) - 1) / 2));
}

function memberOf(name: string): number {
  const member = Number(/^[a-z]+-([1-9]\d?)$/.exec(name)?.[1]);
  if (!Number.isInteger(member) || member > 20)
    throw new Error(
      `"${name}" is no name of a machine in a cloud, such as node-1: its number tells its zone and address`,
    );
  return member;
}

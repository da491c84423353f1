import { dotted, format, parse, part } from "../../monitoring/cidr.ts";

/**
 * How one network is divided. Nodes and private endpoints have addresses of the virtual network; pods (Azure CNI
 * overlay) and services have theirs outside it, yet within the one network that the stack is given.
 *
 * @see https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-overlay
 */
export interface ClusterAddresses {
  /** The first quarter: the address space of the virtual network. */
  readonly network: string;
  /** The first half of that. */
  readonly nodes: string;
  /** The quarter behind the nodes. */
  readonly endpoints: string;
  /** The second quarter. */
  readonly services: string;
  /** The tenth address of the services: cluster DNS. */
  readonly dns: string;
  /** The upper half, of which every node takes 256 addresses. */
  readonly pods: string;
}

/** @throws when the text is no network, such as `10.40.0.0/16`, of at least 256 addresses */
export function divide(cidr: string): ClusterAddresses {
  const whole = parse(cidr);
  if (whole === undefined || whole.bits > 24)
    throw new Error(`"${cidr}" is not a network of 256 addresses or more, such as 10.40.0.0/16`);
  const services = part(whole, 2, 1);
  return {
    network: format(part(whole, 2, 0)),
    nodes: format(part(whole, 3, 0)),
    endpoints: format(part(whole, 4, 2)),
    services: format(services),
    dns: dotted(services.first + 10),
    pods: format(part(whole, 1, 1)),
  };
}

/** How many nodes find a /24 for their pods in a network that is divided so. */
export function mostNodes(cidr: string): number {
  const whole = parse(cidr);
  return whole === undefined ? 0 : Math.floor(2 ** (24 - whole.bits - 1));
}

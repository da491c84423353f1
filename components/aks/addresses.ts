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
  const part = (more: number, index: number): Network => ({
    first: whole.first + index * 2 ** (32 - whole.bits - more),
    bits: whole.bits + more,
  });
  const services = part(2, 1);
  return {
    network: format(part(2, 0)),
    nodes: format(part(3, 0)),
    endpoints: format(part(4, 2)),
    services: format(services),
    dns: dotted(services.first + 10),
    pods: format(part(1, 1)),
  };
}

/** How many nodes find a /24 for their pods in a network that is divided so. */
export function mostNodes(cidr: string): number {
  const whole = parse(cidr);
  return whole === undefined ? 0 : Math.floor(2 ** (24 - whole.bits - 1));
}

/** Whether the text is a network: four bytes, a prefix, and nothing behind it. */
export function isNetwork(cidr: string): boolean {
  return parse(cidr) !== undefined;
}

/** Whether every address of `part` is one of `whole`. */
export function within(whole: string, part: string): boolean {
  const [outer, inner] = [parse(whole), parse(part)];
  return outer !== undefined && inner !== undefined && inner.bits >= outer.bits && overlap(whole, part);
}

/** Whether two networks have an address in common. */
export function overlap(a: string, b: string): boolean {
  const [one, other] = [parse(a), parse(b)];
  if (one === undefined || other === undefined) return false;
  return one.first < other.first + sizeOf(other) && other.first < one.first + sizeOf(one);
}

interface Network {
  readonly first: number;
  readonly bits: number;
}

function parse(cidr: string): Network | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr);
  if (match === null) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, bits = 0] = match.slice(1).map(Number);
  if ([a, b, c, d].some((byte) => byte > 255) || bits > 32) return undefined;
  const first = ((a * 256 + b) * 256 + c) * 256 + d;
  return first % 2 ** (32 - bits) === 0 ? { first, bits } : undefined;
}

function sizeOf({ bits }: Network): number {
  return 2 ** (32 - bits);
}

function format({ first, bits }: Network): string {
  return `${dotted(first)}/${bits}`;
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => String(Math.floor(address / 2 ** shift) % 256)).join(".");
}

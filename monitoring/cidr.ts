/** Networks as text, such as `10.40.0.0/16`, and what lies in them. */

export interface Network {
  /** The first address, as a number. */
  readonly first: number;
  /** Bits of the prefix. */
  readonly bits: number;
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

/** Undefined where the text is no network on its own boundary. */
export function parse(cidr: string): Network | undefined {
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

export function format({ first, bits }: Network): string {
  return `${dotted(first)}/${bits}`;
}

/** An address as people write it. */
export function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => String(Math.floor(address / 2 ** shift) % 256)).join(".");
}

/** The part of a network with this many more bits, counted from 0. */
export function part({ first, bits }: Network, more: number, index: number): Network {
  return { first: first + index * 2 ** (32 - bits - more), bits: bits + more };
}

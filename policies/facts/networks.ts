/** Who a rule lets in, and where. */

export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** Also of a protocol that has none. */
export const everyPort: PortRange = { from: 0, to: 65_535 };

export function isEveryPort({ from, to }: PortRange): boolean {
  return from === everyPort.from && to === everyPort.to;
}

export function holds({ from, to }: PortRange, port: number): boolean {
  return from <= port && port <= to;
}

/** Whether a source stands for the internet: everybody, or so much of it that it makes no difference. */
export function isEverybody(source: string): boolean {
  if (["*", "internet", "any"].includes(source.toLowerCase())) return true;
  const [, length] = /\/(\d+)$/.exec(source) ?? [];
  if (length === undefined) return false;
  // Half of all addresses and more; private networks are smaller than that.
  return Number(length) <= (source.includes(":") ? 3 : 4);
}

/** Whether the internet has no way to it: RFC 1918, RFC 6598, RFC 4193. */
export function isPrivate(source: string): boolean {
  return (
    !isEverybody(source) &&
    /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|f[cd][\da-f]{2}:)/i.test(
      source,
    )
  );
}

/** The ports of a rule; every port where the protocol has none or all. */
export function portsOf(protocol: unknown, from: unknown, to: unknown): PortRange {
  if (protocol === "-1" || protocol === "all" || protocol === -1 || protocol === "*") return everyPort;
  if (typeof from !== "number" || typeof to !== "number") return everyPort;
  return from < 0 ? everyPort : { from, to };
}

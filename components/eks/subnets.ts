/** How a cluster's network is divided, and how its nodes are spread over the zones. */
import type { Subnets } from "../aws/network.ts";

/** Zones that every cluster spans. */
export const zoneCount = 3;

/** The least and the most bits of a network's prefix: a VPC has at most /16, and pods take addresses of the subnets. */
export const prefixBits = { least: 16, most: 20 } as const;

/**
 * Three quarters of a network are private (nodes and pods, one a zone); of the last one each zone has a sixteenth, public.
 *
 * @throws when the network is none, or neither /16 to /20 nor on its own boundary
 */
export function subnetsOf(cidr: string): Subnets {
  const { address, bits } = parseCidr(cidr);
  const quarter = 2 ** (32 - bits - 2);
  const sixteenth = quarter / 16;
  const zones = [...Array(zoneCount).keys()];
  return {
    private: zones.map((zone) => `${dotted(address + zone * quarter)}/${bits + 2}`),
    public: zones.map((zone) => `${dotted(address + 3 * quarter + zone * sixteenth)}/${bits + 6}`),
  };
}

/** Addresses of Services: outside of the network, as EKS demands. */
export function serviceCidr(cidr: string): string {
  return cidr.startsWith("172.") ? "10.100.0.0/16" : "172.20.0.0/16";
}

/** So many nodes over the zones, as evenly as they go: 4 over 3 are 2, 1 and 1. */
export function spread(nodes: number, zones = zoneCount): number[] {
  return [...Array(zones).keys()].map((zone) => Math.floor((nodes + zones - 1 - zone) / zones));
}

function parseCidr(cidr: string): { address: number; bits: number } {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr);
  const [a = 256, b = 256, c = 256, d = 256, bits = 0] = (match ?? []).slice(1).map(Number);
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  if ([a, b, c, d].some((part) => part > 255))
    throw new Error(`"${cidr}" is not a network such as 10.40.0.0/16`);
  if (bits < prefixBits.least || bits > prefixBits.most)
    throw new Error(
      `"${cidr}" is not a network of /${prefixBits.least} to /${prefixBits.most}, as three zones of pods need`,
    );
  const start = address - (address % 2 ** (32 - bits));
  if (start !== address)
    throw new Error(`"${cidr}" does not begin where its prefix does, ${dotted(start)}/${bits}`);
  return { address, bits };
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}

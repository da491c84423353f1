/** Ports that security groups are asked about, whichever cloud's they are. */
import { holds, type PortRange } from "../facts/networks.ts";
import type { ResourcePolicy, Settings } from "../policy.ts";

/** The setting by which a stack names what everybody may reach. */
export const openPorts: NonNullable<ResourcePolicy["settings"]> = {
  ports: {
    type: "array",
    items: { type: "integer" },
    default: [443],
    description: "Open to everybody.",
  },
};

/** Whether a range is one port, and one that {@link openPorts} names. */
export function isOpen({ from, to }: PortRange, { ports }: Settings): boolean {
  return from === to && (ports as readonly number[]).includes(from);
}

/** Those of SSH, RDP and WinRM that the ranges hold. */
export function administrationPorts(ranges: readonly PortRange[]): readonly number[] {
  return [22, 3389, 5985, 5986].filter((port) => ranges.some((range) => holds(range, port)));
}

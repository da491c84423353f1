/** What a stack's machines are made of in any cloud. */
import type { MachineNetwork } from "../../monitoring/machineNetwork.ts";
import type { Machine, MachineFlow, MachineRole } from "../../monitoring/machines.ts";

export interface CloudMachinesArgs {
  readonly stack: string;
  /** With the addresses that `machineAddress` gives them. */
  readonly machines: readonly Machine[];
  readonly network: MachineNetwork;
  readonly flows: readonly MachineFlow[];
  /** Networks behind the sources of flows that are no machines, such as `people`. */
  readonly networks: Readonly<Record<string, readonly string[]>>;
  /** The cloud's names; empty for the default. */
  readonly sizes: Readonly<Record<MachineRole, string>>;
  readonly images: Readonly<Record<MachineRole, string>>;
  /** Size of a data disk in GiB, by role. */
  readonly dataDisks: Readonly<Record<Exclude<MachineRole, "edge">, number>>;
  /** What a Linux machine does when it starts for the first time; a later change of it changes no machine. */
  readonly cloudInit: (machine: Machine) => string;
}

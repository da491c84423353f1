/**
 * The machines of a stack on hosts: what each is, which flows go between them, and the steps that set each one up. Pure
 * data between the renderers of a machine's system (Windows, Linux) and the adapters that carry a step to it (Azure's Run
 * Command, SSM, SSH, this machine).
 */
import type { Component } from "./model.ts";

/** `node`: a Prometheus and what belongs to it. `edge`: HAProxy and the queries. `history`: what works on the bucket. */
export type MachineRole = "node" | "edge" | "history";

/** One machine of a stack. */
export interface Machine {
  /** Unique in the stack: `node-1`, `edge-2`, `history-1`; `Instance.machine` names it. */
  readonly name: string;
  readonly system: "windows" | "linux";
  readonly role: MachineRole;
  /** Private address by which the other machines reach it; known before it exists. */
  readonly address: string;
  /** Further addresses of one that stands for several: 127.0.0.2 of a PC with both members of a pair. @default none */
  readonly moreAddresses?: readonly string[];
}

/** Who may open a connection to a port of a machine. Everything that is not a flow is refused. */
export interface MachineFlow {
  /** A machine of the stack, or `people`: the networks that the configuration names. */
  readonly from: string;
  /** A machine of the stack. */
  readonly to: string;
  readonly port: number;
  readonly protocol: "tcp" | "udp";
  /** Name of the plan's service that listens there. */
  readonly service: string;
  readonly component: Component;
}

/** One step of a machine: a script that can be run again at any time, and the one that takes back what it did. */
export interface MachineStep {
  /** Unique in the stack, and the same for the life of what it sets up: `node-1-prometheus-1`. */
  readonly name: string;
  readonly machine: string;
  readonly shell: "powershell" | "bash";
  /** Complete text without any secret. It calls the adapter's {@link MachineStep.shell} function for its values. */
  readonly install: string;
  /** Run on destroy; keeps data unless the configuration says otherwise. */
  readonly remove: string;
  /**
   * What the script asks for and no text may hold: `secret:NAME`, `bcrypt:NAME`, `basic:NAME`, `sha256:NAME` as in
   * `PlanFile.content`, and `tls:FILE` for the PEM text of a certificate file such as `tls:prometheus-1.key`.
   * The adapter hands them over as one JSON object from these names to texts, by a channel that keeps secrets.
   */
  readonly values: readonly string[];
  /** Steps that must have succeeded before this one starts; gives the order on a machine and the turns of a pair. */
  readonly after: readonly string[];
}

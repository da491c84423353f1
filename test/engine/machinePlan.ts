/** Machines, flows and steps in small, for tests of what carries them: a pair of nodes, a pair of edges, one with history. */
import { createHash } from "node:crypto";
import { withCloudSteps } from "../../monitoring/carried/cloudSteps.ts";
import { divideForMachines, machineAddress } from "../../monitoring/machineNetwork.ts";
import type { Machine, MachineFlow, MachineRole, MachineStep } from "../../monitoring/machines.ts";

export interface PlanOptions {
  readonly history?: boolean;
  /** Port of Prometheus. @default 9090 */
  readonly port?: number;
  /** Services that every node has. @default prometheus */
  readonly services?: readonly string[];
  /** What every secret value of a step is. */
  readonly secret?: string;
  /** Characters that a step carries beside its own, and that nothing packs. */
  readonly ballast?: number;
  readonly bastion?: boolean;
  readonly image?: string;
  readonly cloudInit?: string;
  readonly size?: string;
}

export const network = divideForMachines("10.40.0.0/20");
export const networks = { people: ["203.0.113.0/24", "198.51.100.7/32"] };
export const sizes = (size = ""): Record<MachineRole, string> => ({ node: size, edge: "", history: "" });
export const dataDisks = { node: 64, history: 100 };

export function machinesOf({ history = false }: PlanOptions): Machine[] {
  const named: [string, Machine["system"], MachineRole][] = [
    ["node-1", "windows", "node"],
    ["node-2", "windows", "node"],
    ["edge-1", "linux", "edge"],
    ["edge-2", "linux", "edge"],
    ...(history ? [["history-1", "linux", "history"] as [string, "linux", "history"]] : []),
  ];
  return named.map(([name, system, role]) => ({
    name,
    system,
    role,
    address: machineAddress(network, role, name),
  }));
}

/** Edges ask both Prometheus, people ask the edges. */
export function flowsOf({ port = 9090 }: PlanOptions): MachineFlow[] {
  const tcp = { protocol: "tcp" } as const;
  return [
    ...["node-1", "node-2"].flatMap((to) =>
      ["edge-1", "edge-2"].map((from) => ({
        from,
        to,
        port,
        ...tcp,
        service: "prometheus",
        component: "prometheus" as const,
      })),
    ),
    ...["edge-1", "edge-2"].flatMap((to) =>
      [8443, 8445].map((door) => ({
        from: "people",
        to,
        port: door,
        ...tcp,
        service: "haproxy",
        component: "haproxy" as const,
      })),
    ),
  ];
}

/** Nodes one after the other, then the edges; each service of a node has one value. */
export function stepsOf(options: PlanOptions): MachineStep[] {
  const machines = machinesOf(options);
  const steps = machines.flatMap(({ name, system, role }): MachineStep[] => {
    const shell = system === "windows" ? "powershell" : "bash";
    const base: MachineStep = {
      name: `${name}-base`,
      machine: name,
      shell,
      install: `echo base ${noise(options.ballast ?? 0)}`,
      remove: "echo no base",
      values: [],
      after: [],
    };
    if (role === "history") return [base];
    const services = role === "node" ? (options.services ?? ["prometheus"]) : ["haproxy"];
    return [
      base,
      ...services.map((service) => ({
        name: `${name}-${service}`,
        machine: name,
        shell,
        install: `echo ${service} ${String(role === "node" ? (options.port ?? 9090) : 8443)}`,
        remove: `echo no ${service}`,
        values: role === "node" ? ["secret:password"] : [],
        after: [base.name, ...before(name, service)],
      })),
    ] as MachineStep[];
  });
  return withCloudSteps(machines, steps);
}

/** One member of a pair at a time, nodes before edges. */
function before(machine: string, service: string): string[] {
  const turns: Record<string, string[]> = {
    "node-2": [`node-1-${service}`],
    "edge-1": ["node-1-prometheus", "node-2-prometheus"],
    "edge-2": ["edge-1-haproxy"],
  };
  return turns[machine] ?? [];
}

function noise(characters: number): string {
  const blocks = Array.from({ length: Math.ceil(characters / 44) }, (_, index) =>
    createHash("sha256").update(String(index)).digest("base64"),
  );
  return blocks.join("").slice(0, characters);
}

/** The trade system on machines of a cloud or of a network of one's own, for tests of what Linux machines get. */
import type { Layout, ServicePlan } from "../../monitoring/hosts.ts";
import { linuxSteps, type LinuxOptions } from "../../monitoring/linux.ts";
import { machineFlows, people } from "../../monitoring/machineFlows.ts";
import { machineLayout } from "../../monitoring/machineLayout.ts";
import type { Machine, MachineRole, MachineStep } from "../../monitoring/machines.ts";
import type { ObjectStoreOptions } from "../../monitoring/objstore.ts";
import { planServices } from "../../monitoring/plan.ts";
import { systems } from "../../systems/index.ts";

const roles: readonly (readonly [string, MachineRole, number])[] = [
  ["node-1", "node", 11],
  ["node-2", "node", 12],
  ["edge-1", "edge", 21],
  ["edge-2", "edge", 22],
  ["history-1", "history", 31],
];

export const linuxMachines: readonly Machine[] = roles.map(([name, role, number]) => ({
  name,
  role,
  system: role === "node" ? "windows" : "linux",
  address: `10.40.0.${String(number)}`,
}));

export const sharedAddress = "10.40.0.20";

const archive = (executable: string) => ({
  version: "1.2.3",
  url: `https://downloads.example.org/${executable}.tar.gz`,
  sha256: "0123456789abcdef".repeat(4),
  executable,
});

export interface LinuxStack {
  readonly layout: Layout;
  readonly plan: ServicePlan;
  readonly options: LinuxOptions;
  readonly steps: readonly MachineStep[];
}

/** @param ports as in the options of `machineLayout` */
export function linuxStack(
  ports: Readonly<Record<string, number>> = {},
  objectStore: ObjectStoreOptions = { kind: "filesystem", directory: "/var/lib/vigil/bucket" },
): LinuxStack {
  const trade = systems.trade({ environment: "production", region: "eastus", layout: "cluster" });
  const bucket = { ...trade.longTerm.bucket, kind: objectStore.kind };
  const system = { ...trade, longTerm: { ...trade.longTerm, bucket } };
  const layout = machineLayout(system, {
    machines: linuxMachines,
    edgeHost: "monitoring.trade.internal",
    sharedAddress,
    ports,
    human: "operator",
    grafana: true,
  });
  const plan = planServices(system, layout, {
    objectStore,
    grafana: { home: "C:\\Grafana", dashboards: [] },
  });
  const options: LinuxOptions = {
    machines: linuxMachines,
    flows: machineFlows(system, layout),
    networks: { [people]: ["10.0.0.0/8"] },
    sharedAddress,
    programs: { thanos: archive("thanos"), node_exporter: archive("node_exporter") },
  };
  return { layout, plan, options, steps: linuxSteps(plan, layout, options) };
}

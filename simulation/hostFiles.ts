/** What a stack on machines would run there, as files to read: each script, each file that a service gets, and the order. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { hostPlan, inCloud, type HostPlan } from "../components/windows/hostPlan.ts";
import { objectStoreOf } from "../components/windows/objectStore.ts";
import { parseConfig } from "../configuration/parse.ts";
import { prepareStack } from "../configuration/prepare.ts";
import type { StackFile } from "../configuration/stackFiles.ts";
import { renderDashboards } from "../monitoring/dashboards/render.ts";
import { renderCloudInit } from "../monitoring/linux/cloudInit.ts";
import { machineOf } from "../monitoring/machineTurns.ts";
import { inOrder } from "../monitoring/stepOrder.ts";
import { systems } from "../systems/index.ts";
import { subscription } from "./azure/identity.ts";

/** The plan of a stack on simulated clouds: what its program deploys there. */
export function simulatedHostPlan({ raw, secretKeys, stack }: StackFile): HostPlan {
  const config = parseConfig(raw, secretKeys, stack);
  const { system } = prepareStack(config, { systems });
  return hostPlan(config, system, {
    ...objectStoreOf(config, system, subscription),
    dashboards: config.grafana === "off" ? [] : renderDashboards(system),
  });
}

/**
 * Writes `hosts/order.txt`, and for each machine its steps in their order, what takes them back, the files of its services, and
 * what it is told at its first boot. Where a secret goes stands its placeholder.
 * @returns the number of steps; 0 for a stack on Kubernetes, which has none
 */
export function writeHosts(folder: string, file: StackFile): number {
  const hosts = join(folder, "hosts");
  rmSync(hosts, { recursive: true, force: true });
  if (file.raw["vigil:platform"]?.startsWith("windows-") !== true) return 0;
  const write = (text: string, ...path: string[]): void => {
    const target = join(hosts, ...path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text.endsWith("\n") ? text : `${text}\n`);
  };
  const plan = simulatedHostPlan(file);
  const steps = inOrder(plan.steps);
  const turns = new Map<string, number>();
  const order = steps.map(({ name, machine, shell, install, remove, values, after }) => {
    const turn = (turns.get(machine) ?? 0) + 1;
    turns.set(machine, turn);
    const ending = shell === "powershell" ? "ps1" : "sh";
    write(install, machine, `${String(turn).padStart(2, "0")}-${name}.${ending}`);
    if (remove !== "") write(remove, machine, "removals", `${name}.${ending}`);
    return `${name}\n  after   ${after.join(", ") || "nothing"}\n  values  ${values.join(", ") || "none"}`;
  });
  write(order.join("\n"), "order.txt");
  for (const service of plan.services.services)
    for (const { path, content } of service.files)
      write(content, machineOf(service.name, plan.layout), "files", ...partsOf(path));
  const cloud = inCloud(parseConfig(file.raw, file.secretKeys, file.stack));
  for (const machine of plan.machines)
    if (cloud && machine.system === "linux")
      write(renderCloudInit({ machine }), machine.name, "cloud-init.yaml");
  return steps.length;
}

/** `C:\Prometheus\config` is `C/Prometheus/config` here. */
function partsOf(path: string): string[] {
  return path.replace(":", "").split(/[\\/]/).filter(Boolean);
}

/** The trade system on two Windows machines and two Linux ones before them, and on one desktop: what its steps are. */
import { renderDashboards } from "../monitoring/dashboards/render.ts";
import type { Layout, ServicePlan } from "../monitoring/hosts.ts";
import { machineFlows } from "../monitoring/machineFlows.ts";
import { machineLayout, type MachineLayoutOptions } from "../monitoring/machineLayout.ts";
import type { Machine, MachineStep } from "../monitoring/machines.ts";
import type { System } from "../monitoring/model.ts";
import { planServices } from "../monitoring/plan.ts";
import { windowsGrafanaHome, windowsSteps, type WindowsOptions } from "../monitoring/windows/steps.ts";
import { trade } from "../systems/trade.ts";

export const tradeSystem = trade({ environment: "production", region: "eastus", layout: "cluster" });

const machine = (
  name: string,
  system: Machine["system"],
  role: Machine["role"],
  address: string,
): Machine => ({
  name,
  system,
  role,
  address,
});

export const cloudMachines: readonly Machine[] = [
  machine("node-1", "windows", "node", "10.20.0.11"),
  machine("node-2", "windows", "node", "10.20.0.12"),
  machine("edge-1", "linux", "edge", "10.20.0.21"),
  machine("edge-2", "linux", "edge", "10.20.0.22"),
];

export const desktop: readonly Machine[] = [
  { ...machine("desktop", "windows", "node", "127.0.0.1"), moreAddresses: ["127.0.0.2"] },
];

/** Builds of which no published hash is known, as a stack's configuration gives them. */
export const givenDownloads = Object.fromEntries(
  ["thanos", "alertmanager", "blackbox_exporter", "redis_exporter", "haproxy"].map((name, index) => [
    name,
    { url: `https://builds.example/${name}-1.2.3.zip`, sha256: String(index).repeat(64) },
  ]),
);

export interface WindowsStack {
  readonly system: System;
  readonly layout: Layout;
  readonly plan: ServicePlan;
  readonly steps: readonly MachineStep[];
}

export function windowsStack(
  options: Partial<WindowsOptions & Pick<MachineLayoutOptions, "ports" | "directory">> = {},
): WindowsStack {
  const { ports, directory, ...rest } = options;
  const machines = rest.machines ?? cloudMachines;
  const layout = machineLayout(tradeSystem, {
    machines,
    edgeHost: "monitoring.trade.internal",
    human: "admin",
    grafana: true,
    ...(ports && { ports }),
    ...(directory !== undefined && { directory }),
  });
  const plan = planServices(tradeSystem, layout, {
    objectStore: "none",
    watchedRedisWantsPassword: true,
    grafana: {
      home: windowsGrafanaHome({}, directory),
      dashboards: renderDashboards(tradeSystem),
      plugins: ["redis-datasource", "grafana-clickhouse-datasource"],
      clickhouse: { host: "clickhouse-node", port: 9440, username: "grafana" },
    },
  });
  const steps = windowsSteps(plan, layout, {
    stack: "trade-prod",
    machines,
    flows: machineFlows(tradeSystem, layout),
    networks: { people: ["10.0.0.0/8"] },
    downloads: givenDownloads,
    ...rest,
  });
  return { system: tradeSystem, layout, plan, steps };
}

export function step(steps: readonly MachineStep[], name: string): MachineStep {
  const found = steps.find((candidate) => candidate.name === name);
  if (found === undefined)
    throw new Error(`no step ${name}, only ${steps.map((one) => one.name).join(", ")}`);
  return found;
}

/**
 * Everything of a stack on Windows machines before any resource of it: its machines, where each service is, and the steps
 * that set them up. The same configuration and facts give the same plan, so that a simulation can write it out.
 */
import { haproxyForm, isDesktop } from "../../configuration/machineForm.ts";
import type { StackConfig } from "../../configuration/parse.ts";
import { withCloudSteps } from "../../monitoring/carried/cloudSteps.ts";
import { deadMansSwitchSecret, withDeadMansSwitch } from "../../monitoring/deadMansSwitch.ts";
import type { RenderedDashboard } from "../../monitoring/dashboards/render.ts";
import type { Executable, Layout, ServicePlan } from "../../monitoring/hosts.ts";
import { knownPrograms, linuxSteps, type LinuxProgram } from "../../monitoring/linux.ts";
import { machineFlows, people } from "../../monitoring/machineFlows.ts";
import { machineLayout } from "../../monitoring/machineLayout.ts";
import { baseStep } from "../../monitoring/machineTurns.ts";
import { divideForMachines, machineAddress, type MachineNetwork } from "../../monitoring/machineNetwork.ts";
import type { Machine, MachineFlow, MachineRole, MachineStep } from "../../monitoring/machines.ts";
import type { Component, System } from "../../monitoring/model.ts";
import type { ObjectStoreOptions } from "../../monitoring/objstore.ts";
import { planServices } from "../../monitoring/plan.ts";
import { wslSteps } from "../../monitoring/wsl.ts";
import { windowsGrafanaHome, windowsSteps } from "../../monitoring/windows/steps.ts";

/** Ports of a desktop's 127.0.0.2 as WSL2 sees them: HAProxy's `forwardedPorts`. */
const forwardedPorts = 10_000;

export interface HostServices {
  /** The system as these machines run it. */
  readonly system: System;
  readonly machines: readonly Machine[];
  readonly layout: Layout;
  readonly flows: readonly MachineFlow[];
  readonly services: ServicePlan;
}

export interface HostPlan extends HostServices {
  /** What sets all of it up. */
  readonly steps: readonly MachineStep[];
}

/** What only the cloud can tell. */
export interface HostFacts {
  /** Where the bucket is; absent without history. */
  readonly objectStore?: ObjectStoreOptions;
  /** Rendered before: their library takes a tenth of a second to load, which only a stack with Grafana should pay. */
  readonly dashboards: readonly RenderedDashboard[];
}

/** @throws when the services do not go together, or something that they need is not given */
export function hostServices(config: StackConfig<unknown>, whole: System, facts: HostFacts): HostServices {
  const system = systemOnMachines(config, whole);
  const layout = hostLayout(config, whole);
  return {
    system,
    layout,
    machines: machinesOf(config, system),
    flows: machineFlows(system, layout),
    services: {
      ...planServices(system, layout, {
        objectStore: facts.objectStore ?? "none",
        ...(config.blockDuration === "2h" ? {} : { blockDuration: config.blockDuration }),
        ...(config.grafana !== "off" && { grafana: grafanaOf(config, facts.dashboards) }),
        ...(haproxyForm(config) === "wsl" && { forwardedPorts }),
      }),
      stack: config.stack,
    },
  };
}

/** @throws when something that a step needs is not given, such as a program's checksum */
export function hostPlan(config: StackConfig<unknown>, whole: System, facts: HostFacts): HostPlan {
  const { machines: wanted } = config;
  const found = hostServices(config, whole, facts);
  const { machines, flows, services, layout } = found;
  const shared = { machines, flows, networks: { [people]: wanted.people } };
  const steps = [
    ...windowsSteps(onWindows(config, services), layout, {
      ...shared,
      stack: config.stack,
      wrapper: wanted.wrapper,
      downloads: wanted.downloads,
      grafanaPlugins: pluginsOf(config),
      keepData: wanted.keepData,
    }),
    ...linuxSteps(services, layout, {
      ...shared,
      healthCheckers: healthCheckers(config),
      ...(wanted.virtualAddress !== "" && { sharedAddress: wanted.virtualAddress }),
      programs: linuxPrograms(config),
      removeData: !wanted.keepData,
    }),
    ...inWsl(config, found),
  ];
  const turns = basesInTurn(machines, steps);
  return {
    ...found,
    steps: inCloud(config) ? withCloudSteps(machines, turns, cloudFolder(wanted.directory)) : turns,
  };
}

/** A machine is prepared when the one before it in its role is: a firewall that shuts out too much takes one of a pair. */
function basesInTurn(machines: readonly Machine[], steps: readonly MachineStep[]): MachineStep[] {
  return steps.map((step) => {
    const machine = machines.find(({ name }) => baseStep(name) === step.name);
    const alike = machines.filter(({ role }) => role === machine?.role).map(({ name }) => name);
    const before = alike[alike.indexOf(machine?.name ?? "") - 1];
    return before === undefined ? step : { ...step, after: [...step.after, baseStep(before)] };
  });
}

/** Where the services of a stack are, known from its configuration alone. */
export function hostLayout(config: StackConfig<unknown>, whole: System): Layout {
  const { machines: wanted } = config;
  const system = systemOnMachines(config, whole);
  return machineLayout(system, {
    machines: machinesOf(config, system),
    edgeHost: edgeHost(config, system),
    ...(wanted.virtualAddress !== "" && { sharedAddress: wanted.virtualAddress }),
    ports: wanted.ports,
    human: config.human,
    grafana: config.grafana !== "off",
    proxyInWsl: haproxyForm(config) === "wsl",
    ...(wanted.directory !== "" && { directory: wanted.directory }),
  });
}

export function inCloud({ platform }: StackConfig<unknown>): boolean {
  return platform === "windows-azure" || platform === "windows-aws";
}

export function cloudNetwork(config: StackConfig<unknown>): MachineNetwork {
  return divideForMachines(config.kubernetes.network.cidr);
}

const ofHistory: readonly Component[] = ["thanos-store", "thanos-compactor", "thanos-ruler"];

/** Without a machine for history there is no bucket, and none of what works on one. */
export function systemOnMachines(config: StackConfig<unknown>, system: System): System {
  const { longTerm, components } = system;
  const kind = { "windows-azure": "azure-blob", "windows-aws": "s3" } as const;
  const { platform } = config;
  return {
    ...system,
    notifications:
      deadMansSwitchSecret in config.secrets
        ? withDeadMansSwitch(system.notifications)
        : system.notifications,
    components: config.machines.history
      ? components
      : components.filter(({ component }) => !ofHistory.includes(component)),
    longTerm: {
      ...longTerm,
      bucket: {
        ...longTerm.bucket,
        kind: platform === "windows-azure" || platform === "windows-aws" ? kind[platform] : "filesystem",
      },
    },
  };
}

/** Two of each in a cloud; what the configuration names elsewhere. */
export function machinesOf(config: StackConfig<unknown>, system: System): Machine[] {
  const { history, existing } = config.machines;
  if (!inCloud(config))
    return existing.map(({ name, role, address }) => ({
      name,
      role,
      system: role === "node" ? "windows" : "linux",
      // One PC stands for a pair: each member has an address of its own, which only the PC itself reaches.
      ...(isDesktop(config) ? { address: "127.0.0.1", moreAddresses: ["127.0.0.2"] } : { address }),
    }));
  const network = cloudNetwork(config);
  const count: Readonly<Record<MachineRole, number>> = {
    node: Math.max(2, ...onNodes.map((component) => replicasOf(system, component))),
    edge: Math.max(2, ...onEdges.map((component) => replicasOf(system, component))),
    history: history ? 1 : 0,
  };
  return (["node", "edge", "history"] as const).flatMap((role) =>
    Array.from({ length: count[role] }, (_, at): Machine => {
      const name = `${role}-${String(at + 1)}`;
      return {
        name,
        role,
        system: role === "node" ? "windows" : "linux",
        address: machineAddress(network, role, name),
      };
    }),
  );
}

/** Components of which no two members share a machine. */
const onNodes: readonly Component[] = ["prometheus", "alertmanager", "pushgateway", "grafana"];
const onEdges: readonly Component[] = ["thanos-query", "thanos-query-frontend"];

function replicasOf({ components }: System, wanted: Component): number {
  return components.find(({ component }) => component === wanted)?.replicas ?? 0;
}

function edgeHost(config: StackConfig<unknown>, { access }: System): string {
  const { hostname } = config.kubernetes.edge;
  if (hostname !== "") return hostname;
  if (inCloud(config)) return access.hostname;
  const { virtualAddress, existing } = config.machines;
  const proxy = existing.find(({ role }) => role === "edge") ?? existing[0];
  if (isDesktop(config) || proxy === undefined) return "127.0.0.1";
  return virtualAddress === "" ? proxy.address : virtualAddress;
}

/** Where a cloud's load balancer asks from. https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16 */
function healthCheckers(config: StackConfig<unknown>): string[] {
  if (config.platform === "windows-azure") return ["168.63.129.16"];
  if (config.platform === "windows-aws") return cloudNetwork(config).zones.map(({ balancer }) => balancer);
  return [];
}

function grafanaOf(config: StackConfig<unknown>, dashboards: readonly RenderedDashboard[]) {
  const { grafana, downloads, directory } = config.machines;
  const [host, port] = grafana.clickhouse?.address.split(":") ?? [];
  return {
    home: windowsGrafanaHome(downloads, directory === "" ? undefined : directory),
    dashboards,
    plugins: grafana.plugins,
    ...(grafana.clickhouse !== undefined &&
      host !== undefined && {
        clickhouse: { host, port: Number(port), username: grafana.clickhouse.username },
      }),
  };
}

/** What a Windows machine runs itself: HAProxy in WSL2 is a step of its own. */
export function onWindows(config: StackConfig<unknown>, plan: ServicePlan): ServicePlan {
  if (haproxyForm(config) !== "wsl") return plan;
  return { ...plan, services: plan.services.filter(({ component }) => component !== "haproxy") };
}

/** HAProxy of a desktop; findings say when no distribution is named. */
function inWsl(
  config: StackConfig<unknown>,
  { machines, services, layout }: HostServices,
): readonly MachineStep[] {
  const { existing, keepData } = config.machines;
  const distribution = existing[0]?.distribution;
  const [machine] = machines;
  if (haproxyForm(config) !== "wsl" || machine === undefined || distribution === undefined) return [];
  return wslSteps(services, layout, { stack: config.stack, machine, distribution, forwardedPorts, keepData });
}

/** Plugins of which the configuration names a build; {@link windowsFindings} says which lack one. */
function pluginsOf({ machines }: StackConfig<unknown>) {
  return machines.grafana.plugins.flatMap((id) => {
    const build = machines.downloads[id];
    return build === undefined ? [] : [{ id, ...build }];
  });
}

/** Linux builds by executable: the known ones, with what the configuration says of them under NAME-linux. */
export function linuxPrograms({ machines }: StackConfig<unknown>): Partial<Record<Executable, LinuxProgram>> {
  return Object.fromEntries(
    Object.entries(knownPrograms()).flatMap(([name, known]) => {
      const build = { ...known, ...machines.downloads[name] };
      const { sha256 } = build;
      return sha256 === undefined ? [] : [[name.replace(/-linux$/, ""), { ...build, sha256 }]];
    }),
  );
}

function cloudFolder(directory: string): { readonly dataFolder?: string } {
  return directory === "" ? {} : { dataFolder: `${directory}\\data` };
}

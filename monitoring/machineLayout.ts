/** Where everything is when a system runs on machines: who is who, private addresses, ports, folders. */
import type { Directories, EdgeName, Instance, Layout } from "./hosts.ts";
import { edgeNames } from "./hosts.ts";
import type { Machine, MachineRole } from "./machines.ts";
import type { Component, System } from "./model.ts";

export interface MachineLayoutOptions {
  readonly machines: readonly Machine[];
  /** Name or address by which people reach the edge. */
  readonly edgeHost: string;
  /** Address that the edges share: whichever leads answers it. @default none */
  readonly sharedAddress?: string;
  /** `COMPONENT.PURPOSE` or `edge.NAME` to another port than {@link machinePorts} has. @default none */
  readonly ports?: Readonly<Record<string, number>>;
  readonly human: string;
  readonly grafana: boolean;
  /** Whether HAProxy lives in WSL2 of a Windows machine, as on a Linux one. @default false */
  readonly proxyInWsl?: boolean;
  /** Folder of Windows machines. @default `C:\Prometheus`, with `C:\Grafana` and `C:\HAProxy` beside it */
  readonly directory?: string;
}

/** One port of each purpose on every machine, so that any two components can share one: what people know them by. */
export const machinePorts: Readonly<Partial<Record<Component, Readonly<Record<string, number>>>>> = {
  prometheus: { http: 9090 },
  "thanos-sidecar": { http: 10902, grpc: 10901 },
  "thanos-query": { http: 10904, grpc: 10903 },
  "thanos-query-frontend": { http: 10913 },
  "thanos-store": { http: 10906, grpc: 10905 },
  "thanos-ruler": { http: 10910, grpc: 10911 },
  "thanos-compactor": { http: 10912 },
  alertmanager: { http: 9093, cluster: 9094 },
  pushgateway: { http: 9091 },
  "node-exporter": { http: 9100 },
  "windows-exporter": { http: 9182 },
  "blackbox-exporter": { http: 9115 },
  "redis-exporter": { http: 9121 },
  // Of Grafana the system's own is used.
  grafana: { http: 3000 },
  haproxy: { http: 8405, "internal-query": 8406 },
};

/** What people type. Above 1024, which an unprivileged account may bind. */
export const machineEdgePorts: Readonly<Record<EdgeName, number>> = {
  home: 8443,
  query: 8444,
  prometheus: 8445,
  alertmanager: 8446,
  pushgateway: 8447,
  grafana: 8448,
};

/** Where members of a component go. `each`: one on every machine of the kind, whatever number the system states. */
interface Place {
  readonly role?: MachineRole;
  readonly system?: Machine["system"];
  readonly each: boolean;
}

const members = (role: MachineRole): Place => ({ role, each: false });
const each = (role: MachineRole): Place => ({ role, each: true });

const places: Readonly<Partial<Record<Component, Place>>> = {
  prometheus: members("node"),
  "thanos-sidecar": members("node"),
  alertmanager: members("node"),
  pushgateway: members("node"),
  grafana: members("node"),
  // Each Prometheus asks through the one beside it, so that losing a machine leaves the other with data.
  "redis-exporter": each("node"),
  "blackbox-exporter": each("node"),
  "windows-exporter": { system: "windows", each: true },
  "node-exporter": { system: "linux", each: true },
  haproxy: each("edge"),
  "thanos-query": members("edge"),
  "thanos-query-frontend": members("edge"),
  "thanos-store": members("history"),
  "thanos-compactor": members("history"),
  // Two on one machine would fall together.
  "thanos-ruler": each("history"),
};

/**
 * The instances of a system on its machines. What belongs to a role that no machine has is left out (`history`), or is
 * on the nodes (`edge`).
 * @throws when a component has more members than there are machines for it, or a port that is named is not one.
 */
export function machineLayout(system: System, options: MachineLayoutOptions): Layout {
  const { machines, edgeHost, human, sharedAddress } = options;
  refuseUnknownPorts(options);
  const instances = system.components.flatMap(({ component, replicas }) =>
    component === "grafana" && !options.grafana ? [] : placed(system, component, replicas, options),
  );
  const proxies = instances.filter(({ component }) => component === "haproxy");
  const shared = sharedAddress === undefined ? [] : [sharedAddress];
  return {
    directories: directoriesOn(machines[0]?.system ?? "windows", "prometheus", "", options),
    instances,
    edge: Object.fromEntries(
      edgeNames
        .filter((name) => name !== "grafana" || options.grafana)
        .map((name) => [name, options.ports?.[`edge.${name}`] ?? machineEdgePorts[name]]),
    ),
    edgeAddress: sharedAddress ?? proxies[0]?.address ?? "127.0.0.1",
    edgeAddresses: Object.fromEntries(proxies.map(({ machine, address }) => [machine, [address, ...shared]])),
    edgeHost,
    users: { human, scrape: "scrape", reload: "reload" },
  };
}

function placed(
  system: System,
  component: Component,
  replicas: number,
  options: MachineLayoutOptions,
): Instance[] {
  const place = places[component];
  if (place === undefined) return [];
  const seats = seatsOf(place, options.machines);
  const count = place.each ? seats.length : replicas;
  if (seats.length === 0) return [];
  if (count > seats.length)
    throw new Error(
      `sizing.${component}.replicas: ${String(count)} members, but ${String(seats.length)} machines of role ` +
        `${place.role ?? "any"} to put them on; name more machines or ask for fewer members`,
    );
  return seats.slice(0, count).map(({ machine, address }, index) => {
    const name = count === 1 ? component : `${component}-${String(index + 1)}`;
    return {
      name,
      component,
      member: index + 1,
      address,
      ports: portsOf(system, component, options),
      machine: machine.name,
      directories: directoriesOn(machine.system, component, name, options),
    };
  });
}

interface Seat {
  readonly machine: Machine;
  readonly address: string;
}

/** One PC that stands for two has two addresses; what is on each machine once needs one of them. */
function seatsOf({ role, system, each: once }: Place, machines: readonly Machine[]): Seat[] {
  const all = machines.filter((machine) => system === undefined || machine.system === system);
  const own = role === undefined ? all : all.filter((machine) => machine.role === role);
  const chosen = role === "edge" && own.length === 0 ? edgeOfNodes(all) : own;
  return chosen.flatMap((machine) =>
    [machine.address, ...(once ? [] : (machine.moreAddresses ?? []))].map((address) => ({
      machine,
      address,
    })),
  );
}

function edgeOfNodes(machines: readonly Machine[]): Machine[] {
  return machines.filter(({ role }) => role === "node");
}

function portsOf(
  system: System,
  component: Component,
  { ports }: MachineLayoutOptions,
): Readonly<Record<string, number>> {
  const known =
    component === "grafana" ? { http: system.access.grafana.port } : (machinePorts[component] ?? {});
  return Object.fromEntries(
    Object.entries(known).map(([purpose, number]) => [purpose, ports?.[`${component}.${purpose}`] ?? number]),
  );
}

function refuseUnknownPorts({ ports = {} }: MachineLayoutOptions): void {
  const known = [
    ...Object.entries(machinePorts).flatMap(([component, purposes]) =>
      Object.keys(purposes).map((purpose) => `${component}.${purpose}`),
    ),
    ...edgeNames.map((name) => `edge.${name}`),
  ];
  const unknown = Object.keys(ports).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new Error(`machines.ports.${unknown}: no such port; expected one of ${known.join(", ")}`);
}

/** On Windows what belongs together lies together, as its own instructions have it; on Linux each service is alone. */
function directoriesOn(
  system: Machine["system"],
  component: Component,
  service: string,
  { directory, proxyInWsl = false }: MachineLayoutOptions,
): Directories {
  if (system === "linux" || (component === "haproxy" && proxyInWsl))
    return { root: `/var/lib/vigil/${service}`, separator: "/" };
  const base = directory ?? "C:\\Prometheus";
  const own = { grafana: "C:\\Grafana", haproxy: "C:\\HAProxy" } as const;
  const root =
    directory === undefined && (component === "grafana" || component === "haproxy") ? own[component] : base;
  return { root, separator: "\\", ...(service !== "" && { owner: service }) };
}

/** Ports and names of one layout: two instances, or an instance and the edge, cannot have the same. */
import type { Instance, Layout } from "../hosts.ts";
import type { System } from "../model.ts";
import type { Finding } from "./finding.ts";

interface Socket {
  readonly owner: string;
  readonly machine: string;
  readonly address: string;
  readonly port: number;
}

export function checkLayout(system: System, layout: Layout): Finding[] {
  const sockets = [...layout.instances.flatMap(socketsOf), ...edgeSockets(layout)];
  return [
    ...repeatedNames(layout.instances),
    ...sockets.filter(({ port }) => port < 1 || port > 65_535).map(outOfRange),
    ...clashes(sockets),
    ...watchedClashes(system, layout, sockets),
  ];
}

function socketsOf({ name, machine, address, ports }: Instance): Socket[] {
  return Object.entries(ports).map(([purpose, port]) => ({
    owner: `${name} (${purpose})`,
    machine,
    address,
    port,
  }));
}

/** The edge is where HAProxy is. */
function edgeSockets({ edge, edgeAddress, instances }: Layout): Socket[] {
  const proxies = instances.filter(({ component }) => component === "haproxy").map(({ machine }) => machine);
  const machines = proxies.length > 0 ? [...new Set(proxies)] : ["edge"];
  return machines.flatMap((machine) =>
    Object.entries(edge).map(([name, port]) => ({
      owner: `edge (${name})`,
      machine,
      address: edgeAddress,
      port,
    })),
  );
}

function repeatedNames(instances: readonly Instance[]): Finding[] {
  const names = instances.map(({ name }) => name);
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))].map((name) => ({
    key: `layout.${name}`,
    message: "two instances have this name",
    mend: "give each its own",
  }));
}

function clashes(sockets: readonly Socket[]): Finding[] {
  return sockets.flatMap((socket, index) => {
    const other = sockets.slice(0, index).find((earlier) => overlap(earlier, socket));
    if (other === undefined) return [];
    return [
      {
        key: `layout.${socket.owner}`,
        message: `port ${String(socket.port)} of ${socket.address} is taken by ${other.owner}`,
        mend: "run fewer replicas or give one of them another port",
      },
    ];
  });
}

function overlap(a: Socket, b: Socket): boolean {
  const everywhere = a.address === "0.0.0.0" || b.address === "0.0.0.0";
  return a.machine === b.machine && a.port === b.port && (everywhere || a.address === b.address);
}

/**
 * A watched process of the same machine has its port already: on one PC the trade engine owns 9003. Where a stand-in
 * takes its place nothing else listens there.
 */
function watchedClashes({ jobs }: System, { instances }: Layout, sockets: readonly Socket[]): Finding[] {
  if (new Set(instances.map(({ machine }) => machine)).size !== 1) return [];
  if (instances.some(({ standsFor }) => standsFor !== undefined)) return [];
  const local = jobs.flatMap(({ name, discovery }) =>
    (discovery.kind === "static" ? discovery.targets : [])
      .filter(({ address }) => /^(?:localhost|127\.\d+\.\d+\.\d+):\d+$/.test(address))
      .map(({ address }) => ({ name, address, port: Number(address.split(":")[1]) })),
  );
  return local.flatMap(({ name, address, port }) =>
    sockets
      .filter((socket) => socket.port === port)
      .map((socket) => ({
        key: `layout.${socket.owner}`,
        message: `port ${String(port)} belongs to ${address}, which job ${name} watches on this machine`,
        mend: "move the stack to other ports, such as by vigil:portBase",
      })),
  );
}

function outOfRange({ owner, port }: Socket): Finding {
  return {
    key: `layout.${owner}`,
    message: `${String(port)} is no port, expected 1 to 65535`,
    mend: "lower vigil:portBase or run fewer replicas",
  };
}

import type { EdgeName, Instance, Layout } from "./hosts.ts";
import type { Component, System } from "./model.ts";

export interface LocalLayoutOptions {
  /** Absolute path of the stack's folder. */
  readonly root: string;
  /** A loopback address. */
  readonly address: string;
  /** The stack uses ports from here on, 200 at most. */
  readonly portBase: number;
  /** Whether stand-ins for what the system watches run too. */
  readonly demo: boolean;
  /** Addresses of the targets that the stack's configuration added: they have no stand-in. @default none */
  readonly added?: readonly string[];
  /** Whether Grafana can be had on this machine. */
  readonly grafana: boolean;
  readonly human: string;
}

/** Ports of the edge, relative to the stack's first: what a person types. */
const edgeOffsets: Readonly<Record<EdgeName, number>> = {
  home: 0,
  query: 1,
  prometheus: 2,
  alertmanager: 3,
  pushgateway: 4,
  grafana: 5,
};

/** Ports of each component's first member, relative to the stack's first; the next members follow. */
const portOffsets: Readonly<Partial<Record<Component, Readonly<Record<string, number>>>>> = {
  prometheus: { http: 10 },
  "thanos-sidecar": { http: 20, grpc: 30 },
  "thanos-query": { http: 40, grpc: 45 },
  "thanos-query-frontend": { http: 50 },
  "thanos-store": { http: 60, grpc: 65 },
  "thanos-compactor": { http: 70 },
  "thanos-ruler": { http: 75, grpc: 80 },
  "thanos-receive": { http: 85, grpc: 90, "remote-write": 95 },
  alertmanager: { http: 100, cluster: 105 },
  pushgateway: { http: 110 },
  "node-exporter": { http: 115 },
  "blackbox-exporter": { http: 116 },
  "redis-exporter": { http: 117 },
  haproxy: { http: 118, "internal-query": 119 },
  grafana: { http: 120 },
  redis: { redis: 130 },
  demo: { http: 140 },
};

/** At most this many members of a component fit between the offsets above. */
const mostMembers = 5;

/**
 * Where everything is when all of a system runs on this machine: one loopback address, ports in one block.
 * @throws when a component has more members than the block has room for.
 */
export function localLayout(system: System, options: LocalLayoutOptions): Layout {
  const { address, portBase, root } = options;
  const place = (component: Component, member: number, name: string, standsFor?: string): Instance => ({
    name,
    component,
    member,
    ...(standsFor === undefined ? {} : { standsFor }),
    address,
    ports: portsOf(component, member, portBase),
    machine: "localhost",
  });
  const members = deployedComponents(system, options).flatMap(([component, replicas]) =>
    Array.from({ length: replicas }, (_, index) =>
      place(component, index + 1, replicas === 1 ? component : `${component}-${String(index + 1)}`),
    ),
  );
  const standIns = options.demo
    ? [
        ...redisNames(system, options.added).map((name, index) =>
          place("redis", index + 1, `redis-${String(index + 1)}`, name),
        ),
        ...demoNames(system, options.added).map((name, index) =>
          place("demo", index + 1, `demo-${name}`, name),
        ),
      ]
    : [];
  return {
    directories: { root, separator: "/" },
    instances: [...members, ...standIns],
    edge: Object.fromEntries(
      Object.entries(edgeOffsets)
        .filter(([name]) => name !== "grafana" || options.grafana)
        .map(([name, offset]) => [name, portBase + offset]),
    ),
    edgeAddress: address,
    edgeHost: address,
    users: { human: options.human, scrape: "scrape", reload: "reload" },
  };
}

/** The Redis instances that the system watches, by name. */
export function redisNames(system: System, added: readonly string[] = []): string[] {
  return watchedNames(system, added, (through) => through === "redis-exporter");
}

/** The processes with metrics of their own that the system watches, by name. */
export function demoNames(system: System, added: readonly string[] = []): string[] {
  return watchedNames(system, added, (through) => through === undefined);
}

function watchedNames(
  system: System,
  added: readonly string[],
  wanted: (through: string | undefined) => boolean,
): string[] {
  const names = system.jobs
    .filter((job) => wanted(job.through?.component))
    .flatMap((job) => (job.discovery.kind === "static" ? job.discovery.targets : []))
    .filter(({ address }) => !added.includes(address))
    .map((target) => target.labels["instance"] ?? target.address.replace(/:\d+$/, ""));
  return [...new Set(names)];
}

function deployedComponents(system: System, options: LocalLayoutOptions): [Component, number][] {
  const { mode } = system.longTerm;
  const absent = new Set<Component>([
    ...(options.grafana ? [] : (["grafana"] as const)),
    ...(options.demo ? [] : (["redis", "demo"] as const)),
    mode === "receive" ? "thanos-sidecar" : "thanos-receive",
    "windows-exporter",
    "postgres-exporter",
    "oauth2-proxy",
    "kube-state-metrics",
  ]);
  return (
    system.components
      .filter(({ component }) => !absent.has(component) && component !== "redis" && component !== "demo")
      // The replicas of a host exporter are the hosts, and here is one.
      .map(({ component, replicas }) => [component, component === "node-exporter" ? 1 : replicas])
  );
}

function portsOf(component: Component, member: number, base: number): Readonly<Record<string, number>> {
  const offsets = portOffsets[component];
  if (offsets === undefined) throw new Error(`${component} has no place on one machine`);
  if (member > mostMembers && component !== "demo" && component !== "redis")
    throw new Error(
      `sizing.${component}.replicas: ${String(member)} is too many for one machine; at most ${String(mostMembers)}`,
    );
  return Object.fromEntries(
    Object.entries(offsets).map(([purpose, offset]) => [purpose, base + offset + member - 1]),
  );
}

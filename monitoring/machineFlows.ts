/**
 * Who speaks to whom over the network between machines, once: firewall rules of machines and security groups of clouds
 * admit exactly these flows. What stays on a machine is none of theirs.
 */
import { pools } from "./haproxy/backends.ts";
import type { Instance, Layout } from "./hosts.ts";
import type { Machine, MachineFlow } from "./machines.ts";
import type { Component, System } from "./model.ts";
import { instancesOf, targetGroups } from "./targets.ts";

/** Source of what people open: the networks that the configuration names. */
export const people = "people";

/** Every flow between two machines, and from people to the edge; sorted and without doubles. */
export function machineFlows(system: System, layout: Layout): MachineFlow[] {
  const flows = [
    ...scrapes(system, layout),
    ...calls.flatMap(([from, to, purpose]) => between(layout, [from], instancesOf(layout, [to]), purpose)),
    ...between(
      layout,
      ["haproxy"],
      pools(layout).flatMap(({ servers }) => servers),
      "http",
    ),
    ...edge(layout),
  ];
  return withoutDoubles(flows.filter(({ from, to }) => from !== to));
}

/** What components ask of each other by themselves. Those that a layout lacks ask nobody. */
const calls: readonly (readonly [from: Component, to: Component, purpose: string])[] = [
  ["prometheus", "alertmanager", "http"],
  ["thanos-ruler", "alertmanager", "http"],
  // Encrypted gossip goes over TCP alone.
  ["alertmanager", "alertmanager", "cluster"],
  ["thanos-query", "thanos-sidecar", "grpc"],
  ["thanos-query", "thanos-store", "grpc"],
  ["thanos-query", "thanos-ruler", "grpc"],
  ["thanos-ruler", "thanos-query", "http"],
  ["thanos-sidecar", "prometheus", "http"],
  ["thanos-query-frontend", "haproxy", "internal-query"],
];

/** Each Prometheus asks the targets that the stack runs, directly or through an exporter. */
function scrapes(system: System, layout: Layout): MachineFlow[] {
  const targets = system.jobs.flatMap((job) => {
    if (job.through !== undefined) return instancesOf(layout, [job.through.component]);
    const addresses = targetGroups(job, layout).flatMap((group) => group.targets);
    return layout.instances.filter((instance) =>
      Object.values(instance.ports).some((port) => addresses.includes(`${instance.address}:${String(port)}`)),
    );
  });
  return between(layout, ["prometheus"], targets, "metrics", "http");
}

function between(
  layout: Layout,
  from: readonly Component[],
  to: readonly Instance[],
  ...purposes: readonly string[]
): MachineFlow[] {
  return instancesOf(layout, from).flatMap((source) =>
    to.flatMap((target) => {
      const port = purposes.map((purpose) => target.ports[purpose]).find((number) => number !== undefined);
      return port === undefined ? [] : [flow(source.machine, target, port)];
    }),
  );
}

/** People, and Grafana, which asks as they do. */
function edge(layout: Layout): MachineFlow[] {
  return instancesOf(layout, ["haproxy"]).flatMap((proxy) =>
    Object.entries(layout.edge).flatMap(([name, port]) => [
      flow(people, proxy, port),
      ...(name === "query"
        ? instancesOf(layout, ["grafana"]).map(({ machine }) => flow(machine, proxy, port))
        : []),
    ]),
  );
}

function flow(from: string, { machine, name, component }: Instance, port: number): MachineFlow {
  return { from, to: machine, port, protocol: "tcp", service: name, component };
}

function withoutDoubles(flows: readonly MachineFlow[]): MachineFlow[] {
  const keyed = new Map(
    flows.map((item) => [`${item.to} ${String(item.port).padStart(5, "0")} ${item.from}`, item]),
  );
  return [...keyed.keys()].sort().flatMap((key) => keyed.get(key) ?? []);
}

/** The ports on which people find the edge; none without machines for it. */
export function edgePorts(machines: readonly Machine[], flows: readonly MachineFlow[]): number[] {
  const edges = new Set(machines.filter(({ role }) => role === "edge").map(({ name }) => name));
  const ports = flows.filter(({ from, to }) => from === people && edges.has(to)).map(({ port }) => port);
  return [...new Set(ports)].sort((a, b) => a - b);
}

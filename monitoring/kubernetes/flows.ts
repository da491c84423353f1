/**
 * Who speaks to whom, once: network policies admit exactly these flows, and nothing else gets through.
 *
 * Not among them: DNS, which every pod may ask, and the kubelet's probes, which Kubernetes lets through from a pod's own node.
 */
import { planCapacity } from "../capacity.ts";
import type { System } from "../model.ts";
import { edgeRoutes } from "./edgeRoutes.ts";
import type { ClusterFacts, WorkloadPort } from "./model.ts";
import { scrapedPorts } from "./monitors.ts";
import { operators, type Endpoint } from "./operators.ts";
import type { Outside } from "./outside.ts";
import { outsideFlows } from "./outsideFlows.ts";
import { queryWorkload } from "./queryEndpoint.ts";
import { workloads } from "./workloads.ts";

/** A port by protocol; without a number, every port. */
export interface FlowPort {
  readonly protocol: WorkloadPort["protocol"];
  readonly number?: number;
}

/** One direction of speech: who opens the connection, to whom, where, and what for. Workloads are given by name. */
export interface Flow {
  readonly from: string | Outside;
  readonly to: string | Outside;
  readonly ports: readonly FlowPort[];
  readonly why: string;
}

/** Every kind of pod that policies are made for. */
export function endpoints(system: System): Endpoint[] {
  return [...workloads(system), ...operators];
}

/** Every flow of a system, between those of its workloads that it has. */
export function flows(system: System, facts: ClusterFacts): Flow[] {
  const known = new Map(endpoints(system).map((endpoint) => [endpoint.name, endpoint]));
  const here = (end: string | Outside): boolean => typeof end !== "string" || known.has(end);
  const within = [...withinStack, ...readers(system), ...published(system)]
    .filter(({ from, to }) => here(from) && here(to))
    .flatMap(({ from, to, port, why }): Flow[] => {
      // A port that this system's form of the workload does not have: the sidecar's, where samples are received.
      const found = known.get(to)?.ports[port];
      return found === undefined ? [] : [{ from, to, ports: [found].map(flowPort), why }];
    });
  const outer = outsideFlows(system, facts).filter(({ from, to }) => here(from) && here(to));
  return [...within, ...scrapes(system), ...outer];
}

function flowPort({ number, protocol }: WorkloadPort): FlowPort {
  return { number, protocol };
}

/** Prometheus reads what a job is about, and no other port. */
function scrapes(system: System): Flow[] {
  return scrapedPorts(system).map(({ workload, number }) => ({
    from: "prometheus",
    to: workload.name,
    ports: [{ number, protocol: "TCP" }],
    why: "scrapes its metrics",
  }));
}

interface Row {
  readonly from: string;
  readonly to: string;
  /** Name of the port in the table of workloads. */
  readonly port: string;
  readonly why: string;
}

const row = (from: string, to: string, port: string, why: string): Row => ({ from, to, port, why });

/** Flows between the stack's own workloads, of every system: those that a system does not have are left out. */
const withinStack: readonly Row[] = [
  row("prometheus", "alertmanager", "http", "sends alerts"),
  row("thanos-ruler", "alertmanager", "http", "sends alerts"),
  row("alertmanager", "alertmanager", "gossip", "tells its peers what it has sent"),
  row("alertmanager", "alertmanager", "gossip-udp", "tells its peers what it has sent"),

  row("prometheus", "thanos-receive", "remote-write", "writes its samples"),
  row("thanos-receive", "thanos-receive", "grpc", "passes samples on to the replicas that keep them"),

  row("thanos-query", "prometheus", "grpc", "asks the sidecars"),
  row("thanos-query", "thanos-receive", "grpc", "asks for what was received lately"),
  row("thanos-query", "thanos-store", "grpc", "asks for what is in the bucket"),
  row("thanos-query", "thanos-ruler", "grpc", "asks for what rules recorded"),
  row("thanos-query-frontend", "thanos-query", "http", "passes queries on"),
  row("thanos-store", "thanos-memcached", "memcached", "keeps indices and chunks"),
  row("thanos-ruler", "thanos-query", "http", "evaluates its rules"),

  row("haproxy-ingress", "oauth2-proxy", "http", "has people log in, and passes on who has"),
];

/** What is behind the edge: servers that know their visitors themselves right behind it, the others behind the proxy. */
function published(system: System): Row[] {
  return edgeRoutes(system).map(({ login, workload, about }) =>
    row(login === "own" ? "haproxy-ingress" : "oauth2-proxy", workload.name, "http", `publishes ${about}`),
  );
}

/** Who reads for others. */
function readers(system: System): Row[] {
  const whole = queryWorkload(system).name;
  // One Prometheus knows how many queries there are only while there are no shards.
  const load = planCapacity(system).shards === 1 ? "prometheus" : "thanos-query";
  return [
    row("grafana", whole, "http", "draws dashboards"),
    row("weekly-summary", whole, "http", "reads the week"),
    row("prometheus-adapter", load, "http", "reads how many queries there are"),
  ];
}

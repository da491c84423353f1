/** Where the stack's services are on a cluster: the Services of the table of workloads, for renderers that serve hosts too. */
import type { Instance, Layout } from "../hosts.ts";
import type { Component, System } from "../model.ts";
import { serviceHost } from "./edgeRoutes.ts";
import type { Workload } from "./model.ts";
import { operators, type Endpoint } from "./operators.ts";
import { workloads } from "./workloads.ts";

/** Components that are no workload of their own name, by the workload that runs them and its port of metrics. */
const within: Readonly<Partial<Record<Component, { readonly workload: string; readonly port: string }>>> = {
  "thanos-sidecar": { workload: "prometheus", port: "sidecar-http" },
  haproxy: { workload: "haproxy-ingress", port: "stat" },
};

/** Names of ports that serve metrics; a workload with several of them does so at the first. */
const portNames = ["metrics", "stat", "http", "https"];

/** The port at which a component, or an operator beside the stack, tells of itself. */
export interface MetricsPort {
  readonly workload: Endpoint;
  readonly number: number;
  /** Whether it is spoken to over TLS. */
  readonly tls: boolean;
  /** The name in its certificate; undefined without TLS. */
  readonly serverName: string | undefined;
}

/** Undefined where the system has no such workload. @throws when the workload has no port of metrics */
export function metricsPort(system: System, component: string): MetricsPort | undefined {
  const elsewhere = within[component as Component];
  const own = workloads(system).find(({ name }) => name === (elsewhere?.workload ?? component));
  const workload = own ?? operators.find(({ name }) => name === component);
  if (workload === undefined) return undefined;
  const port = (elsewhere === undefined ? portNames : [elsewhere.port])
    .map((name) => workload.ports[name])
    .find((found) => found !== undefined);
  if (port === undefined)
    throw new Error(
      `workload ${workload.name} has no port of metrics for ${component}, only ${Object.keys(workload.ports).join(", ")}; add it to the table of workloads`,
    );
  const tls = port.tls !== "none";
  return {
    workload,
    number: port.number,
    tls,
    serverName: tls && own !== undefined ? serviceHost(own) : undefined,
  };
}

/** One instance for each Service, by its name in the cluster: replicas are Kubernetes' to tell apart. */
export function clusterLayout(system: System): Layout {
  const components = system.components.map(({ component }) => component);
  return {
    directories: { root: "/", separator: "/" },
    instances: workloads(system).flatMap((workload): Instance[] => {
      const component = components.find((candidate) => candidate === workload.name);
      return component === undefined ? [] : [instance(workload, component)];
    }),
    edge: {},
    edgeAddress: "0.0.0.0",
    edgeHost: system.access.hostname,
    // Certificates and network policies say who may connect; nobody within the cluster has a password.
    users: { human: "", scrape: "", reload: "" },
  };
}

function instance(workload: Workload, component: Component): Instance {
  const ports = Object.entries(workload.ports).map(([name, { number }]) => [name, number]);
  return {
    name: workload.name,
    component,
    member: 1,
    address: serviceHost(workload),
    ports: Object.fromEntries(ports) as Record<string, number>,
    machine: "cluster",
  };
}

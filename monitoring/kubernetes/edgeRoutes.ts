/** What is published at the edge, and what never is: oauth2-proxy, the ingress, links and documentation derive from it. */
import type { System } from "../model.ts";
import type { ClusterFacts, Workload } from "./model.ts";
import { queryWorkload } from "./queryEndpoint.ts";
import { workloadOf, workloads } from "./workloads.ts";

/** A user interface with its API, behind one path of the public name. */
export interface EdgeRoute {
  /** Kebab-case, unique. */
  readonly name: string;
  /** What is there, in a few words. */
  readonly about: string;
  /** Begins and ends with a slash. */
  readonly path: string;
  /** Whether the server behind knows the path itself; it is cut off otherwise. */
  readonly keepsPath: boolean;
  readonly workload: Workload;
  /** Who asks visitors for their names: oauth2-proxy, or the server itself, right behind the ingress. */
  readonly login: "oauth2-proxy" | "own";
}

/**
 * Paths of every server behind the edge that nobody may reach from outside, in RE2's and PCRE's common syntax: shutting
 * down, reloading, deleting and snapshots, whatever writes samples, and profiles.
 *
 * @see https://prometheus.io/docs/operating/security/
 */
export const deniedPath = "(-/(quit|reload)|api/v1/(admin|write|receive|otlp)|debug)(/|$)";

/** Of an API, which answer 401 instead of a page to log in at. */
export const apiPath = "(api|federate|metrics)([/?]|$)";

/** The routes of a system, the longest paths first. Without a query frontend the query itself is at the top. */
export function edgeRoutes(system: System): EdgeRoute[] {
  const names = workloads(system).map(({ name }) => name);
  const route = (name: string, workload: string, path: string, about: string): EdgeRoute => ({
    name,
    about,
    path,
    keepsPath: path === "/",
    workload: workloadOf(system, workload),
    login: "oauth2-proxy",
  });
  const all = [
    route("alertmanager", "alertmanager", "/alertmanager/", "alerts, silences and their API"),
    route("prometheus", "prometheus", "/prometheus/", "one replica's own view, its targets and its rules"),
    route("query", queryWorkload(system).name, "/", "the API of Prometheus over every replica, deduplicated"),
  ];
  if (!names.includes("grafana")) return all;
  const grafana: EdgeRoute = {
    ...route("grafana", "grafana", "/grafana/", "dashboards"),
    // `serve_from_sub_path` of Grafana.
    keepsPath: true,
    login: system.access.people === "grafana-oauth" ? "own" : "oauth2-proxy",
  };
  return [grafana, ...all];
}

/** An expression of paths that begin with `rest` behind one of the routes, however many slashes are between. */
export function beneath(routes: readonly EdgeRoute[], rest: string): string {
  const names = routes.map(({ path }) => path.slice(1, -1)).filter((path) => path !== "");
  return `^/+((${names.join("|")})/+)?${rest}`;
}

/** Where a route's users find it: `https://HOST/prometheus/`. @throws when there is no route of that name */
export function edgeUrl(system: System, facts: ClusterFacts, name: string): string {
  const route = edgeRoutes(system).find((candidate) => candidate.name === name);
  if (route === undefined)
    throw new Error(`edge of ${system.name} has no route "${name}"; see edgeRoutes for those it has`);
  return `https://${facts.hostname}${route.path}`;
}

/** The name that a workload's certificate has and its clients verify: `prometheus.monitoring.svc`. */
export function serviceHost({ name, namespace, services: [service] }: Workload): string {
  if (service === undefined) throw new Error(`workload ${name} has no Service, so nothing can be sent to it`);
  return `${service}.${namespace}.svc`;
}

/** Where a workload's interface answers within the cluster, by the scheme of its port: `https://prometheus.monitoring.svc:9090`. */
export function httpOrigin(workload: Workload): string {
  const scheme = workload.ports["http"]?.tls === "none" ? "http" : "https";
  return `${scheme}://${serviceHost(workload)}:${String(httpPort(workload))}`;
}

/** Port of a workload's interface, on its pods and on its Service. */
export function httpPort({ name, ports }: Workload): number {
  const port = ports["http"];
  if (port === undefined)
    throw new Error(`workload ${name} has no port "http", so the edge cannot publish it`);
  return port.number;
}

/**
 * What Prometheus scrapes by objects of its operator, one a job: the stack itself, its nodes, and the applications that
 * name a Service or their pods. Everything else is in `prometheusStack/scrapeJobs.ts`.
 *
 * @see https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PodMonitor
 */
import type { Labels, Relabel, ScrapeJob, System } from "../model.ts";
import { jobLimits, timeoutOf } from "../scrapeConfig.ts";
import { prometheusSize } from "../units.ts";
import { metricsPort, type MetricsPort } from "./layout.ts";
import type { ClusterFacts, KubernetesObject, Part } from "./model.ts";
import { ownObject } from "./names.ts";

export { jobsLeftOut, type JobLeftOut } from "./prometheusStack/scrapeJobs.ts";

/** Name of the scrape class that shows the stack's certificate and trusts its authority. */
export const stackClass = "stack";

/** Monitors of a system; a job whose workload it does not have has none. */
export function monitorObjects(system: System, _facts: ClusterFacts): Part {
  return {
    name: "monitors",
    about: "Who is scraped, one object for each job.",
    after: ["prometheus-stack"],
    objects: system.jobs.flatMap((job) => monitorsOf(system, job)),
  };
}

function monitorsOf(system: System, job: ScrapeJob): KubernetesObject[] {
  const { discovery } = job;
  return discovery.kind === "monitor"
    ? [applicationMonitor(system, job, discovery)]
    : ofComponents(system, job, podsOfJob(job));
}

/** Pods of the stack itself and of its operators that a job is about, by the names of components and workloads. */
function podsOfJob({ discovery }: ScrapeJob): readonly string[] {
  switch (discovery.kind) {
    case "stack":
      return discovery.components;
    case "workload":
      return [discovery.name];
    case "hosts":
      return [discovery.component];
    case "pushgateway":
      return ["pushgateway"];
    default:
      return [];
  }
}

/**
 * Where Prometheus reads metrics of the stack and its operators for the system's jobs, exporters that are asked about
 * something else included. A port that no job is about is none of them.
 */
export function scrapedPorts(system: System): MetricsPort[] {
  const names = system.jobs.flatMap((job) => [
    ...podsOfJob(job),
    ...[job.through?.component, job.exporterOf?.component].filter((name) => name !== undefined),
  ]);
  return [...new Set(names)].flatMap((name) => metricsPort(system, name) ?? []);
}

function ofComponents(system: System, job: ScrapeJob, components: readonly string[]): KubernetesObject[] {
  return components.flatMap((component) => {
    const port = metricsPort(system, component);
    if (port === undefined) return [];
    const name = components.length === 1 ? job.name : `${job.name}-${component}`;
    return [podMonitor(system, { ...job, name }, port, component)];
  });
}

/** Pods by the table's own labels and port: right whatever a chart calls its Services and ports. */
function podMonitor(
  system: System,
  job: ScrapeJob,
  { workload, number, tls, serverName }: MetricsPort,
  component: string = job.name,
): KubernetesObject {
  const host = job.discovery.kind === "hosts";
  return monitor(system, job, "PodMonitor", [workload.namespace], workload.selector, {
    podMetricsEndpoints: [
      {
        portNumber: number,
        ...endpoint(system, job, [
          { sourceLabels: [host ? nodeName : podName], targetLabel: "instance" },
          { targetLabel: "service", replacement: host ? "host" : component },
          // What tells of other objects has their nodes as labels, and would be given its own for those that have none.
          ...(job.honorLabels === true ? [] : [{ sourceLabels: [nodeName], targetLabel: "node" }]),
        ]),
        scheme: tls ? "https" : "http",
        ...(tls ? { tlsConfig: { serverName } } : {}),
      },
    ],
    ...(tls ? { scrapeClass: stackClass } : {}),
  });
}

const podName = "__meta_kubernetes_pod_name";
const nodeName = "__meta_kubernetes_pod_node_name";

type ByMonitor = Extract<ScrapeJob["discovery"], { kind: "monitor" }>;

function applicationMonitor(system: System, job: ScrapeJob, discovery: ByMonitor): KubernetesObject {
  const { object, namespaces, selector, port } = discovery;
  const service =
    object === "ServiceMonitor"
      ? "__meta_kubernetes_service_name"
      : "__meta_kubernetes_pod_label_app_kubernetes_io_name";
  const own = job.credentials?.kind === "stack" ? ownServer(system, job) : undefined;
  const common = {
    port,
    ...endpoint(system, job, [{ sourceLabels: [service], targetLabel: "service" }]),
    scheme: job.scheme ?? "http",
    ...(own === undefined ? {} : { tlsConfig: { serverName: own } }),
  };
  return monitor(system, job, object, namespaces, selector, {
    [object === "ServiceMonitor" ? "endpoints" : "podMetricsEndpoints"]: [common],
    ...(own === undefined ? {} : { scrapeClass: stackClass }),
  });
}

/** The name in the certificate of the exporter that stands for what the job watches. */
function ownServer(system: System, { name, exporterOf }: ScrapeJob): string {
  const serverName = metricsPort(system, exporterOf?.component ?? name)?.serverName;
  if (serverName === undefined)
    throw new Error(
      `job "${name}": has credentials of the stack, but watches no workload of it; say exporterOf, or other credentials`,
    );
  return serverName;
}

function monitor(
  system: System,
  job: ScrapeJob,
  kind: "ServiceMonitor" | "PodMonitor",
  namespaces: readonly string[],
  selector: Labels,
  spec: Record<string, unknown>,
): KubernetesObject {
  const limits = jobLimits(job);
  return ownObject({
    apiVersion: "monitoring.coreos.com/v1",
    kind,
    metadata: { name: job.name, namespace: system.namespace },
    spec: {
      namespaceSelector: { matchNames: [...namespaces] },
      selector: { matchLabels: selector },
      sampleLimit: limits.samples,
      labelLimit: limits.labels,
      labelNameLengthLimit: 256,
      labelValueLengthLimit: 2_048,
      bodySizeLimit: prometheusSize(limits.body),
      ...spec,
    },
  });
}

function endpoint(system: System, job: ScrapeJob, own: readonly Relabel[]): Record<string, unknown> {
  const named: Relabel = { targetLabel: "job", replacement: job.name };
  return {
    path: job.path ?? "/metrics",
    interval: job.interval ?? system.scrape.interval,
    scrapeTimeout: timeoutOf(system, job),
    honorLabels: job.honorLabels ?? job.discovery.kind === "pushgateway",
    ...(job.params === undefined ? {} : { params: job.params }),
    // Alerts name jobs; the operator would call them after the object.
    relabelings: [named, ...own, ...(job.relabel ?? [])],
    ...(job.metricRelabel === undefined ? {} : { metricRelabelings: job.metricRelabel }),
  };
}

/**
 * Targets that a cloud's or Kubernetes' API names: the discovery blocks, and the relabelling that turns what the API
 * says into addresses and labels.
 *
 * @see https://prometheus.io/docs/prometheus/latest/configuration/configuration/#kubernetes_sd_config
 * @see https://prometheus.io/docs/prometheus/latest/configuration/configuration/#azure_sd_config
 */
import type { Discovery, Labels, Relabel, ScrapeJob } from "./model.ts";

type Kubernetes = Extract<Discovery, { kind: "kubernetes" }>;
type Monitor = Extract<Discovery, { kind: "monitor" }>;
type Azure = Extract<Discovery, { kind: "azure" }>;

/**
 * The `*_sd_configs` of a job that is discovered by API; nothing for the kinds that are listed in `targets.yml`.
 * @throws when Azure is asked and no subscription is given.
 */
export function discoveryOf(job: ScrapeJob, azureSubscription: string | undefined): Record<string, unknown> {
  const discovery = job.discovery;
  switch (discovery.kind) {
    case "kubernetes":
      return { kubernetes_sd_configs: [kubernetesDiscovery(discovery)] };
    case "monitor":
      return { kubernetes_sd_configs: [monitorDiscovery(discovery)] };
    case "azure":
      return { azure_sd_configs: [azureDiscovery(discovery, subscriptionFor(job, azureSubscription))] };
    default:
      return {};
  }
}

/** The relabelling that the kind of discovery always needs, before the job's own. */
export function discoveryRelabel(discovery: Discovery): Relabel[] {
  switch (discovery.kind) {
    case "kubernetes":
      return kubernetesRelabel(discovery);
    case "monitor":
      return monitorRelabel(discovery);
    case "azure":
      return azureRelabel;
    default:
      return [];
  }
}

/** `match[]` of a federation job. */
export function federationParams(job: ScrapeJob): Record<string, readonly string[]> {
  return job.discovery.kind === "federate" ? { "match[]": job.discovery.match } : {};
}

function kubernetesDiscovery(discovery: Kubernetes): Record<string, unknown> {
  return {
    role: discovery.role,
    namespaces: namespaces(discovery.namespaces),
    selectors: selectors(discovery.role, discovery.selector),
  };
}

/** What the operator would watch, found without it: a ServiceMonitor's endpoints, a PodMonitor's pods. */
function monitorDiscovery(discovery: Monitor): Record<string, unknown> {
  const role = discovery.object === "ServiceMonitor" ? "endpointslice" : "pod";
  return {
    role,
    namespaces: namespaces(discovery.namespaces),
    selectors: selectors(role, discovery.selector),
  };
}

/** Credentials come from the workload's identity (`SDK`: environment, workload identity, managed identity): no secret. */
function azureDiscovery(discovery: Azure, subscription: string): Record<string, unknown> {
  return {
    authentication_method: "SDK",
    port: discovery.port,
    refresh_interval: discovery.refresh,
    resource_group: discovery.resourceGroup,
    subscription_id: subscription,
  };
}

/** Prometheus expands variables in external labels only, so that the id must be known when this is rendered. */
function subscriptionFor(job: ScrapeJob, subscription: string | undefined): string {
  if (subscription === undefined)
    throw new Error(
      `job "${job.name}": discovers Azure machines, but no subscription is known; give its id to the platform`,
    );
  return subscription;
}

function namespaces(names: readonly string[] | undefined): Record<string, unknown> | undefined {
  return names === undefined || names.length === 0 ? undefined : { names };
}

/** The API server filters, so that Prometheus does not hold objects that it would drop. */
function selectors(role: string, labels: Labels | undefined): Record<string, unknown>[] | undefined {
  if (labels === undefined || Object.keys(labels).length === 0) return undefined;
  const label = Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join(",");
  return [{ role, label }];
}

function kubernetesRelabel(discovery: Kubernetes): Relabel[] {
  switch (discovery.role) {
    case "pod":
      return annotatedPods;
    case "node":
      return [
        { action: "labelmap", regex: "__meta_kubernetes_node_label_(.+)" },
        { sourceLabels: ["__meta_kubernetes_node_name"], targetLabel: "instance" },
      ];
    case "endpoints":
    case "endpointslice":
      return [
        { sourceLabels: ["__meta_kubernetes_namespace"], targetLabel: "namespace" },
        { sourceLabels: ["__meta_kubernetes_service_name"], targetLabel: "service" },
        { sourceLabels: ["__meta_kubernetes_pod_name"], targetLabel: "pod" },
      ];
    case "service":
      return [
        { sourceLabels: ["__meta_kubernetes_namespace"], targetLabel: "namespace" },
        { sourceLabels: ["__meta_kubernetes_service_name"], targetLabel: "service" },
      ];
    case "ingress":
      return [
        { sourceLabels: ["__meta_kubernetes_namespace"], targetLabel: "namespace" },
        { sourceLabels: ["__meta_kubernetes_ingress_name"], targetLabel: "ingress" },
      ];
  }
}

/** Pods opt in by `prometheus.io/scrape: "true"` and may name path and port. */
const annotatedPods: Relabel[] = [
  { action: "keep", sourceLabels: ["__meta_kubernetes_pod_annotation_prometheus_io_scrape"], regex: "true" },
  // A finished pod keeps its address for a while: it is not down, it is done.
  {
    action: "drop",
    sourceLabels: ["__meta_kubernetes_pod_phase"],
    regex: "Pending|Succeeded|Failed|Completed",
  },
  {
    sourceLabels: ["__meta_kubernetes_pod_annotation_prometheus_io_path"],
    regex: "(.+)",
    targetLabel: "__metrics_path__",
  },
  {
    sourceLabels: ["__address__", "__meta_kubernetes_pod_annotation_prometheus_io_port"],
    regex: "(\\[[^\\]]+\\]|[^:]+)(?::\\d+)?;(\\d+)",
    targetLabel: "__address__",
    replacement: "$1:$2",
  },
  { sourceLabels: ["__meta_kubernetes_namespace"], targetLabel: "namespace" },
  { sourceLabels: ["__meta_kubernetes_pod_name"], targetLabel: "pod" },
  { sourceLabels: ["__meta_kubernetes_pod_node_name"], targetLabel: "node" },
  { sourceLabels: ["__meta_kubernetes_pod_label_app_kubernetes_io_name"], targetLabel: "service" },
];

function monitorRelabel(discovery: Monitor): Relabel[] {
  const ofService = discovery.object === "ServiceMonitor";
  const portName = ofService
    ? "__meta_kubernetes_endpointslice_port_name"
    : "__meta_kubernetes_pod_container_port_name";
  return [
    { action: "keep", sourceLabels: [portName], regex: discovery.port },
    { action: "drop", sourceLabels: ["__meta_kubernetes_pod_phase"], regex: "Succeeded|Failed" },
    { sourceLabels: ["__meta_kubernetes_namespace"], targetLabel: "namespace" },
    { sourceLabels: ["__meta_kubernetes_pod_name"], targetLabel: "pod" },
    ...(ofService
      ? [{ sourceLabels: ["__meta_kubernetes_service_name"], targetLabel: "service" }]
      : [{ sourceLabels: ["__meta_kubernetes_pod_label_app_kubernetes_io_name"], targetLabel: "service" }]),
  ];
}

/** Where the machine is and what it is for, from its own record and its tags. */
const azureRelabel: Relabel[] = [
  { sourceLabels: ["__meta_azure_machine_name"], targetLabel: "instance" },
  { sourceLabels: ["__meta_azure_machine_location"], targetLabel: "location" },
  { sourceLabels: ["__meta_azure_machine_resource_group"], targetLabel: "resource_group" },
  { sourceLabels: ["__meta_azure_machine_tag_environment"], targetLabel: "environment" },
];

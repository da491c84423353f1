/**
 * Series as a system's jobs give them on a cluster: what servers expose, under the labels that the rendered jobs and
 * monitors make of what discovery finds.
 */
import { parse } from "yaml";
import { monitorObjects } from "../../monitoring/kubernetes/monitors.ts";
import type { KubernetesObject } from "../../monitoring/kubernetes/model.ts";
import { scrapeJobObjects } from "../../monitoring/kubernetes/prometheusStack/scrapeJobs.ts";
import type { Labels } from "../../monitoring/model.ts";
import { selectors } from "../../monitoring/promql.ts";
import type { Example } from "./clusterFacts.ts";
import { exposedBy } from "./exposedMetrics.ts";
import type { Series } from "./ruleTests.ts";

/** Two targets of each job. */
const members = ["0", "1"];

/** One job as Prometheus is given it. */
interface Job {
  readonly name: string;
  readonly honors: boolean;
  readonly relabel: readonly Step[];
  readonly metricRelabel: readonly Step[];
  /** What discovery knows of its targets. */
  readonly discovered: readonly Labels[];
}

export interface Scraped {
  /** A sample each time, so many times. */
  readonly series: Series;
  /** Exposed labels that a target's own hide: `kong: service`. */
  readonly hidden: readonly string[];
}

/** @param samples of each series; the first targets of jobs `down` do not answer */
export function scrapedSeries({ system, facts }: Example, samples: number, down: readonly string[]): Scraped {
  const series: Record<string, string> = {};
  const hidden = new Set<string>();
  const monitors = monitorObjects(system, facts).objects.map(monitored);
  for (const job of [...monitors, ...additional(scrapeJobObjects(system, facts))])
    for (const [index, discovered] of job.discovered.entries()) {
      const target = relabelled({ job: job.name, ...discovered }, job.relabel);
      if (target === undefined) continue;
      const labels = withoutMeta({ ...target, instance: target["instance"] ?? target["__address__"] ?? "" });
      const answers = down.includes(job.name) && index === 0 ? 0 : 1;
      const own: readonly Exposed[] = [
        { name: "up", labels: {}, values: `${String(answers)}x${String(samples)}` },
        ...["scrape_duration_seconds", "scrape_samples_post_metric_relabeling"].map((name) => ({
          name,
          labels: {},
          values: `1x${String(samples)}`,
        })),
      ];
      for (const one of [...own, ...(answers === 0 ? [] : exposed(job.name, samples))]) {
        const both = Object.keys(one.labels).filter((label) => label in labels);
        if (!job.honors) for (const label of both) hidden.add(`${job.name}: ${label}`);
        const renamed = Object.fromEntries(
          Object.entries(one.labels).map(([label, value]) => [
            !job.honors && both.includes(label) ? `exported_${label}` : label,
            value,
          ]),
        );
        const kept = relabelled({ __name__: one.name, ...labels, ...renamed }, job.metricRelabel);
        if (kept !== undefined) series[seriesName(one.name, withoutMeta(kept))] = one.values;
      }
    }
  return { series, hidden: [...hidden].sort() };
}

interface Monitor {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly namespaceSelector: { readonly matchNames: readonly string[] };
    readonly selector: { readonly matchLabels: Labels };
    readonly endpoints?: readonly Endpoint[];
    readonly podMetricsEndpoints?: readonly Endpoint[];
  };
}

interface Endpoint {
  readonly port?: string;
  readonly portNumber?: number;
  readonly honorLabels: boolean;
  readonly relabelings: readonly Step[];
  readonly metricRelabelings?: readonly Step[];
}

/**
 * The operator's own labels come before those of the monitor.
 *
 * @see https://github.com/prometheus-operator/prometheus-operator/blob/main/pkg/prometheus/promcfg.go
 */
function monitored(object: KubernetesObject): Job {
  const { kind, metadata, spec } = object as unknown as Monitor;
  const [endpoint] = spec.endpoints ?? spec.podMetricsEndpoints ?? [];
  if (endpoint === undefined) throw new Error(`${metadata.name} has no endpoint`);
  const [namespace = ""] = spec.namespaceSelector.matchNames;
  const first = endpoint.relabelings.find(({ targetLabel }) => targetLabel === "job");
  const name = first?.replacement ?? metadata.name;
  return {
    name,
    honors: endpoint.honorLabels,
    relabel: endpoint.relabelings,
    metricRelabel: endpoint.metricRelabelings ?? [],
    discovered: pods(name, namespace, spec.selector.matchLabels).map((pod) => ({
      ...pod,
      namespace,
      container: name,
      pod: pod["__meta_kubernetes_pod_name"] ?? "",
      endpoint: endpoint.port ?? String(endpoint.portNumber),
      ...(kind === "ServiceMonitor" && { service: name, __meta_kubernetes_service_name: name }),
    })),
  };
}

interface ScrapeConfig {
  readonly job_name: string;
  readonly honor_labels: boolean;
  readonly relabel_configs: readonly SnakeStep[];
  readonly metric_relabel_configs?: readonly SnakeStep[];
  readonly kubernetes_sd_configs?: readonly { readonly role: string }[];
  readonly azure_sd_configs?: readonly { readonly port: number; readonly resource_group: string }[];
}

function additional(objects: readonly KubernetesObject[]): Job[] {
  const text = (kind: string): string => {
    const { stringData, data } = (objects.find((one) => one.kind === kind) ?? {}) as Record<
      string,
      Labels | undefined
    >;
    return Object.values(stringData ?? data ?? {})[0] ?? "[]";
  };
  const listed = (parse(text("ConfigMap")) ?? []) as { labels: Labels; targets: string[] }[];
  return (parse(text("Secret")) as ScrapeConfig[]).map((config) => ({
    name: config.job_name,
    honors: config.honor_labels,
    relabel: config.relabel_configs.map(camel),
    metricRelabel: (config.metric_relabel_configs ?? []).map(camel),
    discovered: discoveredBy(config, listed),
  }));
}

function discoveredBy(
  { kubernetes_sd_configs: kubernetes, azure_sd_configs: azure }: ScrapeConfig,
  listed: readonly { readonly labels: Labels; readonly targets: readonly string[] }[],
): Labels[] {
  if (azure !== undefined)
    return members.map((member) => ({
      __address__: `10.1.0.${member}:${String(azure[0]?.port)}`,
      __meta_azure_machine_name: `vm-${member}`,
      __meta_azure_machine_location: "eastus",
      __meta_azure_machine_resource_group: azure[0]?.resource_group ?? "",
      __meta_azure_machine_tag_environment: "production",
    }));
  switch (kubernetes?.[0]?.role) {
    case undefined:
      return listed.flatMap(({ labels, targets }) =>
        targets.map((address) => ({ ...labels, __address__: address })),
      );
    case "node":
      return members.map((member) => ({
        __address__: `10.2.0.${member}:10250`,
        __meta_kubernetes_node_name: `node-${member}`,
        __meta_kubernetes_node_label_kubernetes_io_os: "linux",
      }));
    case "pod":
      return pods("web", "oversight", { "app.kubernetes.io/name": "web" });
    default:
      return members.map((member) => ({
        __address__: `10.3.0.${member}:443`,
        __meta_kubernetes_namespace: "default",
        __meta_kubernetes_service_name: "kubernetes",
        __meta_kubernetes_endpointslice_port_name: "https",
      }));
  }
}

function pods(name: string, namespace: string, labels: Labels): Labels[] {
  return members.map((member) => ({
    __address__: `10.4.0.${member}:9090`,
    __meta_kubernetes_namespace: namespace,
    __meta_kubernetes_pod_name: `${name}-${member}`,
    __meta_kubernetes_pod_node_name: `node-${member}`,
    __meta_kubernetes_pod_phase: "Running",
    __meta_kubernetes_pod_annotation_prometheus_io_scrape: "true",
    ...Object.fromEntries(
      Object.entries(labels).map(([label, value]) => [
        `__meta_kubernetes_pod_label_${label.replaceAll(/\W/g, "_")}`,
        value,
      ]),
    ),
  }));
}

interface Step {
  readonly action?: string;
  readonly sourceLabels?: readonly string[];
  readonly separator?: string;
  readonly regex?: string;
  readonly targetLabel?: string;
  readonly replacement?: string;
}

interface SnakeStep extends Pick<Step, "action" | "separator" | "regex" | "replacement"> {
  readonly source_labels?: readonly string[];
  readonly target_label?: string;
}

function camel({
  source_labels: sourceLabels = [],
  target_label: targetLabel = "",
  ...rest
}: SnakeStep): Step {
  return { ...rest, sourceLabels, targetLabel };
}

/** As Prometheus relabels; undefined where the target or the series is dropped. */
function relabelled(labels: Labels, steps: readonly Step[]): Labels | undefined {
  let now: Record<string, string> = { ...labels };
  for (const { action = "replace", sourceLabels = [], separator = ";", ...step } of steps) {
    const pattern = new RegExp(`^(?:${step.regex ?? "(.*)"})$`, "s");
    const value = sourceLabels.map((label) => now[label] ?? "").join(separator);
    switch (action) {
      case "keep":
        if (!pattern.test(value)) return undefined;
        break;
      case "drop":
        if (pattern.test(value)) return undefined;
        break;
      case "labelkeep":
        now = Object.fromEntries(Object.entries(now).filter(([label]) => pattern.test(label)));
        break;
      case "labelmap":
        for (const [label, own] of Object.entries(now))
          if (pattern.test(label)) now[label.replace(pattern, step.replacement ?? "$1")] = own;
        break;
      case "replace":
        if (pattern.test(value))
          now[step.targetLabel ?? ""] = value.replace(pattern, step.replacement ?? "$1");
        break;
      default:
        throw new Error(`no step of the systems' jobs is a ${action}`);
    }
  }
  return now;
}

function withoutMeta(labels: Labels): Labels {
  return Object.fromEntries(
    Object.entries(labels).filter(([label, value]) => !label.startsWith("__") && value !== ""),
  );
}

interface Exposed {
  readonly name: string;
  readonly labels: Labels;
  readonly values: string;
}

/** Lines of `name{label="value"} 5`, or of `name +` for a counter that grows. */
function exposed(job: string, samples: number): Exposed[] {
  return exposedBy(job).map((line) => {
    const [, series = "", value = ""] = /^(.+) (\S+)$/.exec(line) ?? [];
    const [selector] = selectors(series);
    if (selector?.metric === undefined) throw new Error(`no exposition of a metric: ${line}`);
    return {
      name: selector.metric,
      labels: Object.fromEntries(selector.matchers.map(({ label, value: own }) => [label, own])),
      values: value === "+" ? `0+60x${String(samples)}` : `${value}x${String(samples)}`,
    };
  });
}

function seriesName(metric: string, labels: Labels): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return `${metric}{${pairs.join(", ")}}`;
}

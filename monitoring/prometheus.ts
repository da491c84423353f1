/**
 * Prometheus' configuration file and arguments.
 *
 * @see https://prometheus.io/docs/prometheus/latest/configuration/configuration/
 */
import type { Layout } from "./hosts.ts";
import type { Duration, RemoteWrite, System } from "./model.ts";
import { scrapeConfigs, stackTls, type ScrapeOptions } from "./scrapeConfig.ts";
import { addressOf, instancesOf } from "./targets.ts";
import { bytes, prometheusSize } from "./units.ts";
import { toYaml } from "./yaml.ts";

/** The files and the place of one Prometheus of a pair. Paths are absolute. */
export interface PrometheusConfigOptions extends ScrapeOptions {
  readonly rulesFile: string;
  /** The Alertmanagers want it as well. */
  readonly scrapePasswordFile: string;
}

/** Text of `prometheus.yml`. @throws when an exporter or a port that a job needs is missing from the layout. */
export function renderPrometheusConfig(
  system: System,
  layout: Layout,
  options: PrometheusConfigOptions,
): string {
  return toYaml({
    global: {
      scrape_interval: system.scrape.interval,
      scrape_timeout: system.scrape.timeout,
      evaluation_interval: system.scrape.evaluation,
      external_labels: { ...system.externalLabels, [system.replicaLabel]: replicaName(options.member) },
      // Adds scrape_sample_limit and its kin, by which a job that nears its limits is seen before it is cut off.
      extra_scrape_metrics: true,
      // Names stay plain: a target that could send others is asked to escape them, and never refused for it.
      metric_name_escaping_scheme: "underscores",
    },
    alerting: alerting(system, layout, options),
    rule_files: [options.rulesFile],
    scrape_configs: scrapeConfigs(system, layout, options),
    remote_write: remoteWrites(system, layout, options),
  });
}

/** Value of the replica label of a member: `prometheus-1`. */
export function replicaName(member: number): string {
  return `prometheus-${member.toString()}`;
}

/**
 * Every Alertmanager is told, never a load balancer: they agree among themselves who notifies. Without the replica label
 * the alerts of a pair are one alert.
 */
function alerting(
  system: System,
  layout: Layout,
  options: PrometheusConfigOptions,
): Record<string, unknown> | undefined {
  const targets = instancesOf(layout, ["alertmanager"]).map((instance) => addressOf(instance, "http"));
  if (targets.length === 0) return undefined;
  return {
    alert_relabel_configs: [{ action: "labeldrop", regex: system.replicaLabel }],
    alertmanagers: [
      {
        api_version: "v2",
        scheme: "https",
        timeout: "5s",
        basic_auth: { username: layout.users.scrape, password_file: options.scrapePasswordFile },
        tls_config: { ca_file: options.certificateAuthorityFile, min_version: "TLS12" },
        static_configs: [{ targets }],
      },
    ],
  };
}

/** One entry: Receive instances share a hashring and replicate, so that writing to one of them is writing to all. */
function remoteWrites(
  system: System,
  layout: Layout,
  options: PrometheusConfigOptions,
): unknown[] | undefined {
  const remote = system.longTerm.remoteWrite;
  if (remote === undefined) return undefined;
  return [
    {
      name: "thanos-receive",
      url: remote.url ?? receiveUrl(layout, options.member),
      remote_timeout: "30s",
      send_exemplars: false,
      queue_config: queueConfig(remote.queue),
      // Receive knows no passwords: the certificate is what lets a writer in.
      tls_config: stackTls(options),
    },
  ];
}

function receiveUrl(layout: Layout, member: number): string {
  const receivers = instancesOf(layout, ["thanos-receive"]);
  const chosen = receivers[(member - 1) % Math.max(receivers.length, 1)];
  if (chosen === undefined)
    throw new Error(
      "longTerm.remoteWrite: no url is given and the layout has no thanos-receive; add an instance or name a url",
    );
  return `https://${addressOf(chosen, "remote-write")}/api/v1/receive`;
}

function queueConfig(queue: RemoteWrite["queue"]): Record<string, unknown> {
  return {
    capacity: queue.capacity,
    min_shards: queue.minShards,
    max_shards: queue.maxShards,
    max_samples_per_send: queue.maxSamplesPerSend,
    batch_send_deadline: queue.batchSendDeadline,
    min_backoff: queue.minBackoff,
    max_backoff: queue.maxBackoff,
    retry_on_http_429: true,
  };
}

/** Settings of one process. Paths are absolute. */
export interface PrometheusArgumentOptions {
  readonly configFile: string;
  readonly webConfigFile: string;
  readonly dataDirectory: string;
  /** `address:port`. */
  readonly listen: string;
  /** Where people reach it, for links in alerts. */
  readonly externalUrl: string;
  /** `sidecar`: blocks are uploaded, so Prometheus must not merge them. `receive`: samples leave by remote write. */
  readonly mode: "sidecar" | "receive";
  /** Length of a block that is uploaded. @default "2h" with a sidecar, Prometheus' own otherwise */
  readonly blockDuration?: Duration;
  /** How often a firing alert is sent again, so that a restarted Alertmanager learns of it. @default Prometheus' own, 1 min */
  readonly resendDelay?: Duration;
}

/** The complete arguments. The admin API stays off; reload and quit need the reload user's password and never pass the edge. */
export function prometheusArguments(system: System, options: PrometheusArgumentOptions): string[] {
  const { time, size } = system.retention.local;
  return [
    `--config.file=${options.configFile}`,
    `--web.config.file=${options.webConfigFile}`,
    `--web.listen-address=${options.listen}`,
    `--web.external-url=${options.externalUrl}`,
    "--web.route-prefix=/",
    `--web.cors.origin=${new URL(options.externalUrl).origin.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`,
    "--web.enable-lifecycle",
    "--no-web.enable-admin-api",
    `--storage.tsdb.path=${options.dataDirectory}`,
    // In the file these are known from 3.11 on only; the flags are read by every version that the systems ask for.
    `--storage.tsdb.retention.time=${time}`,
    `--storage.tsdb.retention.size=${prometheusSize(size)}`,
    ...blockDuration(options),
    `--query.max-samples=${maxSamples(system).toString()}`,
    "--query.max-concurrency=20",
    "--query.timeout=30s",
    // A new target is asked within a second, not within five.
    "--scrape.discovery-reload-interval=1s",
    // A minute by default: longer than a service may take to stop, when nobody takes the rest of the queue.
    ...(system.longTerm.remoteWrite === undefined ? [] : ["--storage.remote.flush-deadline=10s"]),
    ...(options.resendDelay === undefined ? [] : [`--rules.alert.resend-delay=${options.resendDelay}`]),
    "--log.format=json",
  ];
}

/** Equal lengths switch merging off: a sidecar would otherwise upload a block that Prometheus is replacing. */
function blockDuration(options: PrometheusArgumentOptions): string[] {
  const length = options.blockDuration ?? (options.mode === "sidecar" ? "2h" : undefined);
  if (length === undefined) return [];
  return [`--storage.tsdb.min-block-duration=${length}`, `--storage.tsdb.max-block-duration=${length}`];
}

/**
 * Samples that one query may hold: a fifth of the memory limit at 16 bytes a sample, so that one bad query does not end
 * the process; never above Prometheus' own 50 million.
 */
export function maxSamples(system: System): number {
  const limit = system.components.find((sizing) => sizing.component === "prometheus")?.limits?.memory;
  return limit === undefined ? 50_000_000 : Math.min(50_000_000, Math.floor(bytes(limit) / 5 / 16));
}

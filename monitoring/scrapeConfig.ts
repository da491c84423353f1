/**
 * One `scrape_configs` entry for a job: how its targets are found, spoken to, labelled and limited.
 *
 * @see https://prometheus.io/docs/prometheus/latest/configuration/configuration/#scrape_config
 */
import { federationParams, discoveryOf, discoveryRelabel } from "./discovery.ts";
import type { Layout } from "./hosts.ts";
import type { Duration, Exporter, JobCredentials, Relabel, ScrapeJob, System } from "./model.ts";
import { addressOf, instancesOf, isListed, isStoodIn, jobLabel } from "./targets.ts";
import { prometheusSize, seconds } from "./units.ts";

/** What a scrape needs from the machine that scrapes. Paths are absolute. */
export interface ScrapeOptions {
  /** Which Prometheus of the layout this is: 1, 2, … */
  readonly member: number;
  readonly targetsFile: string;
  readonly certificateAuthorityFile: string;
  /** Absent: the stack's servers know no passwords, and the certificate alone is shown. */
  readonly scrapePasswordFile?: string;
  /** Shown to servers that ask for one: Thanos Receive, and exporters that know no passwords. */
  readonly clientCertificateFile: string;
  readonly clientKeyFile: string;
  /** Path of the file that holds a named secret of the system. */
  readonly secretFile: (name: string) => string;
  /** Id of the subscription whose machines are discovered; needed by jobs of kind `azure` only. */
  readonly azureSubscription?: string;
}

/** Where Kubernetes mounts the identity of a pod. */
const serviceAccount = "/var/run/secrets/kubernetes.io/serviceaccount";

/** Entries of all jobs, in their order. @throws when a job asks through an exporter that the layout does not have. */
export function scrapeConfigs(
  system: System,
  layout: Layout,
  options: ScrapeOptions,
): Record<string, unknown>[] {
  return system.jobs.map((job) => scrapeConfig(system, layout, job, options));
}

/** Exporters that jobs need and the layout lacks: to be installed, or their jobs left out and said so. */
export function missingExporters(
  system: System,
  layout: Layout,
): { job: string; component: Exporter["component"] }[] {
  return system.jobs.flatMap((job) =>
    job.through === undefined || instancesOf(layout, [job.through.component]).length > 0
      ? []
      : [{ job: job.name, component: job.through.component }],
  );
}

/** The derived or stated guards of a job. */
export function jobLimits(job: ScrapeJob): NonNullable<ScrapeJob["limits"]> {
  return job.limits ?? { samples: 10 * job.seriesPerTarget, labels: 30, body: "16MiB" };
}

function scrapeConfig(
  system: System,
  layout: Layout,
  job: ScrapeJob,
  options: ScrapeOptions,
): Record<string, unknown> {
  const limits = jobLimits(job);
  const spokenTo = job.credentials ?? ownCredentials(job, layout);
  const params = { ...job.params, ...federationParams(job), ...moduleOf(job.through) };
  const relabel = [
    ...(isListed(job) ? keepOwn(job) : discoveryRelabel(job.discovery)),
    ...(job.through === undefined ? [] : throughExporter(job, job.through, layout, options.member)),
    ...(job.relabel ?? []),
  ];
  return {
    job_name: job.name,
    scrape_interval: job.interval ?? system.scrape.interval,
    scrape_timeout: timeoutOf(system, job),
    metrics_path: pathOf(job),
    scheme: job.scheme ?? (spokenTo?.kind === "stack" ? "https" : "http"),
    // What was pushed or federated carries its origin's own job and instance.
    honor_labels: job.honorLabels ?? ["federate", "pushgateway"].includes(job.discovery.kind),
    params: Object.keys(params).length === 0 ? undefined : params,
    ...credentialsOf(spokenTo, layout, options),
    ...(isListed(job)
      ? { file_sd_configs: [{ files: [options.targetsFile] }] }
      : discoveryOf(job, options.azureSubscription)),
    relabel_configs: relabel.length === 0 ? undefined : relabel.map(relabelStep),
    metric_relabel_configs: job.metricRelabel?.map(relabelStep),
    sample_limit: limits.samples,
    label_limit: limits.labels,
    label_name_length_limit: 256,
    label_value_length_limit: 2_048,
    body_size_limit: prometheusSize(limits.body),
  };
}

/** The stack's exporters and stand-ins are spoken to as every service of the stack: over TLS, by the scrape user. */
function ownCredentials(job: ScrapeJob, layout: Layout): JobCredentials | undefined {
  if (job.scheme === "http") return undefined;
  return job.through !== undefined || isStoodIn(job, layout) ? { kind: "stack" } : undefined;
}

/** The stated or derived time within which a target of the job must have answered. */
export function timeoutOf(system: System, job: ScrapeJob): Duration {
  if (job.timeout !== undefined) return job.timeout;
  if (job.interval === undefined) return system.scrape.timeout;
  return seconds(job.interval) < 10 ? job.interval : "10s";
}

function pathOf(job: ScrapeJob): string {
  if (job.discovery.kind === "federate") return job.path ?? "/federate";
  return job.through?.path ?? job.path ?? "/metrics";
}

function moduleOf(exporter: Exporter | undefined): Record<string, string[]> {
  return exporter?.module === undefined ? {} : { module: [exporter.module] };
}

function keepOwn(job: ScrapeJob): Relabel[] {
  return [{ action: "keep", sourceLabels: [jobLabel], regex: literal(job.name) }];
}

/**
 * The multi-target pattern: the target becomes a parameter, the exporter the address. Each Prometheus prefers another
 * exporter where there are several, so that losing one leaves the pair with data.
 *
 * @see https://prometheus.io/docs/guides/multi-target-exporter/
 */
function throughExporter(job: ScrapeJob, exporter: Exporter, layout: Layout, member: number): Relabel[] {
  const exporters = instancesOf(layout, [exporter.component]);
  const chosen = exporters[(member - 1) % Math.max(exporters.length, 1)];
  if (chosen === undefined)
    throw new Error(
      `job "${job.name}": asks through ${exporter.component}, which the layout does not have; install one or leave the job out`,
    );
  return [
    // A declared `instance` stays: the target's own address is only the second choice.
    {
      sourceLabels: ["instance", "__address__"],
      separator: ";",
      regex: ";(.+)",
      targetLabel: "instance",
      replacement: "$1",
    },
    {
      sourceLabels: ["__address__"],
      targetLabel: "__param_target",
      replacement: `${exporter.addressPrefix ?? ""}$1`,
    },
    { targetLabel: "__address__", replacement: addressOf(chosen, "http") },
  ];
}

function credentialsOf(
  credentials: JobCredentials | undefined,
  layout: Layout,
  options: ScrapeOptions,
): Record<string, unknown> {
  switch (credentials?.kind) {
    case undefined:
      return {};
    case "stack":
      return {
        ...(options.scrapePasswordFile !== undefined && {
          basic_auth: { username: layout.users.scrape, password_file: options.scrapePasswordFile },
        }),
        tls_config: stackTls(options),
      };
    case "serviceAccount":
      return {
        authorization: { credentials_file: `${serviceAccount}/token` },
        tls_config: {
          ca_file: `${serviceAccount}/ca.crt`,
          ...(credentials.serverName !== undefined && { server_name: credentials.serverName }),
          min_version: "TLS12",
        },
      };
    case "basic":
      return {
        basic_auth: {
          username: credentials.username,
          password_file: options.secretFile(credentials.passwordSecret),
        },
        ...(credentials.authoritySecret !== undefined && {
          tls_config: { ca_file: options.secretFile(credentials.authoritySecret), min_version: "TLS12" },
        }),
      };
  }
}

/** How the stack's Prometheus shows itself, and whom it trusts. */
export function stackTls(
  options: Pick<ScrapeOptions, "certificateAuthorityFile" | "clientCertificateFile" | "clientKeyFile">,
): Record<string, string> {
  return {
    ca_file: options.certificateAuthorityFile,
    cert_file: options.clientCertificateFile,
    key_file: options.clientKeyFile,
    min_version: "TLS12",
  };
}

/** A relabelling step in Prometheus' spelling. */
export function relabelStep(step: Relabel): Record<string, unknown> {
  return {
    action: step.action,
    source_labels: step.sourceLabels,
    separator: step.separator,
    regex: step.regex,
    target_label: step.targetLabel,
    replacement: step.replacement,
    modulus: step.modulus,
  };
}

/** The text as a regular expression that matches it alone. */
function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/**
 * Prometheus, by the operator.
 *
 * @see https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PrometheusSpec
 */
import { alertResendDelay } from "../../alertDelivery.ts";
import { planCapacity } from "../../capacity.ts";
import type { RemoteWrite, System } from "../../model.ts";
import { maxSamples } from "../../prometheus.ts";
import { jobLimits } from "../../scrapeConfig.ts";
import { storeLimits } from "../../thanos/common.ts";
import { bytes, prometheusSize, type Size } from "../../units.ts";
import { edgeUrl, serviceHost } from "../edgeRoutes.ts";
import { identitiesOf } from "../identities.ts";
import { podSecurity } from "../exporters/pods.ts";
import { shaOf } from "../images.ts";
import type { ClusterFacts } from "../model.ts";
import { objectStoreSecret } from "../names.ts";
import { stackClass } from "../monitors.ts";
import { replicasOf, resourcesOf, sizingOf } from "../sizes.ts";
import { workloadOf } from "../workloads.ts";
import { claim, keepVolumes, oneAtATime, spread, tlsFiles } from "./pods.ts";
import { tlsVolumeMounts, tlsVolumes, webTls } from "./pods.ts";
import { bringsPasswords, jobPasswords, scrapeJobsSecret, targetsConfigMap } from "./scrapeJobs.ts";

/** Name of a port, on pods and Services. */
export const webPort = "http-web";

/** `prometheus` of the chart's values. */
export function prometheusValues(system: System, facts: ClusterFacts): Record<string, unknown> {
  const workload = workloadOf(system, "prometheus");
  return {
    // The Service that clients know is an object of its own.
    service: { enabled: false },
    serviceAccount: { create: false, name: workload.name },
    serviceMonitor: { selfMonitor: false },
    podDisruptionBudget: oneAtATime(replicasOf(system, "prometheus") * planCapacity(system).shards),
    prometheusSpec: {
      ...instance(system, facts),
      ...collection(system, facts),
      ...selection(system),
      ...limits(system),
      ...sending(system),
      ...(system.longTerm.mode === "sidecar" ? { thanos: sidecar(system) } : {}),
      additionalConfig: beyondTheChart,
    },
  };
}

function instance(system: System, facts: ClusterFacts): Record<string, unknown> {
  const workload = workloadOf(system, "prometheus");
  const replicas = replicasOf(system, "prometheus");
  const { local } = system.retention;
  const actsInAzure =
    facts.cloud === "azure" &&
    identitiesOf(system, facts).some(({ serviceAccount }) => serviceAccount === workload.name);
  return {
    image: { sha: shaOf(facts, "quay.io/prometheus/prometheus") },
    replicas,
    // Above 500 000 series a replica the targets are divided among pairs; another replica would only be another copy.
    shards: planCapacity(system).shards,
    ...spread(workload, replicas),
    retention: local.time,
    retentionSize: prometheusSize(local.size),
    storageSpec: claim(facts, sizingOf(system, "prometheus")?.volume ?? local.volume),
    persistentVolumeClaimRetentionPolicy: keepVolumes,
    walCompression: true,
    resources: resourcesOf(system, "prometheus"),
    securityContext: podSecurity,
    ...tlsVolumes(workload),
    web: { ...webTls, pageTitle: system.title },
    portName: webPort,
    externalUrl: edgeUrl(system, facts, "prometheus"),
    // The edge cuts its own path off.
    routePrefix: "/",
    enableAdminAPI: false,
    // By HTTP, the operator would turn on `/-/quit` as well, for every pod that may connect. The reloader is of the same
    // user as Prometheus, so that it needs no capability for a signal, only to see the process: the pod's namespace is one.
    reloadStrategy: "ProcessSignal",
    logFormat: "json",
    ...(actsInAzure ? { podMetadata: { labels: { "azure.workload.identity/use": "true" } } } : {}),
    enableServiceLinks: false,
  };
}

function collection(system: System, facts: ClusterFacts): Record<string, unknown> {
  return {
    scrapeInterval: system.scrape.interval,
    scrapeTimeout: system.scrape.timeout,
    evaluationInterval: system.scrape.evaluation,
    externalLabels: system.externalLabels,
    replicaExternalLabelName: system.replicaLabel,
    // `namespace/name` of the object would be one more label that says nothing.
    prometheusExternalLabelNameClear: true,
    // Limits of jobs as series (`extra_scrape_metrics`), for which the operator has no field yet.
    enableFeatures: ["extra-scrape-metrics"],
    nameEscapingScheme: "Underscores",
    // Endpoints are deprecated from Kubernetes 1.33 on.
    serviceDiscoveryRole: "EndpointSlice",
    scrapeClasses: [{ name: stackClass, tlsConfig: tlsFiles }],
    additionalScrapeConfigsSecret: { enabled: true, ...scrapeJobsSecret },
    configMaps: [targetsConfigMap],
    secrets: bringsPasswords(system, facts) ? [jobPasswords] : [],
  };
}

/**
 * Rules, probes and jobs are the stack's own; monitors are also taken from the namespaces that the system watches.
 */
function selection({ namespace, jobs }: System): Record<string, unknown> {
  const watched = jobs.flatMap(({ discovery }) => (discovery.kind === "monitor" ? discovery.namespaces : []));
  const own = named([namespace]);
  const others = named([...new Set([namespace, ...watched])].sort());
  return {
    ruleSelectorNilUsesHelmValues: false,
    ruleNamespaceSelector: own,
    probeSelectorNilUsesHelmValues: false,
    probeNamespaceSelector: own,
    scrapeConfigSelectorNilUsesHelmValues: false,
    scrapeConfigNamespaceSelector: own,
    serviceMonitorSelectorNilUsesHelmValues: false,
    serviceMonitorNamespaceSelector: others,
    podMonitorSelectorNilUsesHelmValues: false,
    podMonitorNamespaceSelector: others,
  };
}

function named(namespaces: readonly string[]): Record<string, unknown> {
  return {
    matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: [...namespaces] }],
  };
}

/** What no monitor may ask for more of than the largest of the system's own jobs, and what no query may. */
function limits(system: System): Record<string, unknown> {
  const all = system.jobs.map(jobLimits);
  return {
    enforcedSampleLimit: Math.max(...all.map(({ samples }) => samples), 200_000),
    enforcedLabelLimit: Math.max(...all.map(({ labels }) => labels)),
    enforcedLabelNameLengthLimit: 256,
    enforcedLabelValueLengthLimit: 2_048,
    enforcedBodySizeLimit: prometheusSize(all.map(({ body }) => body).reduce(larger)),
    enforcedTargetLimit: 1_000,
    // Targets that were found and not wanted are kept for people to look at; a cluster has thousands.
    enforcedKeepDroppedTargets: 100,
    query: { maxConcurrency: 20, maxSamples: maxSamples(system), timeout: "30s" },
  };
}

function larger(one: Size, other: Size): Size {
  return bytes(one) < bytes(other) ? other : one;
}

/** Alerts go to every Alertmanager behind the Service, never through it; without the replica label, which the operator drops. */
function sending(system: System): Record<string, unknown> {
  const alertmanager = workloadOf(system, "alertmanager");
  const remote = system.longTerm.remoteWrite;
  return {
    alertingEndpoints: [
      {
        namespace: alertmanager.namespace,
        name: alertmanager.services[0],
        port: webPort,
        scheme: "https",
        apiVersion: "v2",
        timeout: "5s",
        tlsConfig: { ...tlsFiles, serverName: serviceHost(alertmanager) },
      },
    ],
    ...(remote === undefined ? {} : { remoteWrite: [remoteWrite(system, remote)] }),
  };
}

/** Receive knows no passwords: the certificate is what lets a writer in. */
function remoteWrite(system: System, { url, queue }: RemoteWrite): Record<string, unknown> {
  return {
    ...(url === undefined ? { name: "thanos-receive", url: receiveUrl(system) } : { name: "remote", url }),
    remoteTimeout: "30s",
    sendExemplars: false,
    queueConfig: {
      capacity: queue.capacity,
      minShards: queue.minShards,
      maxShards: queue.maxShards,
      maxSamplesPerSend: queue.maxSamplesPerSend,
      batchSendDeadline: queue.batchSendDeadline,
      minBackoff: queue.minBackoff,
      maxBackoff: queue.maxBackoff,
      retryOnRateLimit: true,
    },
    ...(url === undefined ? { tlsConfig: tlsFiles } : {}),
  };
}

function receiveUrl(system: System): string {
  const receive = workloadOf(system, "thanos-receive");
  const port = receive.ports["remote-write"];
  if (port === undefined)
    throw new Error('workload thanos-receive has no port "remote-write", so nothing can be written to it');
  return `https://${serviceHost(receive)}:${port.number}/api/v1/receive`;
}

/** The operator stops Prometheus from merging blocks before the sidecar has uploaded them. */
function sidecar(system: System): Record<string, unknown> {
  return {
    objectStorageConfig: { existingSecret: objectStoreSecret },
    grpcServerTlsConfig: { ...tlsFiles, minVersion: "TLS12" },
    volumeMounts: tlsVolumeMounts,
    resources: resourcesOf(system, "thanos-sidecar"),
    // Until the first answer the sidecar has no labels and serves nothing: 30 s by default, after each restart.
    getConfigInterval: "1s",
    getConfigTimeout: "5s",
    logFormat: "json",
    additionalArgs: storeLimits.map((argument) => {
      const [name = "", value] = argument.replace(/^--/, "").split("=");
      return { name, value };
    }),
  };
}

/** Fields of the object that the chart has no value for, or one of another type. */
const beyondTheChart = {
  // A monitor of a watched namespace may not name files of Prometheus' pod, such as the token of its account.
  arbitraryFSAccessThroughSMs: { deny: true },
  rules: { alert: { resendDelay: alertResendDelay } },
} as const;

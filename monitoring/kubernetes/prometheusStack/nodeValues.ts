/** kube-state-metrics and the node exporter: both over TLS, by the charts of their own within the stack's. */
import type { System } from "../../model.ts";
import { apiTokenMount, apiTokenVolume } from "../apiToken.ts";
import type { ClusterFacts, KubernetesObject } from "../model.ts";
import { containerSecurity, podSecurity, serviceAccount } from "../exporters/pods.ts";
import { serverTls } from "../exporters/serverTls.ts";
import { pullPolicy, shaOf } from "../images.ts";
import { replicasOf, resourcesOf } from "../sizes.ts";
import { workloadOf } from "../workloads.ts";

/** Values of the two charts, by their keys. */
export function nodeValues(system: System, facts: ClusterFacts): Record<string, unknown> {
  const exporter = replicasOf(system, "node-exporter") > 0;
  return {
    kubeStateMetrics: { enabled: true },
    "kube-state-metrics": kubeStateMetrics(system, facts),
    nodeExporter: { enabled: exporter },
    ...(exporter ? { "prometheus-node-exporter": nodeExporter(system, facts) } : {}),
  };
}

/** Their accounts and the configuration of their TLS. */
export function nodeObjects(system: System): KubernetesObject[] {
  const state = workloadOf(system, "kube-state-metrics");
  const objects = [serviceAccount(state), serverTls(state).object];
  if (replicasOf(system, "node-exporter") === 0) return objects;
  const exporter = workloadOf(system, "node-exporter");
  return [...objects, serviceAccount(exporter), serverTls(exporter).object];
}

const stateMetricsImage = "registry.k8s.io/kube-state-metrics/kube-state-metrics";
const nodeExporterImage = "quay.io/prometheus/node-exporter";

const overTls = { httpGet: { scheme: "https" } } as const;

function kubeStateMetrics(system: System, facts: ClusterFacts): Record<string, unknown> {
  const workload = workloadOf(system, "kube-state-metrics");
  const tls = serverTls(workload);
  return {
    fullnameOverride: workload.name,
    image: { sha: shaOf(facts, stateMetricsImage), pullPolicy: pullPolicy(facts, stateMetricsImage) },
    serviceAccount: { create: false, name: workload.name },
    prometheus: { monitor: { enabled: false } },
    // Nobody watches their contents, and without them its role may not read them.
    collectorsExclude: ["secrets", "configmaps", "certificatesigningrequests"],
    extraArgs: [tls.argument.replace("--web.config.file", "--tls-config")],
    automountServiceAccountToken: false,
    volumes: [...tls.volumes, apiTokenVolume],
    volumeMounts: [...tls.mounts, apiTokenMount],
    livenessProbe: overTls,
    readinessProbe: overTls,
    resources: resourcesOf(system, "kube-state-metrics"),
    securityContext: podSecurity,
    containerSecurityContext: containerSecurity,
  };
}

/**
 * In a namespace of its own, because it sees the node's network and file system. It shares the node's network, where no
 * network policy reaches: TLS keeps what it tells from being read on the way.
 */
function nodeExporter(system: System, facts: ClusterFacts): Record<string, unknown> {
  const workload = workloadOf(system, "node-exporter");
  const tls = serverTls(workload);
  return {
    fullnameOverride: workload.name,
    namespaceOverride: workload.namespace,
    image: {
      digest: facts.imageDigests[nodeExporterImage] ?? "",
      pullPolicy: pullPolicy(facts, nodeExporterImage),
    },
    serviceAccount: { create: false, name: workload.name },
    prometheus: { monitor: { enabled: false } },
    // What it tells of the node is in the node's own /proc, which is mounted: it needs to see no process.
    hostPID: false,
    extraArgs: [tls.argument, ...withoutNoise],
    extraVolumes: tls.volumes,
    extraVolumeMounts: tls.mounts,
    livenessProbe: overTls,
    readinessProbe: overTls,
    resources: resourcesOf(system, "node-exporter"),
    securityContext: podSecurity,
    containerSecurityContext: containerSecurity,
    // Every node is watched, also those that others keep for themselves.
    tolerations: [{ operator: "Exists" }],
  };
}

/** File systems and devices of pods, which come and go by the hundred and are cAdvisor's to tell of. */
const withoutNoise = [
  "--collector.filesystem.mount-points-exclude=^/(dev|proc|run/containerd/.+|sys|var/lib/(docker|kubelet)/.+)($|/)",
  "--collector.netclass.ignored-devices=^(azv|cali|cilium|eni|lxc|veth).*$",
  "--collector.netdev.device-exclude=^(azv|cali|cilium|eni|lxc|veth).*$",
];

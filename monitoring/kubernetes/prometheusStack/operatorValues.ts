/** The Prometheus Operator: it checks rules before the API server takes them, and turns objects into servers. */
import type { System } from "../../model.ts";
import { apiTokenMount, apiTokenVolume } from "../apiToken.ts";
import { containerSecurity, podSecurity } from "../exporters/pods.ts";
import { pullPolicy, reloaderImage, shaOf } from "../images.ts";
import type { ClusterFacts } from "../model.ts";
import { internalIssuer } from "../names.ts";
import { thanosRepository, thanosVersion } from "../thanos/image.ts";
import { workloadOf } from "../workloads.ts";

const operatorImage = "quay.io/prometheus-operator/prometheus-operator";

/** Its own sizing table: the system's are of what it serves. */
const resources = {
  requests: { cpu: "100m", memory: "128Mi" },
  limits: { cpu: "500m", memory: "512Mi" },
} as const;

const reloader = {
  requests: { cpu: "10m", memory: "50Mi" },
  limits: { cpu: "100m", memory: "100Mi" },
} as const;

/** `prometheusOperator` of the chart's values. */
export function operatorValues(system: System, facts: ClusterFacts): Record<string, unknown> {
  const { name, namespace } = workloadOf(system, "prometheus-operator");
  return {
    fullnameOverride: name,
    image: { sha: shaOf(facts, operatorImage), pullPolicy: pullPolicy(facts, operatorImage) },
    prometheusConfigReloader: {
      image: {
        ...reloaderImage,
        sha: shaOf(facts, `${reloaderImage.registry}/${reloaderImage.repository}`),
      },
      resources: reloader,
      enableProbe: true,
    },
    // Of the sidecars: the same as every other Thanos of the cluster.
    thanosImage: { tag: thanosVersion, sha: shaOf(facts, thanosRepository) },
    serviceAccount: { create: false, name },
    automountServiceAccountToken: false,
    extraVolumes: [apiTokenVolume],
    extraVolumeMounts: [apiTokenMount],
    // Another operator of the cluster keeps what is in other namespaces; monitors are taken from all of them.
    prometheusInstanceNamespaces: [namespace],
    alertmanagerInstanceNamespaces: [namespace],
    thanosRulerInstanceNamespaces: [namespace],
    serviceMonitor: { selfMonitor: false },
    // Kubelets are found by Prometheus itself: no Service and no endpoints of theirs to keep.
    kubeletService: { enabled: false },
    kubeletEndpointsEnabled: false,
    kubeletEndpointSliceEnabled: false,
    admissionWebhooks: {
      // cert-manager signs what the API server verifies, instead of jobs that patch it in.
      certManager: {
        enabled: true,
        issuerRef: { name: internalIssuer, kind: "ClusterIssuer", group: "cert-manager.io" },
      },
      patch: { enabled: false },
      // A rule that is wrong is refused; while the operator is away none is taken.
      failurePolicy: "Fail",
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": system.namespace } },
    },
    logFormat: "json",
    resources,
    securityContext: podSecurity,
    containerSecurityContext: containerSecurity,
  };
}

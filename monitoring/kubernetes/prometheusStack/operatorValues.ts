/** The Prometheus Operator: it checks rules before the API server takes them, and turns objects into servers. */
import type { System } from "../../model.ts";
import { apiTokenMount, apiTokenVolume } from "../apiToken.ts";
import type { ClusterFacts } from "../model.ts";
import { internalIssuer } from "../names.ts";
import { workloadOf } from "../workloads.ts";
import { digestOf, podSecurity } from "./pods.ts";
import { containerSecurity } from "../exporters/pods.ts";

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
  const { name } = workloadOf(system, "prometheus-operator");
  const sha = (repository: string) => ({ sha: digestOf(facts, repository) });
  return {
    fullnameOverride: name,
    image: { ...sha("quay.io/prometheus-operator/prometheus-operator"), pullPolicy: "Always" },
    prometheusConfigReloader: {
      image: sha("quay.io/prometheus-operator/prometheus-config-reloader"),
      resources: reloader,
      enableProbe: true,
    },
    thanosImage: sha("quay.io/thanos/thanos"),
    serviceAccount: { create: false, name },
    automountServiceAccountToken: false,
    extraVolumes: [apiTokenVolume],
    extraVolumeMounts: [apiTokenMount],
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

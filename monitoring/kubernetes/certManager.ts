/** The release of cert-manager. */
import { apiTokenMount, apiTokenVolume } from "./apiToken.ts";
import { charts } from "./charts.ts";
import { podSecurity } from "./exporters/pods.ts";
import { pullPolicy } from "./images.ts";
import type { ClusterFacts, HelmRelease } from "./model.ts";
import { namespaces } from "./names.ts";
import { acrossZones, apart, oneAtATime } from "./placement.ts";

const name = "cert-manager";

/** @see https://cert-manager.io/docs/installation/best-practice/ */
export function certManagerRelease(facts: ClusterFacts): HelmRelease {
  return {
    name,
    namespace: namespaces.certManager,
    chart: name,
    workloads: [],
    values: {
      // Its kinds stay when the release goes: certificates are not lost with it.
      crds: { enabled: true, keep: true },
      global: { leaderElection: { namespace: namespaces.certManager } },
      ...deployment(facts, "cert-manager", "cert-manager-controller"),
      // The key of the authority outlives a Certificate that is deleted or replaced by mistake.
      enableCertificateOwnerRef: false,
      webhook: { ...deployment(facts, "webhook", "cert-manager-webhook"), timeoutSeconds: 10 },
      cainjector: deployment(facts, "cainjector", "cert-manager-cainjector"),
      acmesolver: { image: image(facts, "cert-manager-acmesolver") },
      startupapicheck: {
        ...pod(facts, "cert-manager-startupapicheck"),
        timeout: "2m",
      },
    },
  };
}

const resources = {
  requests: { cpu: "25m", memory: "96Mi" },
  limits: { cpu: "250m", memory: "384Mi" },
} as const;

function deployment(facts: ClusterFacts, app: string, imageName: string): Record<string, unknown> {
  const selector = { "app.kubernetes.io/name": app, "app.kubernetes.io/instance": name };
  return {
    ...pod(facts, imageName),
    replicaCount: 2,
    strategy: oneAtATime,
    podDisruptionBudget: { enabled: true, minAvailable: 1 },
    affinity: apart(selector),
    topologySpreadConstraints: acrossZones(selector),
  };
}

/** What every pod of the chart is given; containers write nothing and may do nothing by the chart itself. */
function pod(facts: ClusterFacts, imageName: string): Record<string, unknown> {
  return {
    image: image(facts, imageName),
    securityContext: podSecurity,
    automountServiceAccountToken: false,
    serviceAccount: { automountServiceAccountToken: false },
    volumes: [apiTokenVolume],
    volumeMounts: [apiTokenMount],
    resources,
  };
}

function image(facts: ClusterFacts, imageName: string): Record<string, unknown> {
  const repository = `quay.io/jetstack/${imageName}`;
  const digest = facts.imageDigests[repository];
  return {
    tag: charts[name].version,
    pullPolicy: pullPolicy(facts, repository),
    ...(digest === undefined ? {} : { digest }),
  };
}

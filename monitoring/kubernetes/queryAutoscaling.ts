/**
 * Queries follow the load: an autoscaler on requests a second, which prometheus-adapter reads from Prometheus.
 *
 * The adapter, and not KEDA: one Deployment that serves one metric, no custom resources, and nothing that watches
 * every namespace. While it is away the number of queries stays as it is.
 *
 * @see https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/
 */
import { planCapacity } from "../capacity.ts";
import { queriesPerReplica } from "../capacity/scaling.ts";
import type { System } from "../model.ts";
import { seconds } from "../units.ts";
import { apiTokenMount, apiTokenVolume } from "./apiToken.ts";
import { containerSecurity, podSecurity, serviceAccount } from "./exporters/pods.ts";
import { pinned, pullPolicy } from "./images.ts";
import { adapterAccess } from "./thanos/adapterAccess.ts";
import { clusterName, portOf } from "./thanos/addresses.ts";
import type { ClusterFacts, HelmRelease, KubernetesObject, Part } from "./model.ts";
import { ownObject, tlsMount, tlsSecret, tlsVolume } from "./names.ts";
import { scalesQueries, sizingOf } from "./sizes.ts";
import { workloadOf } from "./workloads.ts";

/** Metric of the pods of Thanos Query in the API `custom.metrics.k8s.io`. */
const queryRate = "thanos_queries_per_second";

/** Empty where the sizing gives no room between replicas and most replicas. */
export function queryAutoscaling(system: System, facts: ClusterFacts): Part[] {
  const sizing = sizingOf(system, "thanos-query");
  if (sizing?.maxReplicas === undefined || !scalesQueries(system)) return [];
  return [
    {
      name: "query-autoscaling",
      about: `Thanos Query, ${String(sizing.replicas)} to ${String(sizing.maxReplicas)} of them, one for ${String(queriesPerReplica)} queries a second.`,
      // The adapter's certificate is issued, and put into its API registration, by cert-manager.
      after: ["cert-manager", "certificates", "query"],
      objects: [
        serviceAccount(workloadOf(system, "prometheus-adapter")),
        ...adapterAccess(system),
        autoscaler(system, sizing.replicas, sizing.maxReplicas),
      ],
      release: adapter(system, facts),
    },
  ];
}

/**
 * Up at once, as far as is needed in one step, and down slowly: a query that was just started has cold connections, and load
 * comes in waves. The Deployment names no number, so that no update of it takes back what was decided here; the least number
 * is set whether or not there is a metric.
 */
function autoscaler(system: System, minReplicas: number, maxReplicas: number): KubernetesObject {
  return ownObject({
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "thanos-query", namespace: system.namespace },
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "thanos-query" },
      minReplicas,
      maxReplicas,
      metrics: [
        {
          type: "Pods",
          pods: {
            metric: { name: queryRate },
            target: { type: "AverageValue", averageValue: String(queriesPerReplica) },
          },
        },
      ],
      behavior: {
        scaleUp: {
          stabilizationWindowSeconds: 0,
          policies: [{ type: "Pods", value: maxReplicas - minReplicas, periodSeconds: 15 }],
        },
        scaleDown: {
          stabilizationWindowSeconds: 600,
          policies: [{ type: "Pods", value: 1, periodSeconds: 300 }],
        },
      },
    },
  });
}

const repository = "registry.k8s.io/prometheus-adapter/prometheus-adapter";

function adapter(system: System, facts: ClusterFacts): HelmRelease {
  const { name, namespace } = workloadOf(system, "prometheus-adapter");
  return {
    name,
    namespace,
    chart: "prometheus-adapter",
    workloads: [name],
    values: {
      fullnameOverride: name,
      image: {
        repository,
        tag: pinned(facts, repository, "v0.12.0"),
        pullPolicy: pullPolicy(facts, repository),
      },
      replicas: 1,
      listenPort: portOf(system, name, "https"),
      prometheus: source(system),
      extraArguments: [`--prometheus-ca-file=${tlsMount}/ca.crt`],
      extraVolumes: [
        { name: tlsVolume, secret: { secretName: tlsSecret(name), defaultMode: 0o440 } },
        apiTokenVolume,
      ],
      extraVolumeMounts: [{ name: tlsVolume, mountPath: tlsMount, readOnly: true }, apiTokenMount],
      metricsRelistInterval: "1m",
      logLevel: 2,
      rules: { default: false, custom: [rule(system)] },
      // The chart's roles may do everything with every custom metric; the stack's own are objects of their own.
      rbac: { create: false },
      serviceAccount: { create: false, name },
      automountServiceAccountToken: false,
      // The API server verifies the adapter; without this the registration would say not to.
      certManager: { enabled: true },
      podSecurityContext: podSecurity,
      securityContext: { ...containerSecurity, seccompProfile: { type: "RuntimeDefault" } },
      resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { cpu: "250m", memory: "256Mi" } },
    },
  };
}

/** One Prometheus knows every query as long as it is not divided into shards; from then on only the queries do. */
function source(system: System): Record<string, unknown> {
  return planCapacity(system).shards === 1
    ? {
        url: `https://${clusterName(system, "prometheus")}`,
        port: portOf(system, "prometheus", "http"),
      }
    : {
        url: `https://${clusterName(system, "thanos-query")}`,
        port: portOf(system, "thanos-query", "http"),
      };
}

/** Pods of the queries, and not of their frontend: a Deployment's pods have two parts behind its name. */
const pods = "thanos-query-[a-z0-9]+-[a-z0-9]+";
const handlers = 'handler=~"query|query_range"';

/** @see https://github.com/kubernetes-sigs/prometheus-adapter/blob/master/docs/config.md */
function rule(system: System): Record<string, unknown> {
  const window = `${String(Math.max(120, 4 * seconds(system.scrape.interval)))}s`;
  return {
    seriesQuery: `{__name__="http_requests_total",namespace="${system.namespace}",pod=~"${pods}",${handlers}}`,
    resources: { overrides: { namespace: { resource: "namespace" }, pod: { resource: "pod" } } },
    name: { matches: "^http_requests_total$", as: queryRate },
    metricsQuery: `sum by (<<.GroupBy>>) (rate(<<.Series>>{<<.LabelMatchers>>,${handlers}}[${window}]))`,
  };
}

/**
 * Thanos Query Frontend, as objects of our own: it is what people, Grafana and the edge ask, so it speaks TLS, and the
 * chart's probes know no `scheme`, so that none of its pods would be ready with it. Nothing else of the chart would be used.
 */
import type { System } from "../../model.ts";
import { queryFrontendArguments } from "../../thanos/queryFrontend.ts";
import { containerSecurity, podSecurity } from "../exporters/pods.ts";
import { serverTls } from "../exporters/serverTls.ts";
import type { ClusterFacts, KubernetesObject, Part, Workload } from "../model.ts";
import { ownObject } from "../names.ts";
import { acrossZones, oneAtATime, preferApart } from "../placement.ts";
import { replicasOf, resourcesOf } from "../sizes.ts";
import { workloadOf } from "../workloads.ts";
import { portOf } from "./addresses.ts";
import { configMount, ownArguments } from "./arguments.ts";
import { configHash } from "./files.ts";
import { thanosImage } from "./image.ts";
import { configVolume } from "./pod.ts";
import { queryUrl } from "./queries.ts";

const name = "thanos-query-frontend";

/** Behind the release of Thanos: a frontend is ready only when its queries answer. Empty where the system has none. */
export function queryFrontend(system: System, facts: ClusterFacts): Part[] {
  const replicas = replicasOf(system, name);
  if (replicas === 0) return [];
  const workload = workloadOf(system, name);
  const selector = { matchLabels: workload.selector };
  const metadata = { name, namespace: workload.namespace, labels: workload.selector };
  const port = portOf(system, name, "http");
  return [
    {
      name: "query-frontend",
      about: "Splits long queries, caches their answers and tries again: what dashboards and people ask.",
      after: ["thanos"],
      objects: [
        serverTls(workload).object,
        deployment(system, facts, workload),
        ownObject({
          apiVersion: "v1",
          kind: "Service",
          metadata,
          spec: {
            type: "ClusterIP",
            selector: workload.selector,
            ports: [{ name: "http", port, targetPort: "http", protocol: "TCP" }],
          },
        }),
        ...(replicas > 1
          ? [
              ownObject({
                apiVersion: "policy/v1",
                kind: "PodDisruptionBudget",
                metadata,
                spec: { maxUnavailable: 1, selector },
              }),
            ]
          : []),
      ],
    },
  ];
}

function deployment(system: System, facts: ClusterFacts, workload: Workload): KubernetesObject {
  const replicas = replicasOf(system, name);
  const tls = serverTls(workload);
  const config = configVolume(name);
  const hash = configHash(system, facts, name);
  return ownObject({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: workload.namespace, labels: workload.selector },
    spec: {
      replicas,
      // A single one is not taken away before the next is ready.
      ...(replicas > 1 ? { strategy: oneAtATime } : {}),
      selector: { matchLabels: workload.selector },
      template: {
        metadata: {
          labels: { ...workload.selector, ...(hash === undefined ? {} : { "vigil-config": hash }) },
        },
        spec: {
          serviceAccountName: name,
          automountServiceAccountToken: false,
          securityContext: podSecurity,
          ...(replicas > 1
            ? {
                affinity: preferApart(workload.selector),
                topologySpreadConstraints: acrossZones(workload.selector),
              }
            : {}),
          containers: [container(system, facts, tls)],
          volumes: [...tls.volumes, config.volume],
        },
      },
    },
  });
}

function container(
  system: System,
  facts: ClusterFacts,
  tls: ReturnType<typeof serverTls>,
): Record<string, unknown> {
  const { registry, repository, tag, pullPolicy } = thanosImage(facts);
  const { volume, mountPath } = configVolume(name);
  const port = portOf(system, name, "http");
  const probe = (path: string, rest: Record<string, number>) => ({
    httpGet: { path, port: "http", scheme: "HTTPS" },
    timeoutSeconds: 5,
    periodSeconds: 10,
    ...rest,
  });
  return {
    name: "query-frontend",
    image: `${registry}/${repository}:${tag}`,
    imagePullPolicy: pullPolicy,
    args: ownArguments(
      queryFrontendArguments({
        http: {
          listen: `0.0.0.0:${String(port)}`,
          // The exporter toolkit's file, which Thanos knows by another flag.
          webConfigFile: tls.argument.replace(/^[^=]*=/, ""),
        },
        downstreamUrl: queryUrl(system),
        downstreamTripperFile: `${configMount}/downstream.yml`,
        responseCacheFile: `${configMount}/response-cache.yml`,
      }),
    ),
    ports: [{ name: "http", containerPort: port }],
    startupProbe: probe("/-/ready", { periodSeconds: 5, failureThreshold: 60 }),
    readinessProbe: probe("/-/ready", { failureThreshold: 3 }),
    livenessProbe: probe("/-/healthy", { failureThreshold: 6 }),
    resources: resourcesOf(system, name),
    securityContext: { ...containerSecurity, seccompProfile: { type: "RuntimeDefault" } },
    volumeMounts: [...tls.mounts, { name: volume.name, mountPath, readOnly: true }],
  };
}

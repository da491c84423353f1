/** Services beside the chart's: names that clients know, names by which Query finds its stores, and the way in for other clusters. */
import type { Labels, System } from "../../model.ts";
import type { Cloud, ClusterFacts, KubernetesObject } from "../model.ts";
import { ownObject } from "../names.ts";
import { replicasOf } from "../sizes.ts";
import { workloadOf } from "../workloads.ts";
import { podNames, portOf, storeReplicas, storeShardService } from "./addresses.ts";

export function services(system: System, facts: ClusterFacts): KubernetesObject[] {
  return [
    ...storeShards(system),
    ...rulerPods(system),
    ...knownNames(system),
    ...publishedQuery(system, facts),
  ];
}

interface Port {
  readonly name: string;
  readonly port: number;
  readonly targetPort: string;
}

function service(
  system: System,
  name: string,
  selector: Labels,
  port: Port,
  spec: Readonly<Record<string, unknown>> = {},
  annotations?: Labels,
): KubernetesObject {
  return ownObject({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: system.namespace, ...(annotations && { annotations }) },
    spec: { type: "ClusterIP", ...spec, selector, ports: [{ ...port, protocol: "TCP" }] },
  });
}

function grpcPort(system: System, workload: string): Port {
  return { name: "grpc", port: portOf(system, workload, "grpc"), targetPort: "grpc" };
}

/** Headless, one for each shard: the chart's has a single address while there is one shard, and mixes the shards otherwise. */
function storeShards(system: System): KubernetesObject[] {
  if (storeReplicas(system) === 0) return [];
  const { shards } = system.longTerm.store;
  const { selector } = workloadOf(system, "thanos-store");
  return Array.from({ length: shards }, (_, shard) =>
    service(
      system,
      storeShardService(system, shard),
      shards === 1 ? selector : { ...selector, "thanos.io/storegateway-shard": String(shard) },
      grpcPort(system, "thanos-store"),
      { clusterIP: "None" },
    ),
  );
}

/** A name for each: the chart's headless Service is not the one that the StatefulSet names, so its pods have none. */
function rulerPods(system: System): KubernetesObject[] {
  const replicas = replicasOf(system, "thanos-ruler");
  if (replicas === 0) return [];
  const { selector } = workloadOf(system, "thanos-ruler");
  return podNames("thanos-ruler", replicas).map((pod) =>
    service(
      system,
      pod,
      { ...selector, "statefulset.kubernetes.io/pod-name": pod },
      grpcPort(system, "thanos-ruler"),
    ),
  );
}

/** Receivers under the names and ports that clients of the system use already. */
function knownNames(system: System): KubernetesObject[] {
  return system.endpoints
    .filter(({ component }) => component === "thanos-receive")
    .map(({ host, port }) =>
      service(system, host.split(".")[0] ?? host, workloadOf(system, "thanos-receive").selector, {
        name: "remote-write",
        port,
        targetPort: "remote-write",
      }),
    );
}

/** Queries of other clusters come in here, by mutual TLS, from the networks of those clusters only. */
function publishedQuery(system: System, facts: ClusterFacts): KubernetesObject[] {
  if (facts.peers.length === 0) return [];
  const networks = facts.peers.flatMap(({ networkCidr }) => networkCidr ?? []);
  return [
    service(
      system,
      "thanos-query-grpc",
      workloadOf(system, "thanos-query").selector,
      grpcPort(system, "thanos-query"),
      {
        type: "LoadBalancer",
        // Keeps the address of who asks, by which the network policy judges.
        externalTrafficPolicy: "Local",
        loadBalancerSourceRanges: [...new Set([facts.networkCidr, ...networks])],
      },
      internalLoadBalancer[facts.cloud],
    ),
  ];
}

/**
 * @see https://learn.microsoft.com/azure/aks/internal-lb
 * @see https://kubernetes.io/docs/concepts/services-networking/service/#internal-load-balancer
 */
const internalLoadBalancer: Readonly<Record<Cloud, Labels>> = {
  azure: { "service.beta.kubernetes.io/azure-load-balancer-internal": "true" },
  aws: {
    "service.beta.kubernetes.io/aws-load-balancer-type": "nlb",
    "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal",
    "service.beta.kubernetes.io/aws-load-balancer-internal": "true",
  },
};

/** Configuration files of the Thanos components, a ConfigMap for each workload that has some. */
import { createHash } from "node:crypto";
import type { System } from "../../model.ts";
import { renderObjectStore } from "../../objstore.ts";
import { renderIndexCache } from "../../thanos/store.ts";
import { renderDownstreamTripper, renderResponseCache } from "../../thanos/queryFrontend.ts";
import { renderReceiveLimits } from "../../thanos/receive.ts";
import type { ClusterFacts, KubernetesObject } from "../model.ts";
import { objectStoreSecret, ownObject, tlsMount } from "../names.ts";
import { workloads } from "../workloads.ts";
import { renderSharedChunkCache } from "./chunkCache.ts";
import { renderClusterEndpoints } from "./endpoints.ts";

type Files = Readonly<Record<string, string>>;

/** Files of a workload by name, those that are re-read while it runs and those that are not. */
interface WorkloadFiles {
  readonly watched?: Files;
  readonly atStart?: Files;
}

function filesOf(system: System, facts: ClusterFacts, workload: string): WorkloadFiles {
  switch (workload) {
    case "thanos-query":
      return { watched: { "endpoints.yml": renderClusterEndpoints(system, facts) } };
    case "thanos-query-frontend":
      return {
        atStart: {
          "response-cache.yml": renderResponseCache(),
          "downstream.yml": renderDownstreamTripper({ certificateAuthorityFile: `${tlsMount}/ca.crt` }),
        },
      };
    case "thanos-store":
      return {
        atStart: {
          "index-cache.yml": renderIndexCache(system),
          "chunk-cache.yml": renderSharedChunkCache(system),
        },
      };
    case "thanos-receive":
      return { watched: { "limits.yml": renderReceiveLimits(system) } };
    default:
      return {};
  }
}

/** ConfigMaps named like their workloads. */
export function configMaps(system: System, facts: ClusterFacts): KubernetesObject[] {
  return workloads(system).flatMap(({ name, namespace }) => {
    const { watched, atStart } = filesOf(system, facts, name);
    if (watched === undefined && atStart === undefined) return [];
    return [
      ownObject({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name, namespace },
        data: { ...watched, ...atStart },
      }),
    ];
  });
}

/** Changes with what a workload reads at its start, and so restarts it. @default absent, when it reads nothing but then */
export function configHash(system: System, facts: ClusterFacts, workload: string): string | undefined {
  const { atStart = {} } = filesOf(system, facts, workload);
  const withBucket = ["thanos-store", "thanos-compactor", "thanos-receive", "thanos-ruler"];
  const texts = [
    ...Object.values(atStart),
    ...(withBucket.includes(workload) ? [objectStoreText(facts)] : []),
  ];
  if (texts.length === 0) return undefined;
  return createHash("sha256").update(texts.join("\0")).digest("hex").slice(0, 8);
}

/** The bucket's configuration. A Secret, because the chart mounts one; nothing in it is secret: pods come with an identity. */
export function objectStore(system: System, facts: ClusterFacts): KubernetesObject {
  return ownObject({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: objectStoreSecret.name, namespace: system.namespace },
    type: "Opaque",
    stringData: { [objectStoreSecret.key]: objectStoreText(facts) },
  });
}

/** The cloud's own kind of bucket, whatever the system's was at home. */
function objectStoreText({ objectStore: store }: ClusterFacts): string {
  switch (store.kind) {
    case "s3":
      return renderObjectStore(
        { kind: "s3", name: store.bucket },
        { kind: "s3", region: store.region, ...(store.kmsKey !== "" && { kmsKeyId: store.kmsKey }) },
      );
    case "azure-blob":
      return renderObjectStore(
        { kind: "azure-blob", name: store.container },
        { kind: "azure-blob", storageAccount: store.storageAccount },
      );
  }
}

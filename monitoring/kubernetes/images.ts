/** Which bytes of an image run, and when its registry is asked for them. */
import type { ClusterFacts } from "./model.ts";

/** The operator's reloader, of the operator's own release: beside Prometheus, Alertmanager and the rulers. */
export const reloaderImage = {
  registry: "quay.io",
  repository: "prometheus-operator/prometheus-config-reloader",
  tag: "v0.93.1",
} as const;

/** The tag, with the digest behind it where the stack pins one. */
export function pinned({ imageDigests }: ClusterFacts, repository: string, tag: string): string {
  const digest = imageDigests[repository];
  return digest === undefined ? tag : `${tag}@${digest}`;
}

/** Digest of an image as charts with a key of its own for it spell it: no algorithm; empty where none is pinned. */
export function shaOf({ imageDigests }: ClusterFacts, repository: string): string {
  return (imageDigests[repository] ?? "").replace(/^sha256:/, "");
}

/**
 * What a digest names cannot change: a node that has it starts a pod without the registry. A tag can change, so that
 * only the registry's word counts, not what a node holds.
 */
export function pullPolicy({ imageDigests }: ClusterFacts, repository: string): "Always" | "IfNotPresent" {
  return imageDigests[repository] === undefined ? "Always" : "IfNotPresent";
}

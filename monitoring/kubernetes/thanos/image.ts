import type { ClusterFacts } from "../model.ts";
import { pinned } from "../exporters/pods.ts";

const registry = "quay.io";
const repository = "thanos/thanos";

/** The one version of Thanos of a cluster. */
export const thanosVersion = "v0.42.4";

/** The image as the chart's values have it. Always pulled: only then the registry's word counts, not what a node holds. */
export function thanosImage(facts: ClusterFacts): Record<string, string> {
  return {
    registry,
    repository,
    tag: pinned(facts, `${registry}/${repository}`, thanosVersion),
    pullPolicy: "Always",
  };
}

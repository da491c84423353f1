/** The image of every Thanos of a cluster, also of the sidecars, which the operator starts. */
import { pinned, pullPolicy } from "../images.ts";
import type { ClusterFacts } from "../model.ts";

const registry = "quay.io";
const repository = "thanos/thanos";

export const thanosRepository = `${registry}/${repository}`;
export const thanosVersion = "v0.42.4";

/** As the chart's values have it. */
export function thanosImage(facts: ClusterFacts) {
  return {
    registry,
    repository,
    tag: pinned(facts, thanosRepository, thanosVersion),
    pullPolicy: pullPolicy(facts, thanosRepository),
  };
}

/** Kubernetes: what an object needs to outlive its node and the cluster's next version. */
import type { StackPolicy } from "../policy.ts";
import { known, listAt } from "../resource.ts";

/** Groups of Kubernetes itself, whose unfinished versions go with a minor version of the cluster. */
const unfinished =
  /^kubernetes:(?:[\w.-]+\.k8s\.io|apps|autoscaling|batch|core|extensions|policy)\/(v\d+(?:alpha|beta)\d+):/;

export const resilienceApiVersions: StackPolicy = {
  id: "resilience-kubernetes-versions",
  concern: "resilience",
  severity: "medium",
  description:
    "An object is of a version of its kind that stays: alpha and beta ones go when the cluster is upgraded.",
  remedy: "Use the kind's v1 or v2",
  covers: [],
  *inspect(stack) {
    for (const resource of stack.resources) {
      const [, version] = unfinished.exec(resource.type) ?? [];
      if (version !== undefined) yield { resource, path: "apiVersion", problem: `is ${version}` };
    }
  },
};

export const resilienceBarePod: StackPolicy = {
  id: "resilience-bare-pod",
  concern: "resilience",
  severity: "medium",
  description: "A pod belongs to something that makes another one when its node goes.",
  remedy: "Make it by a Deployment, StatefulSet, DaemonSet or Job",
  covers: [],
  *inspect(stack) {
    for (const resource of stack.ofType("kubernetes:core/v1:Pod"))
      if (known(() => listAt(resource.props, "metadata", "ownerReferences"), []).length === 0)
        yield { resource, path: "kind", problem: "is Pod: nobody makes another one" };
  },
};

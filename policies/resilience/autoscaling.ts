/** How many there are where nobody says a number: one, but for an autoscaler. */
import { podTemplateOf } from "../facts/podTemplates.ts";
import type { ResourcePolicy, StackPolicy } from "../policy.ts";
import { at, everyOne, isMap, quoted } from "../resource.ts";

const autoscaler = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler";

export const podReplicasSaid: StackPolicy = {
  id: "pod-replicas-said",
  concern: "resilience",
  severity: "medium",
  description:
    "What answers others says how many it is, or an autoscaler does: Kubernetes' own number is one.",
  remedy: "Set spec.replicas to 2 or more, or name it in the scaleTargetRef of a HorizontalPodAutoscaler",
  covers: [],
  *inspect(stack) {
    const scaled = stack.ofType(autoscaler).map(({ props }) => at(props, "spec", "scaleTargetRef", "name"));
    yield* everyOne(
      stack.ofType("kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet"),
      function* (resource) {
        if (podTemplateOf(resource) === undefined || at(resource.props, "spec", "replicas") !== undefined)
          return;
        // One that is gone before its successor starts is meant to be one.
        if (at(resource.props, "spec", "strategy", "type") === "Recreate") return;
        if (scaled.includes(at(resource.props, "metadata", "name"))) return;
        yield { resource, path: "spec.replicas", problem: "is not set, which is one" };
      },
    );
  },
};

export const podAutoscaler: ResourcePolicy = {
  id: "pod-autoscaler",
  concern: "resilience",
  severity: "medium",
  description: "An autoscaler leaves two pods at least.",
  remedy: "Set minReplicas to 2 or more: Kubernetes' own least is one",
  covers: [],
  types: [autoscaler],
  *check({ props }) {
    const least = at(props, "spec", "minReplicas");
    if (typeof least !== "number" || least < 2)
      yield { path: "spec.minReplicas", problem: `${quoted(least)}, expected 2 or more` };
  },
};

export const podDisruption: StackPolicy = {
  id: "pod-disruption",
  concern: "resilience",
  severity: "medium",
  description: "Not all pods of what answers others are evicted at once: a PodDisruptionBudget keeps one.",
  remedy:
    "Add a PodDisruptionBudget whose selector chooses its pods, with minAvailable 1 or maxUnavailable 1",
  covers: [],
  *inspect(stack) {
    const budgets = stack.ofType("kubernetes:policy/v1:PodDisruptionBudget").map(({ props }) => props);
    yield* everyOne(
      stack.ofType("kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet"),
      function* (resource) {
        const labels = podTemplateOf(resource)?.labels;
        const replicas = at(resource.props, "spec", "replicas");
        if (labels === undefined || (replicas !== undefined && Number(replicas) < 2)) return;
        const namespace = at(resource.props, "metadata", "namespace");
        const kept = budgets.some((budget) => {
          const wanted = at(budget, "spec", "selector", "matchLabels");
          return (
            at(budget, "metadata", "namespace") === namespace &&
            isMap(wanted) &&
            Object.entries(wanted).every(([name, value]) => labels[name] === value) &&
            at(budget, "spec", "minAvailable") !== 0 &&
            at(budget, "spec", "maxUnavailable") !== "100%"
          );
        });
        if (!kept) yield { resource, path: "", problem: "has no PodDisruptionBudget" };
      },
    );
  },
};

/** What answers others goes on when a node goes: there are two or more of it, apart, and never all of them are taken at once. */
import { containersOf, podTemplateOf, selects, type PodTemplate } from "../facts/podTemplates.ts";
import type { ResourcePolicy, StackPolicy } from "../policy.ts";
import {
  at,
  everyOne,
  isMap,
  listAt,
  quoted,
  type Resource,
  type Stack,
  type StackResource,
} from "../resource.ts";

const types = ["kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet"] as const;

export const podReplicas: ResourcePolicy = {
  id: "pod-replicas",
  concern: "resilience",
  severity: "medium",
  description: "What answers others runs twice, on different nodes.",
  remedy:
    "Set replicas to 2 or more with a podAntiAffinity or a spread over zones; what must be one is excluded with its reason",
  covers: [],
  types,
  *check(resource) {
    const pod = podTemplateOf(resource);
    if (pod === undefined || isAlone(resource, pod)) return;
    const { replicas } = specOf(resource);
    // Absent where an autoscaler says it.
    if (replicas !== undefined && !(Number(replicas) >= 2))
      yield { path: "spec.replicas", problem: `${quoted(replicas)}, expected 2 or more` };
    const terms = [
      "requiredDuringSchedulingIgnoredDuringExecution",
      "preferredDuringSchedulingIgnoredDuringExecution",
    ]
      .flatMap((way) => listAt(pod.spec, "affinity", "podAntiAffinity", way))
      .map((term) => at(term, "podAffinityTerm") ?? term);
    const spread = [...terms, ...listAt(pod.spec, "topologySpreadConstraints")];
    if (spread.length === 0) yield { path: `${pod.path}.affinity.podAntiAffinity`, problem: "is not set" };
    else if (!spread.some((term) => keepsApart(term, pod)))
      yield {
        path: `${pod.path}.affinity.podAntiAffinity`,
        problem: "keeps its own pods apart neither by node nor by zone",
      };
  },
};

function keepsApart(term: unknown, pod: PodTemplate): boolean {
  return (
    /(?:hostname|zone)$/.test(String(at(term, "topologyKey"))) &&
    selects(at(term, "labelSelector"), pod.labels)
  );
}

export const podAutoscaler: StackPolicy = {
  id: "pod-autoscaler",
  concern: "resilience",
  severity: "medium",
  description: "What says no number of replicas has an autoscaler, which keeps two or more.",
  remedy: "Set replicas, or add a HorizontalPodAutoscaler for it with minReplicas of 2 or more",
  covers: [],
  *inspect(stack) {
    const autoscalers = stack.ofType(...autoscalerTypes);
    yield* everyOne(workloads(stack), function* ({ resource }) {
      const { replicas } = specOf(resource);
      if (replicas === undefined && !autoscalers.some((autoscaler) => scales(autoscaler, resource)))
        yield { resource, path: "spec.replicas", problem: "is not set, which is 1" };
    });
    yield* everyOne(autoscalers, function* (resource) {
      const name = resource.type.endsWith(":ScaledObject") ? "minReplicaCount" : "minReplicas";
      const least = specOf(resource)[name];
      if (!(Number(least ?? 0) >= 2))
        yield { resource, path: `spec.${name}`, problem: `${quoted(least)}, expected 2 or more` };
    });
  },
};

const autoscalerTypes = [
  "kubernetes:autoscaling/v1:HorizontalPodAutoscaler",
  "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
  "kubernetes:keda.sh/v1alpha1:ScaledObject",
] as const;

function scales(autoscaler: StackResource, workload: StackResource): boolean {
  const target = specOf(autoscaler)["scaleTargetRef"];
  const kind = at(target, "kind");
  return (
    at(target, "name") === at(workload.props, "metadata", "name") &&
    namespaceOf(autoscaler) === namespaceOf(workload) &&
    // KEDA's word for none is a Deployment.
    workload.type.endsWith(`:${typeof kind === "string" ? kind : "Deployment"}`)
  );
}

export const podBudget: StackPolicy = {
  id: "pod-disruption-budget",
  concern: "resilience",
  severity: "medium",
  description: "Of what there is more than one, nodes that are drained take one after the other.",
  remedy: "Add a PodDisruptionBudget with maxUnavailable 1 whose selector chooses its pods",
  covers: [],
  *inspect(stack) {
    const budgets = stack.ofType("kubernetes:policy/v1:PodDisruptionBudget");
    yield* everyOne(workloads(stack), function* ({ resource, pod }) {
      const { replicas } = specOf(resource);
      if (replicas !== undefined && Number(replicas) < 2) return;
      const covered = budgets.some(
        (budget) =>
          namespaceOf(budget) === namespaceOf(resource) && selects(specOf(budget)["selector"], pod.labels),
      );
      if (!covered) yield { resource, path: "", problem: "has no budget for disruptions" };
    });
    yield* everyOne(budgets, function* (resource) {
      const { minAvailable, maxUnavailable } = specOf(resource);
      if (isShare(maxUnavailable, 0) || isShare(minAvailable, 100))
        yield { resource, path: "spec", problem: "lets no node be drained" };
      else if (isShare(maxUnavailable, 100) || isShare(minAvailable, 0))
        yield { resource, path: "spec", problem: "lets all of its pods be taken at once" };
      else if ((minAvailable ?? maxUnavailable) === undefined)
        yield { resource, path: "spec.maxUnavailable", problem: "is not set" };
    });
  },
};

/** Whether an amount of pods is none or all of them; a number alone is never known to be all. */
function isShare(amount: unknown, percent: 0 | 100): boolean {
  return amount === `${String(percent)}%` || (percent === 0 && (amount === 0 || amount === "0"));
}

interface Workload {
  readonly resource: StackResource;
  readonly pod: PodTemplate;
}

/** Those of which there ought to be more than one. */
function* workloads(stack: Stack): Generator<Workload> {
  for (const resource of stack.ofType(...types)) {
    const pod = podTemplateOf(resource);
    if (pod !== undefined && !isAlone(resource, pod)) yield { resource, pod };
  }
}

/** A compactor, or what says by its strategy that there is one of it. */
function isAlone(resource: Resource, pod: PodTemplate): boolean {
  return (
    at(specOf(resource), "strategy", "type") === "Recreate" ||
    containersOf(pod).some(({ container }) =>
      ["command", "args"].some((list) => listAt(container, list).includes("compact")),
    )
  );
}

function specOf({ props }: Resource): Readonly<Record<string, unknown>> {
  const { spec } = props;
  return isMap(spec) ? spec : {};
}

function namespaceOf({ props }: Resource): unknown {
  return at(props, "metadata", "namespace") ?? "default";
}

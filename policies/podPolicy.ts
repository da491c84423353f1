/** Policies of pods, whatever kind makes them. */
import {
  containersOf,
  podTemplateOf,
  podTypes,
  type Container,
  type PodTemplate,
} from "./facts/podTemplates.ts";
import type { Concern, Fault, ResourcePolicy } from "./policy.ts";
import { everyOne } from "./resource.ts";

interface ContainerPolicy {
  readonly id: string;
  readonly concern?: Concern;
  readonly severity: ResourcePolicy["severity"];
  readonly description: string;
  readonly remedy: string;
  readonly covers: readonly string[];
  /** What the pod says for its containers, also where each of them says it for itself: Pod Security refuses that too. */
  readonly lookAtPod?: (pod: PodTemplate) => Iterable<Fault>;
  readonly look: (container: Container) => Iterable<Fault>;
}

/** A policy of every container of every kind that makes pods. */
export function containerPolicy(given: ContainerPolicy): ResourcePolicy {
  const { lookAtPod = () => [], look, concern = "resilience", ...policy } = given;
  return {
    ...policy,
    concern,
    types: podTypes,
    *check(resource) {
      const pod = podTemplateOf(resource);
      if (pod === undefined) return;
      yield* everyOne([lookAtPod(pod), everyOne(containersOf(pod), look)], (faults) => faults);
    },
  };
}

/** A policy of what a pod says for all of its containers. */
export function podPolicy(
  policy: Omit<ResourcePolicy, "types" | "check" | "concern"> & {
    readonly look: (pod: PodTemplate) => Iterable<Fault>;
  },
): ResourcePolicy {
  const { look, ...rest } = policy;
  return {
    ...rest,
    concern: "resilience",
    types: podTypes,
    *check(resource) {
      const pod = podTemplateOf(resource);
      if (pod !== undefined) yield* look(pod);
    },
  };
}

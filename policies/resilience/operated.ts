/** What the operator runs, by its own kinds and by kube-prometheus-stack, which leaves these to whoever installs it. */
import { operatedTypes, specsOf } from "../facts/operated.ts";
import { isApart } from "../facts/podTemplates.ts";
import { releaseOf, releaseTypes } from "../facts/releases.ts";
import type { ResourcePolicy } from "../policy.ts";
import { at, everyOne, quoted } from "../resource.ts";

const common = { concern: "resilience", severity: "medium" } as const;

export const operatedResources: ResourcePolicy = {
  ...common,
  id: "resilience-operated-resources",
  description:
    "Prometheus, Alertmanager and rulers of the operator ask for CPU and memory, and limit memory.",
  remedy: "Set resources.requests.cpu, resources.requests.memory and resources.limits.memory",
  covers: ["CKV_K8S_10", "CKV_K8S_12", "CKV_K8S_13"],
  types: [...releaseTypes, ...operatedTypes],
  *check(resource) {
    const isRelease = releaseOf(resource) !== undefined;
    yield* everyOne(specsOf(resource), function* ({ path, spec }) {
      const resources = at(spec, "resources");
      const isSaid = ["requests", "limits"].some((part) => at(resources, part) !== undefined);
      // What values say by half another policy tells.
      if (isRelease && isSaid) return;
      for (const name of ["requests.cpu", "requests.memory", "limits.memory"])
        if (at(resources, ...name.split(".")) === undefined)
          yield { path: `${path}.resources.${name}`, problem: "is not set" };
    });
  },
};

/** Of releases release-replicas tells. */
export const operatedReplicas: ResourcePolicy = {
  ...common,
  id: "resilience-operated-replicas",
  description: "Prometheus, Alertmanager and rulers of the operator run twice, on different nodes.",
  remedy:
    "Set spec.replicas to 2 or more, with a podAntiAffinity or a topology spread that does not schedule; what must be one is excluded with its reason",
  covers: [],
  types: operatedTypes,
  *check(resource) {
    yield* everyOne(specsOf(resource), function* ({ path, spec }) {
      const replicas = at(spec, "replicas");
      if (Number(replicas ?? 1) < 2)
        yield { path: `${path}.replicas`, problem: `${quoted(replicas)}, expected 2 or more` };
      if (!isApart(at(spec, "affinity"), at(spec, "topologySpreadConstraints")))
        yield {
          path: `${path}.affinity.podAntiAffinity`,
          problem: "is not set, so that all may be on one node",
        };
    });
  },
};

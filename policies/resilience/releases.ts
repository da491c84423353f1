/** Pods that charts make: what their values say of them. Where they say nothing the chart decides. */
import { workloadsOf, workloadValue } from "../facts/chartWorkloads.ts";
import { isApart } from "../facts/podTemplates.ts";
import { mapsOf, type NamedMap } from "../facts/releaseMaps.ts";
import { valueOf, valuePath, type Release } from "../facts/releases.ts";
import type { Fault } from "../policy.ts";
import { releasePolicy } from "../releasePolicy.ts";
import { at, isMap, isOn, listAt, quoted } from "../resource.ts";

export const releasePodSecurity = releasePolicy({
  id: "release-pod-security",
  concern: "resilience",
  severity: "high",
  description: "A security context in a release's values is whole: as Pod Security's `restricted` wants it.",
  remedy:
    "Of a pod set runAsNonRoot and seccompProfile, of a container allowPrivilegeEscalation false, capabilities.drop ALL and readOnlyRootFilesystem true; or leave the map to the chart",
  covers: ["CKV_K8S_20", "CKV_K8S_22", "CKV_K8S_23", "CKV_K8S_31", "CKV_K8S_37"],
  *look(release) {
    for (const each of mapsOf(release)) {
      if (!/securityContext$/i.test(each.key) || Object.keys(each.map).length === 0) continue;
      yield* contextFaults(each, sibling(release, each));
    }
  },
});

/** Names that only a container's context has. */
const ofContainers = ["allowPrivilegeEscalation", "capabilities", "readOnlyRootFilesystem", "privileged"];

function* contextFaults({ path, map }: NamedMap, other: unknown): Iterable<Fault> {
  const wrong = (name: string, expected: string): Fault => ({
    path: `${path}.${name}`,
    problem: `${quoted(at(map, ...name.split(".")))}, expected ${expected}`,
  });
  if (map["runAsUser"] === 0 || map["runAsUser"] === "0") yield wrong("runAsUser", "another than root");
  if (isOn(map["privileged"])) yield wrong("privileged", "false");
  const container = ofContainers.some((name) => map[name] !== undefined);
  if (container) {
    if (map["allowPrivilegeEscalation"] !== false) yield wrong("allowPrivilegeEscalation", "false");
    if (!listAt(map, "capabilities", "drop").includes("ALL")) yield wrong("capabilities.drop", '"ALL"');
    if (map["readOnlyRootFilesystem"] !== true) yield wrong("readOnlyRootFilesystem", "true");
  }
  // What a pod says holds for its containers, unless they say otherwise.
  const inherits = (name: string) => container && map[name] === undefined && at(other, name) !== undefined;
  if (map["runAsNonRoot"] !== true && !inherits("runAsNonRoot")) yield wrong("runAsNonRoot", "true");
  const seccomp = at(map, "seccompProfile", "type");
  if (!["RuntimeDefault", "Localhost"].includes(String(seccomp)) && !inherits("seccompProfile"))
    yield wrong("seccompProfile.type", '"RuntimeDefault"');
}

/** The pod's context beside a container's: `podSecurityContext`, or `securityContext` beside `containerSecurityContext`. */
function sibling(release: Release, { path, key }: NamedMap): unknown {
  const own = path.split(/[.[\]]+/).slice(1, -1);
  const beside =
    key === "securityContext" ? ["podSecurityContext"] : ["securityContext", "podSecurityContext"];
  const places = beside.map((name) => [...own, name]);
  // A container beside the chart's own stands in a list, below what the pod's context is in.
  if (/^\d+$/.test(own.at(-1) ?? ""))
    for (const name of ["podSecurityContext", "securityContext"]) places.push([...own.slice(0, -2), name]);
  return places.map((place) => at(release.values, ...place)).find(isMap);
}

export const releaseResources = releasePolicy({
  id: "release-resources",
  concern: "resilience",
  severity: "medium",
  description: "Resources in a release's values ask for CPU and memory, and limit memory.",
  remedy: "Set requests.cpu, requests.memory and limits.memory, or leave the map to the chart",
  covers: ["CKV_K8S_10", "CKV_K8S_12", "CKV_K8S_13"],
  *look(release) {
    for (const { path, key, map } of mapsOf(release))
      if (key === "resources" && (map["requests"] !== undefined || map["limits"] !== undefined))
        // The requests of a volume are no pod's.
        if (at(map, "requests", "storage") === undefined)
          for (const name of ["requests.cpu", "requests.memory", "limits.memory"])
            if (at(map, ...name.split(".")) === undefined)
              yield { path: `${path}.${name}`, problem: "is not set" };
  },
});

export const releaseReplicas = releasePolicy({
  id: "release-replicas",
  concern: "resilience",
  severity: "medium",
  description: "What answers others in a well-known chart runs twice, on different nodes.",
  remedy:
    "Set its replicas to 2 or more, with a podAntiAffinity (kube-prometheus-stack knows `hard` and `soft`); what must be one is excluded with its reason",
  covers: [],
  *look(release) {
    for (const workload of workloadsOf(release)) {
      const replicas = valueOf(release, workload.replicas);
      if (replicas === undefined || Number(replicas) < 2)
        yield { path: valuePath(workload.replicas), problem: `${quoted(replicas)}, expected 2 or more` };
      const named = ["hard", "soft"].includes(String(workloadValue(release, workload, "podAntiAffinity")));
      const said = (name: string): unknown => workloadValue(release, workload, name);
      const apart = named || isApart(said("affinity"), said("topologySpreadConstraints"));
      const where = [workload.base, "affinity.podAntiAffinity"].filter((step) => step !== "").join(".");
      if (!apart) yield { path: valuePath(where), problem: "is not set, so that all may be on one node" };
    }
  },
});

export const releaseDisruption = releasePolicy({
  id: "release-disruption",
  concern: "resilience",
  severity: "medium",
  description: "Not all pods of what answers others are evicted at once: a PodDisruptionBudget keeps one.",
  remedy: "Switch the chart's PodDisruptionBudget on, with minAvailable 1 or more, or maxUnavailable 1",
  covers: [],
  *look(release) {
    for (const { budget, budgetByDefault } of workloadsOf(release)) {
      const switched = valueOf(release, budget) ?? budgetByDefault;
      if (switched !== true) yield { path: valuePath(budget), problem: `${quoted(switched)}, expected true` };
      const least = budget.replace(/[^.]+$/, "minAvailable");
      if (valueOf(release, least) === 0)
        yield { path: valuePath(least), problem: "is 0, so that every pod may go at once" };
    }
  },
});

export const releaseProbes = releasePolicy({
  id: "release-probes",
  concern: "resilience",
  severity: "medium",
  description: "Nobody switches off by which a chart's pods say that they are ready and alive.",
  remedy: "Remove `enabled: false` of livenessProbe and readinessProbe",
  covers: ["CKV_K8S_8", "CKV_K8S_9"],
  *look(release) {
    for (const { path, key, map } of mapsOf(release))
      if (/^(?:liveness|readiness)Probe$/.test(key) && map["enabled"] === false)
        yield { path: `${path}.enabled`, problem: "is false" };
  },
});

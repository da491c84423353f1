/** What the values of a Helm release say of pods: a chart's own objects are made later, where no policy sees them. */
import { releaseOf, releaseTypes } from "../facts/releases.ts";
import type { Fault, ResourcePolicy } from "../policy.ts";
import { at, everyOne, isMap, isOn, listAt, quoted, type Properties } from "../resource.ts";

export const podReleaseValues: ResourcePolicy = {
  id: "pod-release-values",
  concern: "resilience",
  severity: "high",
  description: "The values of a release take back nothing of what keeps its pods apart from their nodes.",
  remedy:
    "Remove it from the values, or turn it round; what measures nodes is excluded with its reason, and an image has a version",
  covers: [],
  types: releaseTypes,
  *check(resource) {
    const release = releaseOf(resource);
    if (release !== undefined) yield* below(release.values, "values");
  },
};

function* below(value: unknown, path: string): Generator<Fault> {
  if (Array.isArray(value))
    yield* everyOne(value.keys(), (index) => below((value as unknown[])[index], `${path}[${String(index)}]`));
  // A part of a chart that is off makes no pods.
  if (!isMap(value) || value["enabled"] === false) return;
  const isContext = /securityContext$/i.test(path);
  yield* everyOne(Object.keys(value), function* (key) {
    const where = `${path}.${key}`;
    const inner = value[key];
    const look = isContext && ofContexts.has(key) ? undefined : problems[key];
    const problem = look?.(inner, value);
    if (problem !== undefined) yield { path: where, problem };
    yield* below(inner, where);
  });
}

type Look = (value: unknown, beside: Properties) => string | undefined;

const on: Look = (value) => (isOn(value) ? "is true" : undefined);
const off: Look = (value) => (value === false || value === "false" ? "is false" : undefined);

/** Names of a security context, which is looked at as a whole: release-pod-security. */
const ofContexts: ReadonlySet<string> = new Set([
  "privileged",
  "allowPrivilegeEscalation",
  "runAsNonRoot",
  "readOnlyRootFilesystem",
  "runAsUser",
  "seccompProfile",
]);

/** By the name that Kubernetes gives it, and charts after it. */
const problems: Readonly<Record<string, Look>> = {
  privileged: on,
  allowPrivilegeEscalation: on,
  hostProcess: on,
  hostNetwork: on,
  runAsNonRoot: off,
  readOnlyRootFilesystem: off,
  runAsUser: (value) => (value === 0 || value === "0" ? "is 0, which is root" : undefined),
  hostPath: (value) => (isMap(value) && "path" in value ? "is a folder of the node" : undefined),
  seccompProfile: (value) => (at(value, "type") === "Unconfined" ? "filters nothing" : undefined),
  capabilities: (value) => {
    const added = listAt(value, "add").filter((one) => one !== "NET_BIND_SERVICE");
    return added.length > 0 ? `give ${added.map(String).join(", ")}` : undefined;
  },
  tag: (value, beside) =>
    "repository" in beside && typeof value === "string" && value !== "" && !namesVersion(value)
      ? `${quoted(value)}, which is another image every day`
      : undefined,
};

/** Whether a tag names a version, as far as its text tells. */
export function namesVersion(tag: string): boolean {
  return /\d/.test(tag) && !tag.startsWith("latest");
}

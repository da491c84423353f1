/** Rights that charts give their pods, and the stores that they read. */
import { mapsOf } from "../facts/releaseMaps.ts";
import { valueOf, valuePath } from "../facts/releases.ts";
import type { ResourcePolicy } from "../policy.ts";
import { isMap, listAt, quoted } from "../resource.ts";
import { releasePolicy } from "../releasePolicy.ts";

export const identityReleaseToken = releasePolicy({
  id: "identity-release-token",
  concern: "identity",
  severity: "medium",
  description: "No value hands the token of the API server to pods unasked.",
  remedy:
    "Set automountServiceAccountToken (serviceAccount.automount) to false, and project a token where one is needed",
  covers: ["CKV_K8S_38"],
  *look(release) {
    for (const { path, key, map } of mapsOf(release)) {
      if (map["automountServiceAccountToken"] === true)
        yield { path: `${path}.automountServiceAccountToken`, problem: "is true" };
      if (/serviceAccount$/i.test(key) && map["automount"] === true)
        yield { path: `${path}.automount`, problem: "is true" };
      // Kubernetes' own hour is enough for what is renewed by itself.
      const seconds = Number(map["expirationSeconds"] ?? 0);
      if (key === "serviceAccountToken" && seconds > 86_400)
        yield { path: `${path}.expirationSeconds`, problem: `is ${String(seconds)}, expected a day at most` };
    }
  },
});

/** Switches by which a chart gives its pods more than this stack's do, whose own roles say what they need. */
const rights: Readonly<Record<string, Readonly<Record<string, boolean>>>> = {
  "kube-prometheus-stack": { "global.rbac.create": false, "grafana.rbac.create": false },
  thanos: { "global.rbac.create": false },
  "prometheus-adapter": { "rbac.create": false },
  "external-secrets": {
    processClusterExternalSecret: false,
    processClusterPushSecret: false,
    "crds.createClusterExternalSecret": false,
  },
};

export const identityReleaseRights = releasePolicy({
  id: "identity-release-rights",
  concern: "identity",
  severity: "high",
  description:
    "Where a stack has roles of its own, charts make none: kube-prometheus-stack's operator may otherwise do all with every Secret.",
  remedy:
    "Set rbac.create and the switches of cluster-wide kinds to false, and bind roles of the stack's own",
  covers: ["CKV_K8S_155", "CIS Kubernetes 5.1.2"],
  settings: {
    required: { type: "boolean", default: false, description: "Whether a chart's own roles are at fault." },
  },
  *look(release, { required }) {
    if (required !== true) return;
    for (const [path, wanted] of Object.entries(rights[release.chart] ?? {}))
      if (valueOf(release, path) !== wanted)
        yield {
          path: valuePath(path),
          problem: `${quoted(valueOf(release, path))}, expected ${String(wanted)}`,
        };
  },
});

export const identitySecretStore: ResourcePolicy = {
  id: "identity-secret-store",
  concern: "identity",
  severity: "high",
  description: "A store for the whole cluster names the namespaces that may read it.",
  remedy: "Give it conditions with namespaces, or make it a SecretStore of one namespace",
  covers: [],
  types: ["kubernetes:external-secrets.io/v1:ClusterSecretStore"],
  *check({ props }) {
    const spec = props["spec"];
    const conditions = listAt(spec, "conditions");
    if (conditions.length === 0)
      yield { path: "spec.conditions", problem: "is not set: every namespace may read" };
    for (const [index, condition] of conditions.entries())
      if (["namespaces", "namespaceSelector", "namespaceRegexes"].every((name) => !isNamed(condition, name)))
        yield { path: `spec.conditions[${String(index)}]`, problem: "names no namespace" };
  },
};

function isNamed(condition: unknown, name: string): boolean {
  const value = isMap(condition) ? condition[name] : undefined;
  return Array.isArray(value) ? value.length > 0 : isMap(value);
}

/** Kubernetes: who may do what is named. */
import type { Fault, ResourcePolicy } from "../policy.ts";
import { at, listAt, quoted } from "../resource.ts";

const roleTypes = [
  "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
  "kubernetes:rbac.authorization.k8s.io/v1:Role",
] as const;

export const identityKubernetesRole: ResourcePolicy = {
  id: "identity-kubernetes-role",
  concern: "identity",
  severity: "high",
  description: "A role names verbs, groups and resources, and gives no way to more rights than its own.",
  remedy:
    "Replace `*` by what is needed; remove escalate, bind, impersonate, and create on pods/exec and nodes/proxy",
  covers: ["CKV_K8S_49", "CKV_K8S_157", "CKV_K8S_158", "CKV2_K8S_3", "CIS Kubernetes 5.1.3", "AVD-KSV-0046"],
  types: roleTypes,
  *check({ props }) {
    for (const [index, rule] of listAt(props, "rules").entries()) {
      const path = `rules[${String(index)}]`;
      const verbs = listAt(rule, "verbs").map(String);
      const resources = listAt(rule, "resources").map(String);
      for (const part of ["verbs", "apiGroups", "resources", "nonResourceURLs"])
        for (const name of listAt(rule, part).map(String))
          // Part of a path, /metrics/*, is a name.
          if (part === "nonResourceURLs" ? name === "*" : name.includes("*"))
            yield { path: `${path}.${part}`, problem: `holds "${name}"` };
      for (const verb of ["escalate", "bind", "impersonate"])
        if (verbs.includes(verb))
          yield { path: `${path}.verbs`, problem: `hold ${verb}, which gives any right` };
      for (const dangerous of ["pods/exec", "pods/attach", "nodes/proxy", "serviceaccounts/token"])
        if (resources.includes(dangerous)) yield { path: `${path}.resources`, problem: `hold ${dangerous}` };
    }
  },
};

export const identityKubernetesSecrets: ResourcePolicy = {
  id: "identity-kubernetes-secrets",
  concern: "identity",
  severity: "high",
  description: "Nobody reads every Secret of a cluster, or writes any.",
  remedy:
    "Bind a Role in the namespace, or name the Secrets by resourceNames; an operator that needs them is excluded with its reason",
  covers: ["CIS Kubernetes 5.1.2", "AVD-KSV-0041"],
  types: roleTypes,
  *check({ type, props }) {
    for (const [index, rule] of listAt(props, "rules").entries()) {
      if (!listAt(rule, "resources").includes("secrets") || listAt(rule, "resourceNames").length > 0)
        continue;
      const verbs = listAt(rule, "verbs").map(String);
      const writes = verbs.filter((verb) =>
        ["create", "update", "patch", "delete", "deletecollection"].includes(verb),
      );
      if (type.endsWith(":ClusterRole") && writes.length > 0)
        yield {
          path: `rules[${String(index)}]`,
          problem: `allow ${writes.join(", ")} on every Secret of the cluster`,
        };
    }
  },
};

export const identityKubernetesBinding: ResourcePolicy = {
  id: "identity-kubernetes-binding",
  concern: "identity",
  severity: "critical",
  description: "No account is an administrator of the cluster, and nobody unknown is anything.",
  remedy: "Bind a role with what is needed to one service account",
  covers: ["CKV_K8S_42", "CIS Kubernetes 5.1.1", "AVD-KSV-0111"],
  types: [
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
    "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
  ],
  *check({ props }) {
    const role = at(props, "roleRef", "name");
    if (role === "cluster-admin" || role === "admin" || role === "edit")
      yield { path: "roleRef.name", problem: `${quoted(role)}, which may do anything there` };
    for (const [index, subject] of listAt(props, "subjects").entries()) {
      const name = String(at(subject, "name"));
      const path = `subjects[${String(index)}].name`;
      if (
        /^system:(?:anonymous|unauthenticated|authenticated|masters)$|^system:serviceaccounts(?::|$)/.test(
          name,
        )
      )
        yield { path, problem: `${quoted(name)}, which is more than one account` };
      if (name === "default" && at(subject, "kind") === "ServiceAccount")
        yield { path, problem: "is the account of every pod that names none" };
    }
  },
};

export const identityServiceAccount: ResourcePolicy = {
  id: "identity-service-account",
  concern: "identity",
  severity: "medium",
  description: "A service account gives its token to no pod that does not ask.",
  remedy: "Set automountServiceAccountToken to false",
  covers: ["CKV_K8S_41", "CIS Kubernetes 5.1.6", "AVD-KSV-0036"],
  types: ["kubernetes:core/v1:ServiceAccount"],
  *check({ props }) {
    const value = props["automountServiceAccountToken"];
    if (value !== false)
      yield { path: "automountServiceAccountToken", problem: `${quoted(value)}, expected false` };
  },
};

export const identityCertificate: ResourcePolicy = {
  id: "encryption-certificate",
  concern: "encryption",
  severity: "medium",
  description: "A certificate is renewed with a new key, well before it ends, at least once a year.",
  remedy:
    'Set privateKey.rotationPolicy to "Always", duration to a year or less, and renewBefore to a tenth of it or more',
  covers: [],
  types: ["kubernetes:cert-manager.io/v1:Certificate"],
  *check({ props }) {
    yield* certificateFaults(at(props, "spec"), "spec");
  },
};

/** What is wrong with what a Certificate asks for, wherever it is written. */
export function* certificateFaults(spec: unknown, path: string): Iterable<Fault> {
  const wrong = (name: string, problem: string): Fault => ({ path: `${path}.${name}`, problem });
  const rotation = at(spec, "privateKey", "rotationPolicy");
  // An authority with a new key is another authority: everybody who trusts it would have to hear of it first.
  if (rotation !== "Always" && at(spec, "isCA") !== true)
    yield wrong("privateKey.rotationPolicy", `${quoted(rotation)}, expected "Always"`);
  const algorithm = at(spec, "privateKey", "algorithm");
  const size = Number(at(spec, "privateKey", "size") ?? 256);
  if ((algorithm === "RSA" || algorithm === undefined) && size < 2_048)
    yield wrong("privateKey", "is an RSA key of less than 2048 bits");
  const issuer = at(spec, "issuerRef", "name");
  if (issuer === undefined || issuer === "") yield wrong("issuerRef.name", "is not set");
  const hours = (value: unknown): number | undefined => {
    const [, count] = /^(\d+)h/.exec(String(value)) ?? [];
    return count === undefined ? undefined : Number(count);
  };
  const duration = hours(at(spec, "duration")) ?? 2_160;
  const renewed = hours(at(spec, "renewBefore"));
  // An authority lives longer than what it signs.
  if (at(spec, "isCA") !== true && duration > 8_784)
    yield wrong("duration", `${quoted(at(spec, "duration"))}, expected a year at most`);
  else if (duration > 87_840)
    yield wrong("duration", `${quoted(at(spec, "duration"))}, expected ten years at most`);
  if (renewed !== undefined && renewed < duration / 10)
    yield wrong("renewBefore", `${quoted(at(spec, "renewBefore"))}, less than a tenth of its life`);
}

export const encryptionStorageClass: ResourcePolicy = {
  id: "retention-storage-class",
  concern: "retention",
  severity: "high",
  description: "Volumes of a storage class are encrypted, and stay when their claim goes.",
  remedy:
    'Set reclaimPolicy to "Retain"; on EBS parameters.encrypted to "true", on Azure networkAccessPolicy "DenyAll"',
  covers: [],
  types: ["kubernetes:storage.k8s.io/v1:StorageClass"],
  *check({ props }) {
    if (props["reclaimPolicy"] !== "Retain")
      yield { path: "reclaimPolicy", problem: `${quoted(props["reclaimPolicy"])}, expected "Retain"` };
    const parameter = (name: string): unknown => at(props, "parameters", name);
    if (props["provisioner"] === "ebs.csi.aws.com" && String(parameter("encrypted")) !== "true")
      yield { path: "parameters.encrypted", problem: `${quoted(parameter("encrypted"))}, expected "true"` };
    if (props["provisioner"] === "disk.csi.azure.com") {
      if (!["DenyAll", "AllowPrivate"].includes(String(parameter("networkAccessPolicy"))))
        yield {
          path: "parameters.networkAccessPolicy",
          problem: `${quoted(parameter("networkAccessPolicy"))}, expected "DenyAll"`,
        };
      if (parameter("publicNetworkAccess") !== "Disabled")
        yield {
          path: "parameters.publicNetworkAccess",
          problem: `${quoted(parameter("publicNetworkAccess"))}, expected "Disabled"`,
        };
    }
    if (props["allowVolumeExpansion"] !== true)
      yield { path: "allowVolumeExpansion", problem: "is not true: a full disk could not grow" };
  },
};

/** Kubernetes: who may do what is named. */
import type { Fault, ResourcePolicy } from "../policy.ts";
import { at, everyOne, isMap, listAt, quoted, type Properties } from "../resource.ts";

export const identityKubernetesRole: ResourcePolicy = {
  id: "identity-kubernetes-role",
  concern: "identity",
  severity: "high",
  description: "A role names verbs, groups and resources, and gives no way to more rights than its own.",
  remedy:
    "Replace `*` by what is needed; remove what gives any right, and choose the roles that an aggregated one takes by their labels",
  covers: [
    "CKV_K8S_49",
    "CKV_K8S_155",
    "CKV_K8S_156",
    "CKV_K8S_157",
    "CKV_K8S_158",
    "CKV2_K8S_1",
    "CKV2_K8S_2",
    "CKV2_K8S_3",
    "CKV2_K8S_4",
    "CIS Kubernetes 5.1.3",
    "AVD-KSV-0046",
    "AVD-KSV-0114",
  ],
  types: [
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
    "kubernetes:rbac.authorization.k8s.io/v1:Role",
  ],
  *check({ props }) {
    yield* everyOne(listAt(props, "rules").entries(), function* ([index, rule]) {
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
      for (const resource of resources)
        if (givesAnyRight.test(resource)) yield { path: `${path}.resources`, problem: `hold ${resource}` };
      if (verbs.includes("approve") && resources.includes("signers"))
        yield {
          path: `${path}.verbs`,
          problem: "hold approve on signers, which makes certificates for anybody",
        };
      if (verbs.some((verb) => writing.includes(verb)))
        for (const resource of resources)
          if (givesAnyRightWhenWritten.test(resource))
            yield { path: `${path}.resources`, problem: `hold ${resource}, to be written` };
    });
    for (const [index, selector] of listAt(props, "aggregationRule", "clusterRoleSelectors").entries())
      if (
        !isMap(selector) ||
        Object.values(selector).every((part) => Object.keys(part as object).length === 0)
      )
        yield {
          path: `aggregationRule.clusterRoleSelectors[${String(index)}]`,
          problem: "is empty, which takes the rights of every role",
        };
  },
};

const writing = ["create", "update", "patch", "delete", "deletecollection", "*"];

/** Into any pod or node, in another's name: for the first ones reading is enough. */
const givesAnyRight =
  /^(?:pods|\*)\/(?:exec|attach|portforward|proxy|ephemeralcontainers)$|^(?:nodes|\*)\/proxy$|^(?:serviceaccounts|\*)\/token$/;
/** What decides over every object, lets a name be anybody's, or draws others' traffic (CVE-2020-8554). */
const givesAnyRightWhenWritten =
  /^(?:mutating|validating)webhookconfigurations$|^(?:mutating|validating)admissionpolic(?:ies|ybindings)$|^certificatesigningrequests\/(?:approval|\*)$|^\*\/approval$|^services\/status$/;

export const identityKubernetesSecrets: ResourcePolicy = {
  id: "identity-kubernetes-secrets",
  concern: "identity",
  severity: "high",
  description: "Nobody reads or writes every Secret of a cluster.",
  remedy:
    "Bind a Role in the namespace, or name the Secrets by resourceNames; an operator that needs them is excluded with its reason",
  covers: ["CIS Kubernetes 5.1.2", "AVD-KSV-0041"],
  types: ["kubernetes:rbac.authorization.k8s.io/v1:ClusterRole"],
  *check({ props }) {
    yield* everyOne(listAt(props, "rules").entries(), function* ([index, rule]) {
      const resources = listAt(rule, "resources");
      // What holds everything has a policy of its own.
      if (resources.includes("*")) return;
      const core = listAt(rule, "apiGroups").some((group) => group === "" || group === "*");
      if (!core || !resources.includes("secrets")) return;
      const verbs = listAt(rule, "verbs").map(String);
      if (verbs.length > 0 && listAt(rule, "resourceNames").length === 0)
        yield {
          path: `rules[${String(index)}]`,
          problem: `allow ${verbs.join(", ")} on every Secret of the cluster`,
        };
    });
  },
};

export const identityKubernetesReading: ResourcePolicy = {
  id: "identity-kubernetes-reading",
  concern: "identity",
  severity: "high",
  description: "Nobody reads every Secret of a namespace.",
  remedy: "Name the Secrets by resourceNames; an operator that needs them all is excluded with its reason",
  covers: ["CKV2_K8S_5", "CIS Kubernetes 5.1.2", "AVD-KSV-0041"],
  types: ["kubernetes:rbac.authorization.k8s.io/v1:Role"],
  *check({ props }) {
    yield* everyOne(listAt(props, "rules").entries(), function* ([index, rule]) {
      if (listAt(rule, "resourceNames").length > 0 || !listAt(rule, "resources").includes("secrets")) return;
      const verb = listAt(rule, "verbs")
        .map(String)
        .find((name) => ["get", "list", "watch", "*"].includes(name));
      if (verb !== undefined)
        yield { path: `rules[${String(index)}]`, problem: `allow ${verb} on every Secret there` };
    });
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
    yield* everyOne([checkRole, checkSubjects], (check) => check(props));
  },
};

function* checkRole(props: Properties): Generator<Fault> {
  const role = String(at(props, "roleRef", "name"));
  if (/^(?:cluster-admin|(?:system:aggregate-to-)?(?:admin|edit)|system:controller:.*)$/.test(role))
    yield { path: "roleRef.name", problem: `${quoted(role)}, which may do anything there` };
}

function* checkSubjects(props: Properties): Generator<Fault> {
  yield* everyOne(listAt(props, "subjects").entries(), function* ([index, subject]) {
    const name = String(at(subject, "name"));
    const path = `subjects[${String(index)}].name`;
    if (/^system:(?:anonymous|(?:un)?authenticated|masters|nodes|serviceaccounts(?::.*)?)$/.test(name))
      yield { path, problem: `${quoted(name)}, which is more than one account` };
    if (
      (name === "default" && at(subject, "kind") === "ServiceAccount") ||
      /^system:serviceaccount:[^:]*:default$/.test(name)
    )
      yield { path, problem: "is the account of every pod that names none" };
  });
}

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

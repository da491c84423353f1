/** Kubernetes: traffic that nobody named is refused, and so are pods that may do too much. */
import { operatedTypes } from "../facts/operated.ts";
import { podTypes } from "../facts/podTemplates.ts";
import { isTruthy, releaseTypes } from "../facts/releases.ts";
import type { ResourcePolicy, StackPolicy } from "../policy.ts";
import { at, everyOne, isMap, known, listAt, quoted, type Stack, type StackResource } from "../resource.ts";

const policyType = "kubernetes:networking.k8s.io/v1:NetworkPolicy";

export const exposureDefaultDeny: StackPolicy = {
  id: "exposure-default-deny",
  concern: "exposure",
  severity: "high",
  description: "In a namespace with pods everything is denied that no NetworkPolicy allows, both ways.",
  remedy:
    "Add a NetworkPolicy with an empty podSelector and policyTypes Ingress and Egress, without a rule for everybody",
  covers: ["CKV2_K8S_6", "CIS Kubernetes 5.3.2", "AVD-KSV-0038"],
  *inspect(stack) {
    const networkPolicies = stack.ofType(policyType);
    const closing = (policy: StackResource, way: Way): unknown =>
      isolates(at(policy.props, "spec"), way) ? namespaceOf(policy) : undefined;
    const closed = ways.map((way) =>
      networkPolicies.map((policy) => known(() => closing(policy, way), undefined)),
    );
    const reported = new Set<unknown>();
    yield* everyOne(stack.ofType(...podTypes, ...releaseTypes, ...operatedTypes), function* (resource) {
      // What only brings kinds has no pods; of a Chart that says nothing in the state its children tell.
      if (bringsKindsOnly(resource) || saysNothing(resource)) return;
      const namespace = namespaceOf(resource);
      if (closed.every((namespaces) => namespaces.includes(namespace)) || reported.has(namespace)) return;
      // One that is not known yet may be the one: asking again throws.
      for (const policy of networkPolicies) for (const way of ways) closing(policy, way);
      reported.add(namespace);
      yield {
        resource,
        path: "metadata.namespace",
        problem: `${quoted(namespace)}, where nothing is denied by default`,
      };
    });
  },
};

const ways = ["Ingress", "Egress"] as const;
type Way = (typeof ways)[number];

/** Whether every pod is chosen, so that what no rule names is denied; a rule that allows everything denies nothing. */
function isolates(spec: unknown, way: Way): boolean {
  const rules = listAt(spec, way.toLowerCase());
  return (
    isEmpty(at(spec, "podSelector"), false) &&
    listAt(spec, "policyTypes").includes(way) &&
    rules.every((rule) => listAt(rule, way === "Ingress" ? "from" : "to").length > 0)
  );
}

/** Namespaces into whose pods comes only what a rule names, as far as it is known. */
export function closedNamespaces(stack: Stack): readonly unknown[] {
  return stack
    .ofType(policyType)
    .map((policy) =>
      known(
        () => (isolates(at(policy.props, "spec"), "Ingress") ? namespaceOf(policy) : undefined),
        undefined,
      ),
    )
    .filter((namespace) => namespace !== undefined);
}

function bringsKindsOnly({ props }: StackResource): boolean {
  return /(?:^|[/-])crds?$/.test(known(() => String(props["chart"]), ""));
}

/** A helm.sh/v4 Chart is a component, which the provider registers without its arguments. */
function saysNothing({ type, props }: StackResource): boolean {
  return type === "kubernetes:helm.sh/v4:Chart" && known(() => props["chart"] === undefined, false);
}

/** @throws the SDK's UnknownValueError where a preview does not know it: that is no pod of `default` */
export function namespaceOf({ props }: StackResource): unknown {
  return at(props, "metadata", "namespace") ?? props["namespace"] ?? "default";
}

/** Whether a selector chooses everything; `absent` is what no selector means. */
export function isEmpty(selector: unknown, absent: boolean): boolean {
  if (selector === undefined) return absent;
  // Every namespace has its name as a label.
  const expressions = listAt(selector, "matchExpressions").filter(
    (expression) =>
      at(expression, "operator") !== "Exists" || at(expression, "key") !== "kubernetes.io/metadata.name",
  );
  const labels = at(selector, "matchLabels");
  return isMap(selector) && expressions.length === 0 && (!isMap(labels) || Object.keys(labels).length === 0);
}

export const exposureNamespace: ResourcePolicy = {
  id: "exposure-namespace-security",
  concern: "exposure",
  severity: "high",
  description:
    "A namespace refuses pods that Pod Security's `restricted` refuses; only one that is named after its nodes (`node` or `nodes` is a word of its name) may be `privileged`, with a warning level of its own.",
  remedy:
    'Label it pod-security.kubernetes.io/enforce: "restricted", and create it as an object, not by a release; what measures nodes has a namespace of its own, as monitoring-nodes',
  covers: ["CIS Kubernetes 5.2.1", "AVD-KSV-0110"],
  types: ["kubernetes:core/v1:Namespace", "kubernetes:helm.sh/v3:Release"],
  *check({ type, props }) {
    const label = "pod-security.kubernetes.io/enforce";
    if (type.endsWith(":Release")) {
      if (isTruthy(props["createNamespace"]))
        yield { path: "createNamespace", problem: "makes a namespace without labels" };
      return;
    }
    const level = at(props, "metadata", "labels", label);
    // Kubernetes' own has `privileged`, for what runs on every node.
    if (level === "restricted" || (level === "privileged" && namesNodes(props))) return;
    yield { path: `metadata.labels["${label}"]`, problem: `${quoted(level)}, expected "restricted"` };
  },
};

function namesNodes(props: Readonly<Record<string, unknown>>): boolean {
  const warn = at(props, "metadata", "labels", "pod-security.kubernetes.io/warn");
  return /(?:^|-)nodes?(?:-|$)/.test(String(at(props, "metadata", "name"))) && warn !== undefined;
}

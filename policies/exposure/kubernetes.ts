/** Kubernetes: traffic that nobody named is refused, and the way in has TLS. */
import { podTypes } from "../facts/podTemplates.ts";
import { releaseTypes } from "../facts/releases.ts";
import type { ResourcePolicy, StackPolicy } from "../policy.ts";
import { at, everyOne, isMap, known, listAt, quoted, type StackResource } from "../resource.ts";
import { isEverybody } from "./networks.ts";

const policyType = "kubernetes:networking.k8s.io/v1:NetworkPolicy";

export const exposureDefaultDeny: StackPolicy = {
  id: "exposure-default-deny",
  concern: "exposure",
  severity: "high",
  description: "In a namespace with pods everything is denied that no NetworkPolicy allows, both ways.",
  remedy: "Add a NetworkPolicy with an empty podSelector, policyTypes Ingress and Egress, and no rules",
  covers: ["CKV2_K8S_6", "CIS Kubernetes 5.3.2", "AVD-KSV-0038"],
  *inspect(stack) {
    const closing = (policy: StackResource): unknown =>
      deniesAll(at(policy.props, "spec")) ? namespaceOf(policy) : undefined;
    const networkPolicies = stack.ofType(policyType);
    const closed = networkPolicies.map((policy) => known(() => closing(policy), undefined));
    const reported = new Set<unknown>();
    yield* everyOne(stack.ofType(...podTypes, ...releaseTypes), function* (resource) {
      // What only brings kinds has no pods.
      if (bringsKindsOnly(resource)) return;
      const namespace = namespaceOf(resource);
      if (closed.includes(namespace) || reported.has(namespace)) return;
      // One that is not known yet may be the one: asking again throws.
      networkPolicies.forEach(closing);
      reported.add(namespace);
      yield {
        resource,
        path: "metadata.namespace",
        problem: `${quoted(namespace)}, where nothing is denied by default`,
      };
    });
  },
};

export function deniesAll(spec: unknown): boolean {
  const types = listAt(spec, "policyTypes");
  const selector = at(spec, "podSelector");
  return (
    isMap(selector) &&
    Object.keys(selector).length === 0 &&
    types.includes("Ingress") &&
    types.includes("Egress") &&
    listAt(spec, "ingress").length === 0 &&
    listAt(spec, "egress").length === 0
  );
}

function bringsKindsOnly({ props }: StackResource): boolean {
  return /(?:^|[/-])crds?$/.test(known(() => String(props["chart"]), ""));
}

/** @throws the SDK's UnknownValueError where a preview does not know it: that is no pod of `default` */
export function namespaceOf({ props }: StackResource): unknown {
  return at(props, "metadata", "namespace") ?? props["namespace"] ?? "default";
}

export const exposureNetworkPolicy: ResourcePolicy = {
  id: "exposure-network-policy",
  concern: "exposure",
  severity: "high",
  description: "A NetworkPolicy names who may come, where, and on which ports.",
  remedy: "Give each rule peers and ports; the internet only on 443 and for pods that serve people",
  covers: ["AVD-KSV-0038"],
  types: [policyType],
  settings: {
    ports: {
      type: "array",
      items: { type: "integer" },
      default: [80, 443, 8080, 8443],
      description: "Open to everybody.",
    },
  },
  *check({ props }, { ports }) {
    const spec = at(props, "spec");
    for (const [way, peers] of [
      ["ingress", "from"],
      ["egress", "to"],
    ] as const)
      for (const [index, rule] of listAt(spec, way).entries()) {
        const path = `spec.${way}[${String(index)}]`;
        const who = listAt(rule, peers);
        const where = listAt(rule, "ports");
        if (who.length === 0 && where.length === 0) yield { path, problem: "allows everything" };
        else if (where.length === 0)
          yield { path: `${path}.ports`, problem: "is not set: every port is open" };
        const anybody =
          who.length === 0 ||
          who.some((peer) => {
            const block = at(peer, "ipBlock", "cidr");
            if (typeof block === "string")
              return isEverybody(block) && listAt(peer, "ipBlock", "except").length === 0;
            return isEmpty(at(peer, "podSelector"), true) && isEmpty(at(peer, "namespaceSelector"), false);
          });
        if (way === "ingress" && anybody)
          for (const port of where.map((each) => at(each, "port")))
            if (!(ports as readonly unknown[]).includes(port) && typeof port !== "string")
              yield { path: `${path}.from`, problem: `lets everybody in on port ${String(port)}` };
      }
    if (listAt(spec, "policyTypes").length === 0)
      yield {
        path: "spec.policyTypes",
        problem: "is not set, so that egress is open where no egress rule is given",
      };
  },
};

/** Whether a selector chooses everything; `absent` is what no selector means. */
function isEmpty(selector: unknown, absent: boolean): boolean {
  return selector === undefined ? absent : isMap(selector) && Object.keys(selector).length === 0;
}

export const exposureService: ResourcePolicy = {
  id: "exposure-service",
  concern: "exposure",
  severity: "high",
  description:
    "A Service is for the cluster; one for outside names the networks that may come, or is internal.",
  remedy:
    "Use ClusterIP behind the ingress; on a LoadBalancer set loadBalancerSourceRanges or the cloud's annotation for an internal one",
  covers: [],
  types: ["kubernetes:core/v1:Service"],
  *check({ props }) {
    const type = at(props, "spec", "type");
    if (type === "NodePort") yield { path: "spec.type", problem: 'is "NodePort": every node answers' };
    if (type === "LoadBalancer" && !isInternal(props)) {
      const ranges = listAt(props, "spec", "loadBalancerSourceRanges").map(String);
      if (ranges.length === 0 || ranges.some(isEverybody))
        yield { path: "spec.loadBalancerSourceRanges", problem: "lets everybody in" };
    }
    if (listAt(props, "spec", "externalIPs").length > 0)
      yield { path: "spec.externalIPs", problem: "take traffic of the cluster's that is for others" };
  },
};

function isInternal(props: Readonly<Record<string, unknown>>): boolean {
  const annotations = at(props, "metadata", "annotations");
  return [
    ["service.beta.kubernetes.io/azure-load-balancer-internal", "true"],
    ["service.beta.kubernetes.io/aws-load-balancer-scheme", "internal"],
  ].some(([name = "", value]) => at(annotations, name) === value);
}

export const exposureIngress: ResourcePolicy = {
  id: "exposure-ingress-tls",
  concern: "exposure",
  severity: "high",
  description: "An Ingress serves named hosts, each with TLS.",
  remedy: "Name a host in each rule, and list it under tls with the Secret of its certificate",
  covers: ["AVD-KSV-1001"],
  types: ["kubernetes:networking.k8s.io/v1:Ingress"],
  *check({ props }) {
    const secured = listAt(props, "spec", "tls").flatMap((tls) =>
      at(tls, "secretName") === undefined ? [] : listAt(tls, "hosts"),
    );
    const rules = listAt(props, "spec", "rules");
    if (rules.length === 0) yield { path: "spec.rules", problem: "names no host" };
    for (const [index, rule] of rules.entries()) {
      const host = at(rule, "host");
      if (host === undefined || host === "")
        yield { path: `spec.rules[${String(index)}].host`, problem: "is not set: every name is served" };
      else if (!secured.includes(host))
        yield { path: "spec.tls", problem: `lists no host ${JSON.stringify(host)}` };
    }
    for (const [annotation, off] of [
      ["haproxy.org/ssl-redirect", "false"],
      ["nginx.ingress.kubernetes.io/ssl-redirect", "false"],
    ] as const)
      if (at(props, "metadata", "annotations", annotation) === off)
        yield { path: `metadata.annotations["${annotation}"]`, problem: "lets people stay without TLS" };
  },
};

export const exposureNamespace: ResourcePolicy = {
  id: "exposure-namespace-security",
  concern: "exposure",
  severity: "high",
  description: "A namespace refuses pods that Pod Security's `restricted` refuses.",
  remedy:
    'Label it pod-security.kubernetes.io/enforce: "restricted"; what measures nodes has a namespace of its own, excluded with its reason',
  covers: ["CIS Kubernetes 5.2.1", "AVD-KSV-0110"],
  types: ["kubernetes:core/v1:Namespace"],
  *check({ props }) {
    const label = "pod-security.kubernetes.io/enforce";
    const level = at(props, "metadata", "labels", label);
    // Kubernetes' own has `privileged`, for what runs on every node.
    if (level === "restricted" || (level === "privileged" && namesNodes(props))) return;
    yield { path: `metadata.labels["${label}"]`, problem: `${quoted(level)}, expected "restricted"` };
  },
};

function namesNodes(props: Readonly<Record<string, unknown>>): boolean {
  const warn = at(props, "metadata", "labels", "pod-security.kubernetes.io/warn");
  return /nodes?$/.test(String(at(props, "metadata", "name"))) && warn !== undefined;
}

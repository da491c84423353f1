/** What NetworkPolicies mean, in small: whether a connection is let through. @see https://kubernetes.io/docs/concepts/services-networking/network-policies/ */
import type { Peer } from "../../monitoring/kubernetes/outside.ts";
import type { KubernetesObject } from "../../monitoring/kubernetes/model.ts";
import type { Labels } from "../../monitoring/model.ts";

export interface Pod {
  readonly namespace: string;
  readonly labels: Labels;
  /** Labels of its namespace besides its name. */
  readonly namespaceLabels?: Labels;
  readonly address: string;
}

/** Something that is no pod of the cluster. */
export interface Machine {
  readonly address: string;
}

interface Port {
  readonly protocol: string;
  readonly port?: number;
}

interface Spec {
  readonly podSelector: { readonly matchLabels?: Labels };
  readonly policyTypes: readonly string[];
  readonly ingress: readonly { readonly from: readonly Peer[]; readonly ports: readonly Port[] }[];
  readonly egress: readonly { readonly to: readonly Peer[]; readonly ports: readonly Port[] }[];
}

/** Whether both ends let a connection through; an end that is no pod has no policies. */
export function admitted(
  policies: readonly KubernetesObject[],
  from: Pod | Machine,
  to: Pod | Machine,
  port: Required<Port>,
): boolean {
  return leaves(policies, from, to, port) && enters(policies, from, to, port);
}

export function leaves(
  policies: readonly KubernetesObject[],
  from: Pod | Machine,
  to: Pod | Machine,
  port: Required<Port>,
): boolean {
  return passes(policies, from, to, port, "Egress");
}

export function enters(
  policies: readonly KubernetesObject[],
  from: Pod | Machine,
  to: Pod | Machine,
  port: Required<Port>,
): boolean {
  return passes(policies, to, from, port, "Ingress");
}

/** A pod that no policy selects is open; one that is selected is closed but for the rules of all that select it. */
function passes(
  policies: readonly KubernetesObject[],
  subject: Pod | Machine,
  other: Pod | Machine,
  port: Required<Port>,
  direction: "Ingress" | "Egress",
): boolean {
  if (!isPod(subject)) return true;
  const selecting = policies
    .filter(({ kind, metadata }) => kind === "NetworkPolicy" && metadata.namespace === subject.namespace)
    .map((policy) => policy["spec"] as Spec)
    .filter(
      ({ podSelector, policyTypes }) =>
        has(subject.labels, podSelector.matchLabels) && policyTypes.includes(direction),
    );
  if (selecting.length === 0) return true;
  const rules = selecting.flatMap((spec) =>
    direction === "Ingress"
      ? spec.ingress.map(({ from, ports }) => ({ peers: from, ports }))
      : spec.egress.map(({ to, ports }) => ({ peers: to, ports })),
  );
  return rules.some(
    ({ peers, ports }) =>
      (peers.length === 0 || peers.some((peer) => matches(peer, other, subject.namespace))) &&
      (ports.length === 0 || ports.some((one) => covers(one, port))),
  );
}

function matches(
  { ipBlock, namespaceSelector, podSelector }: Peer,
  other: Pod | Machine,
  ownNamespace: string,
): boolean {
  if (ipBlock !== undefined)
    return (
      within(other.address, ipBlock.cidr) &&
      !(ipBlock.except ?? []).some((cidr) => within(other.address, cidr))
    );
  if (!isPod(other)) return false;
  const namespace = { "kubernetes.io/metadata.name": other.namespace, ...other.namespaceLabels };
  // A peer of pods alone means pods of the policy's own namespace.
  const there =
    namespaceSelector === undefined
      ? other.namespace === ownNamespace
      : has(namespace, namespaceSelector.matchLabels);
  return there && has(other.labels, podSelector?.matchLabels);
}

function covers(rule: Port, port: Required<Port>): boolean {
  return rule.protocol === port.protocol && (rule.port === undefined || rule.port === port.port);
}

function has(labels: Labels, wanted: Labels = {}): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}

function isPod(one: Pod | Machine): one is Pod {
  return "labels" in one;
}

function within(address: string, cidr: string): boolean {
  const [network = "", bits = "32"] = cidr.split("/");
  const mask = Number(bits) === 0 ? 0 : (-1 << (32 - Number(bits))) >>> 0;
  return (number(address) & mask) >>> 0 === (number(network) & mask) >>> 0;
}

function number(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

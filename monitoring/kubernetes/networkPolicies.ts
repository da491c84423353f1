/**
 * Network policies from the flows: nothing goes in or out of a namespace of the stack, except DNS and what a flow says.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
import type { System } from "../model.ts";
import { endpoints, flows, type Flow, type FlowPort } from "./flows.ts";
import { namespacesOf } from "./foundation.ts";
import type { ClusterFacts, KubernetesObject, Part } from "./model.ts";
import { ownObject } from "./names.ts";
import type { Endpoint } from "./operators.ts";
import { nodePorts } from "./outsideFlows.ts";
import { dns, inNamespace, solverLabel, solverPort, type Outside, type Peer } from "./outside.ts";

/** One rule of a policy; without ports, every port. */
interface Rule {
  readonly peers: readonly Peer[];
  readonly ports: readonly { readonly protocol: string; readonly port?: number }[];
}

export function networkPolicies(system: System, facts: ClusterFacts): Part {
  const all = flows(system, facts);
  const pods = endpoints(system);
  const own = Object.keys(namespacesOf(system, facts));
  const byName = new Map(pods.map((endpoint) => [endpoint.name, endpoint]));
  return {
    name: "network-policies",
    about: "Default deny in every namespace, DNS, and one policy for each workload with exactly its flows.",
    after: ["foundation"],
    objects: [
      ...own.flatMap((namespace) => [defaultDeny(namespace), askDns(namespace)]),
      ...pods
        .filter(({ namespace }) => own.includes(namespace))
        .map((endpoint) => policyOf(endpoint, all, byName)),
      ...challengeSolvers(system, facts),
      ...(facts.cilium ? [ciliumNodes(system)] : []),
    ],
  };
}

function policyOf(
  endpoint: Endpoint,
  all: readonly Flow[],
  byName: ReadonlyMap<string, Endpoint>,
): KubernetesObject {
  const peersOf = (end: string | Outside): readonly Peer[] =>
    typeof end === "string" ? [podsOf(endpoint, byName.get(end) ?? endpoint)] : end.peers;
  const ingress = all
    .filter(({ to }) => to === endpoint.name)
    .map(({ from, ports }): Rule => ({ peers: peersOf(from), ports: ports.map(rulePort) }));
  const egress = all
    .filter(({ from }) => from === endpoint.name)
    .map(({ to, ports }): Rule => ({ peers: peersOf(to), ports: ports.map(rulePort) }));
  return policy(endpoint.name, endpoint.namespace, endpoint.selector, ingress, egress);
}

/** The other end by its labels; by its namespace too where that is another one. */
function podsOf(seenFrom: Endpoint, other: Endpoint): Peer {
  const podSelector = { matchLabels: other.selector };
  return other.namespace === seenFrom.namespace
    ? { podSelector }
    : { ...inNamespace(other.namespace), podSelector };
}

function rulePort({ protocol, number }: FlowPort): Rule["ports"][number] {
  return number === undefined ? { protocol } : { protocol, port: number };
}

function policy(
  name: string,
  namespace: string,
  podLabels: Readonly<Record<string, string>>,
  ingress: readonly Rule[],
  egress: readonly Rule[],
): KubernetesObject {
  const everyPod = Object.keys(podLabels).length === 0;
  return ownObject({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, namespace },
    spec: {
      podSelector: everyPod ? {} : { matchLabels: podLabels },
      policyTypes: ["Ingress", "Egress"],
      ingress: distinct(ingress.map(({ peers, ports }) => ({ from: peers, ports }))),
      egress: distinct(egress.map(({ peers, ports }) => ({ to: peers, ports }))),
    },
  });
}

function distinct<T>(rules: readonly T[]): T[] {
  return [...new Map(rules.map((rule) => [JSON.stringify(rule), rule])).values()];
}

function defaultDeny(namespace: string): KubernetesObject {
  return policy("default-deny", namespace, {}, [], []);
}

/** Names are asked for by UDP, and again by TCP when the answer is long. */
function askDns(namespace: string): KubernetesObject {
  const ports = ["UDP", "TCP"].map((protocol) => ({ protocol, port: 53 }));
  return policy("dns", namespace, {}, [], [{ peers: dns.peers, ports }]);
}

/** Pods that cert-manager starts to answer a challenge, in the namespace of the certificate; the edge asks them. */
function challengeSolvers(system: System, { edge }: ClusterFacts): KubernetesObject[] {
  if (edge.certificate.kind !== "acme") return [];
  const haproxy = endpoints(system).find(({ name }) => name === "haproxy-ingress");
  if (haproxy === undefined) return [];
  const ports = [{ protocol: "TCP", port: solverPort }];
  return [system.namespace, haproxy.namespace].map((namespace) => {
    const from: Peer = { ...inNamespace(haproxy.namespace), podSelector: { matchLabels: haproxy.selector } };
    return policy("acme-challenges", namespace, solverLabel, [{ peers: [from], ports }], []);
  });
}

/**
 * Cilium does not match a node's address by `ipBlock`: the nodes are entities of their own.
 *
 * @see https://learn.microsoft.com/en-us/azure/aks/azure-cni-powered-by-cilium#limitations
 */
function ciliumNodes(system: System): KubernetesObject {
  const prometheus = endpoints(system).find(({ name }) => name === "prometheus");
  return ownObject({
    apiVersion: "cilium.io/v2",
    kind: "CiliumNetworkPolicy",
    metadata: { name: "prometheus-nodes", namespace: system.namespace },
    spec: {
      endpointSelector: { matchLabels: prometheus?.selector ?? {} },
      egress: [
        {
          toEntities: ["host", "remote-node"],
          toPorts: [
            {
              ports: Object.values(nodePorts).map((port) => ({ port: String(port), protocol: "TCP" })),
            },
          ],
        },
      ],
    },
  });
}

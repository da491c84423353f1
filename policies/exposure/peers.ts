/** A NetworkPolicy names its peers both ways: an empty selector, or none, is whoever runs there next. */
import type { Fault, ResourcePolicy } from "../policy.ts";
import { at, isMap, listAt } from "../resource.ts";
import { isEverybody } from "../facts/networks.ts";

export const exposureNetworkPeers: ResourcePolicy = {
  id: "exposure-network-peers",
  concern: "exposure",
  severity: "medium",
  description:
    "Rules of a NetworkPolicy name pods, namespaces or networks; what may go to the internet may not ask the node's metadata.",
  remedy:
    "Give each rule from or to (0.0.0.0/0 where everybody is meant), selectors with labels, and a way out an except of 169.254.0.0/16",
  covers: ["AVD-KSV-0038"],
  types: ["kubernetes:networking.k8s.io/v1:NetworkPolicy"],
  settings: {
    everyNamespace: {
      type: "array",
      items: { type: "string" },
      default: [],
      description:
        "Names of NetworkPolicies of which a rule may be for every namespace: of what watches all of them.",
    },
  },
  *check({ props }, { everyNamespace }) {
    const everywhere = (everyNamespace as readonly unknown[]).includes(at(props, "metadata", "name"));
    for (const [way, side] of [
      ["ingress", "from"],
      ["egress", "to"],
    ] as const)
      for (const [index, rule] of listAt(props, "spec", way).entries()) {
        const path = `spec.${way}[${String(index)}].${side}`;
        const peers = listAt(rule, side);
        if (peers.length === 0) yield { path, problem: "is not set, which is everybody" };
        for (const [number, peer] of peers.entries()) {
          if (everywhere && JSON.stringify(peer) === '{"namespaceSelector":{}}') continue;
          yield* peerFaults(peer, `${path}[${String(number)}]`, way === "egress");
        }
      }
  },
};

function* peerFaults(peer: unknown, path: string, out: boolean): Iterable<Fault> {
  const cidr = at(peer, "ipBlock", "cidr");
  if (typeof cidr === "string") {
    // The metadata services of AWS, Azure and Google answer there, and give away the node's credentials.
    const spared = listAt(peer, "ipBlock", "except").map(String);
    if (out && isEverybody(cidr) && !spared.some((range) => range.startsWith("169.254.")))
      yield { path: `${path}.ipBlock.except`, problem: "leaves out no 169.254.0.0/16" };
    return;
  }
  const [pods, namespaces] = [at(peer, "podSelector"), at(peer, "namespaceSelector")];
  if (isEmpty(pods)) yield { path: `${path}.podSelector`, problem: "is empty: every pod" };
  // A pod that answers a challenge of ACME stands beside its certificate, wherever that is.
  const labels = at(pods, "matchLabels");
  const solver =
    isMap(labels) && Object.keys(labels).some((label) => label.startsWith("acme.cert-manager.io/"));
  if (isEmpty(namespaces) && !solver)
    yield { path: `${path}.namespaceSelector`, problem: "is empty: every namespace" };
}

function isEmpty(selector: unknown): boolean {
  return isMap(selector) && Object.keys(selector).length === 0;
}

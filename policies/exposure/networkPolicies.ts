/** A NetworkPolicy names who may come and where to one may go: an empty selector, or none, is whoever runs there next. */
import { isEverybody } from "../facts/networks.ts";
import type { Fault, ResourcePolicy } from "../policy.ts";
import { at, isMap, listAt } from "../resource.ts";
import { isEmpty } from "./kubernetes.ts";

type Way = "ingress" | "egress";

export const exposureNetworkPolicy: ResourcePolicy = {
  id: "exposure-network-policy",
  concern: "exposure",
  severity: "high",
  description:
    "A NetworkPolicy names who may come and where to one may go, by pods, namespaces or networks, and on which ports; what may go to the internet may not ask the node's metadata.",
  remedy:
    "Give each rule ports and from or to (0.0.0.0/0 where everybody is meant), selectors with labels, a way out an except of 169.254.0.0/16, and set policyTypes; everybody may come only to what serves people: the setting `ports`",
  covers: ["AVD-KSV-0038"],
  types: ["kubernetes:networking.k8s.io/v1:NetworkPolicy"],
  settings: {
    ports: {
      type: "array",
      items: { type: ["integer", "string"] },
      default: [80, 443, 8080, 8443, "http", "https"],
      description: "Numbers and names of ports that everybody may come to.",
    },
    everyNamespace: {
      type: "array",
      items: { type: "string" },
      default: [],
      description:
        "Names of NetworkPolicies of which a rule may be for every namespace: of what watches all of them.",
    },
  },
  *check({ props }, { ports, everyNamespace }) {
    const open = ports as readonly unknown[];
    const everywhere = (everyNamespace as readonly unknown[]).includes(at(props, "metadata", "name"));
    const spec = at(props, "spec");
    for (const way of ["ingress", "egress"] as const)
      for (const [index, rule] of listAt(spec, way).entries())
        yield* ruleFaults(rule, `spec.${way}[${String(index)}]`, way, { open, everywhere });
    if (listAt(spec, "policyTypes").length === 0)
      yield {
        path: "spec.policyTypes",
        problem: "is not set, so that egress is open where no egress rule is given",
      };
  },
};

interface Allowed {
  /** Ports that everybody may come to. */
  readonly open: readonly unknown[];
  /** Whether a rule may be for every namespace. */
  readonly everywhere: boolean;
}

function* ruleFaults(rule: unknown, path: string, way: Way, { open, everywhere }: Allowed): Generator<Fault> {
  const side = way === "ingress" ? "from" : "to";
  const who = listAt(rule, side);
  const where = listAt(rule, "ports");
  if (who.length === 0 && where.length === 0) {
    yield { path, problem: "allows everything" };
    return;
  }
  if (where.length === 0) yield { path: `${path}.ports`, problem: "is not set: every port is open" };
  // What is scraped in other namespaces may listen anywhere.
  const anybody = who.length === 0 || who.some(way === "ingress" ? isAnybody : isInternet);
  for (const [place, each] of where.entries())
    if (at(each, "port") === undefined && (way === "ingress" || anybody))
      yield { path: `${path}.ports[${String(place)}].port`, problem: "is not set: every port is open" };
  if (who.length === 0) {
    yield { path: `${path}.${side}`, problem: "is not set, which is everybody" };
    return;
  }
  const unnamed = who.flatMap((peer, number) =>
    everywhere && JSON.stringify(peer) === '{"namespaceSelector":{}}'
      ? []
      : [...peerFaults(peer, `${path}.${side}[${String(number)}]`, way)],
  );
  yield* unnamed;
  if (way === "ingress" && anybody && unnamed.length === 0)
    for (const each of where)
      if (at(each, "port") !== undefined && !isOpen(each, open))
        yield { path: `${path}.from`, problem: `lets everybody in on port ${portText(each)}` };
}

function* peerFaults(peer: unknown, path: string, way: Way): Generator<Fault> {
  if (at(peer, "ipBlock", "cidr") !== undefined) {
    // The metadata services of AWS, Azure and Google answer there, and give away the node's credentials.
    const spared = listAt(peer, "ipBlock", "except").map(String);
    if (way === "egress" && isInternet(peer) && !spared.some((range) => range.startsWith("169.254.")))
      yield { path: `${path}.ipBlock.except`, problem: "leaves out no 169.254.0.0/16" };
    return;
  }
  const [pods, namespaces] = [at(peer, "podSelector"), at(peer, "namespaceSelector")];
  if (isEmpty(pods, false)) yield { path: `${path}.podSelector`, problem: "is empty: every pod" };
  if (isEmpty(namespaces, false) && !isAnywhere(at(pods, "matchLabels")))
    yield { path: `${path}.namespaceSelector`, problem: "is empty: every namespace" };
}

/** A pod that answers a challenge of ACME stands beside its certificate, wherever that is. */
function isAnywhere(labels: unknown): boolean {
  return isMap(labels) && Object.keys(labels).some((label) => label.startsWith("acme.cert-manager.io/"));
}

function isAnybody(peer: unknown): boolean {
  if (at(peer, "ipBlock") !== undefined) return isInternet(peer);
  return isEmpty(at(peer, "podSelector"), true) && isEmpty(at(peer, "namespaceSelector"), false);
}

/** Also without a part of it: what is left is still everybody. */
function isInternet(peer: unknown): boolean {
  const block = at(peer, "ipBlock", "cidr");
  return typeof block === "string" && isEverybody(block);
}

function isOpen(rule: unknown, ports: readonly unknown[]): boolean {
  const port = at(rule, "port");
  const last = at(rule, "endPort") ?? port;
  // A name is no number that was written in quotes.
  const wanted = typeof port === "string" && /^\d+$/.test(port) ? Number(port) : port;
  return String(last) === String(port) && ports.includes(wanted);
}

function portText(rule: unknown): string {
  return [at(rule, "port"), at(rule, "endPort")]
    .filter((port) => port !== undefined)
    .map(String)
    .join(" to ");
}

/** Who is not a pod of the stack, as network policies see them: peers, by selector or by network. */
import type { Labels } from "../model.ts";
import type { ClusterFacts } from "./model.ts";

/** A peer of a NetworkPolicy's rule. */
export interface Peer {
  readonly namespaceSelector?: { readonly matchLabels?: Labels };
  readonly podSelector?: { readonly matchLabels?: Labels };
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

/** Somebody outside of the stack, by a name for people and by peers. */
export interface Outside {
  readonly outside: string;
  readonly peers: readonly Peer[];
}

/** The label by which Kubernetes names a namespace. */
export function inNamespace(name: string): Pick<Peer, "namespaceSelector"> {
  return { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } };
}

const kubeSystem = (labels: Labels): Peer => ({
  ...inNamespace("kube-system"),
  podSelector: { matchLabels: labels },
});

/** AKS and EKS both keep CoreDNS under this label. */
export const dns: Outside = { outside: "the cluster's DNS", peers: [kubeSystem({ "k8s-app": "kube-dns" })] };

/** Metadata services hand out the node's own identity: nothing of the stack may ask them. */
const linkLocal = "169.254.0.0/16";

/** Addresses whose names only are known: object stores, identity providers, pagers, mail servers. */
export const anywhere: Outside = {
  outside: "addresses known by name only",
  peers: [{ ipBlock: { cidr: "0.0.0.0/0", except: [linkLocal] } }],
};

/** A network policy knows no names, and the API server's address is only known when it is there: 443, but no metadata service. */
export const apiServer: Outside = { ...anywhere, outside: "the Kubernetes API" };

/** Gives pods of EKS their identity. @see https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html */
export const podIdentityAgent: Outside = {
  outside: "EKS Pod Identity's agent",
  peers: [{ ipBlock: { cidr: "169.254.170.23/32" } }],
};

/** Networks that are joined to the cluster's: other machines, other regions. */
export const privateNetworks: Outside = {
  outside: "machines of private networks",
  peers: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map((cidr) => ({ ipBlock: { cidr } })),
};

/** The nodes: kubelets, and the exporters that share their network. */
export function nodes({ networkCidr }: ClusterFacts): Outside {
  return { outside: "the nodes", peers: [{ ipBlock: { cidr: networkCidr } }] };
}

/** Where calls of admission webhooks come from: EKS puts its API servers into the network, AKS tunnels them through a pod. */
export function webhookCallers({ cloud, networkCidr }: ClusterFacts): Outside {
  const tunnel = cloud === "azure" ? [kubeSystem({ app: "konnectivity-agent" })] : [];
  return {
    outside: "API servers that call webhooks",
    peers: [{ ipBlock: { cidr: networkCidr } }, ...tunnel],
  };
}

/** Whoever may use the edge. */
export function clients({ edge }: ClusterFacts): Outside {
  return {
    outside: "clients of the edge",
    peers: edge.allowedCidrs.map((cidr) => ({ ipBlock: { cidr } })),
  };
}

/** Pods of certain namespaces, or of all. */
export function podsOf(namespaces: readonly string[]): Outside {
  return namespaces.length === 0
    ? { outside: "pods of every namespace", peers: [{ namespaceSelector: {} }] }
    : { outside: `pods of ${namespaces.join(", ")}`, peers: namespaces.map(inNamespace) };
}

/** Label of namespaces whose pods may use the names that clients know, and push. */
const clientLabel = { "monitoring-client": "true" } as const;

export const invitedNamespaces: Outside = {
  outside: "pods of namespaces labelled monitoring-client=true",
  peers: [{ namespaceSelector: { matchLabels: clientLabel } }],
};

/** Label of the pods that answer ACME's HTTP challenges. @see https://cert-manager.io/docs/configuration/acme/http01/ */
export const solverLabel = { "acme.cert-manager.io/http01-solver": "true" } as const;
/** Where they listen. */
export const solverPort = 8089;

export const challengeSolvers: Outside = {
  outside: "pods that answer ACME challenges",
  peers: [{ namespaceSelector: {}, podSelector: { matchLabels: solverLabel } }],
};

/**
 * What runs on a Kubernetes cluster, as plain data: Helm releases and objects, rendered from a system and what is known
 * of its cluster. AKS and EKS are two clouds under the same {@link KubernetesPlan}.
 */
import type { Labels } from "../model.ts";
import type { ChartName } from "./charts.ts";

export type Cloud = "azure" | "aws";

/**
 * What is known of a cluster and its cloud before any resource of it exists. Everything here is plain text: what only
 * the cloud can tell (the ids of identities) is added by the component, as annotations of service accounts.
 */
export interface ClusterFacts {
  readonly cloud: Cloud;
  /** Name of the cluster. */
  readonly cluster: string;
  readonly region: string;
  readonly environment: string;
  /** Kubernetes' minor version, such as `1.34`. */
  readonly version: string;
  /** Storage class of every volume: premium SSD, encrypted, retained, expandable, bound where the pod lands. */
  readonly storageClass: string;
  /** Azure: resource group of the volumes' disks. @default the one of the nodes, which goes with the cluster */
  readonly diskGroup?: string;
  readonly zones: number;
  readonly objectStore: ObjectStoreFacts;
  readonly secretStore: SecretStoreFacts;
  /** Needed by Azure VM discovery; absent on AWS. */
  readonly azureSubscription?: string;
  /** Public name of the edge; instead of the system's own. */
  readonly hostname: string;
  /** The identity provider of people (oauth2-proxy, Grafana). */
  readonly oidc: OidcFacts;
  readonly edge: EdgeFacts;
  /** Query endpoints of other clusters that one global view joins, spoken to over mTLS. */
  readonly peers: readonly PeerCluster[];
  /** The watchdog of an external dead-man's switch: whether the secret `deadmans-switch-url` is given. */
  readonly deadMansSwitch: boolean;
  /** Names of the secrets that the stack's configuration gives: optional ones switch something on. @default none */
  readonly givenSecrets?: readonly string[];
  /** Digest by image repository (`quay.io/prometheus/prometheus` → `sha256:…`); tags are used for the others. */
  readonly imageDigests: Readonly<Record<string, string>>;
  /** Whether Cilium enforces the network policies, to which nodes are no addresses. */
  readonly cilium: boolean;
  /** What the cluster has already, and the plan leaves out. @default nothing */
  readonly installed?: readonly Installed[];
  /** CIDR of the cluster's network: pods, nodes, and the API server where it is private. */
  readonly networkCidr: string;
}

/** A part of a plan that whoever runs the cluster may have put on it already. */
export type Installed =
  /** In the namespace `cert-manager`, which is then left as it is but for the stack's own authority. */
  | "cert-manager"
  /** The kinds of the Prometheus Operator. */
  | "operator-crds";

export type ObjectStoreFacts =
  | {
      readonly kind: "s3";
      readonly bucket: string;
      readonly region: string;
      /** Alias or ARN of the key, such as `alias/gl-thanos-metrics-production`. */
      readonly kmsKey: string;
    }
  | { readonly kind: "azure-blob"; readonly container: string; readonly storageAccount: string };

export type SecretStoreFacts =
  | {
      readonly kind: "secrets-manager";
      readonly region: string;
      /** `vigil/STACK/`. */ readonly prefix: string;
    }
  | { readonly kind: "key-vault"; readonly url: string; readonly tenant: string };

export interface OidcFacts {
  readonly issuer: string;
  readonly clientId: string;
  /** Groups whose members administer or edit Grafana; everybody else sees. */
  readonly adminGroup?: string;
  readonly editorGroup?: string;
  /** Where its addresses are not those of a provider that is known (`oidcEndpoints`). */
  readonly endpoints?: { readonly authorization: string; readonly token: string; readonly userinfo: string };
  /** Bearer tokens of programs; instead of the system's own. */
  readonly jwt?: {
    readonly issuer: string;
    readonly audience: string;
    /** Programs without an e-mail that come in although the system has an e-mail domain, by `sub` of their tokens. @default none */
    readonly subjects?: readonly string[];
  };
}

export interface EdgeFacts {
  /** Where the edge's certificate comes from. */
  readonly certificate:
    | { readonly kind: "acme"; readonly email: string; readonly server: string }
    /** The stack's own authority: for names that are not public. */
    | { readonly kind: "internal" };
  /** Whether the load balancer has an address of the cluster's network only. */
  readonly internal: boolean;
  /** Who may reach the edge on 443. */
  readonly allowedCidrs: readonly string[];
}

export interface PeerCluster {
  readonly name: string;
  /** `host:port` of the query's gRPC. */
  readonly address: string;
  /** Name in its certificate. @default the host of the address */
  readonly serverName?: string;
  /** CIDR of its network, from which its queries come: the load balancer before this cluster's queries admits it. */
  readonly networkCidr?: string;
}

/** Everything that is put on a cluster, in parts that are applied after those that they name. */
export interface KubernetesPlan {
  /** Namespace of the monitoring stack itself. */
  readonly namespace: string;
  readonly parts: readonly Part[];
  /** Service accounts that act in the cloud. */
  readonly identities: readonly WorkloadIdentity[];
}

/** One component of the stack: its own objects first, then its release. */
export interface Part {
  /** Unique, kebab-case: `prometheus-stack`, `thanos`, `edge`. */
  readonly name: string;
  /** What it is, in one sentence. */
  readonly about: string;
  /** Parts that must be there before. */
  readonly after: readonly string[];
  readonly objects: readonly KubernetesObject[];
  readonly release?: HelmRelease;
  /**
   * Whether a controller of the cluster makes something of the cloud for it, such as a load balancer: it is taken down while
   * the cluster is still there to do that. @default false
   */
  readonly ownsCloudResources?: boolean;
}

/** A Kubernetes object as its YAML would be. Never a secret's value. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMetadata;
  readonly [field: string]: unknown;
}

export interface ObjectMetadata {
  readonly name: string;
  /** Absent for objects of the whole cluster. */
  readonly namespace?: string;
  readonly labels?: Labels;
  readonly annotations?: Labels;
}

/** One Helm release; its values never hold a secret. */
export interface HelmRelease {
  readonly name: string;
  readonly namespace: string;
  readonly chart: ChartName;
  readonly values: Readonly<Record<string, unknown>>;
  /** Kinds of pods that it starts, for policies and documentation: names of {@link Workload}s. */
  readonly workloads: readonly string[];
  /** Seconds until Helm gives up. @default 600 */
  readonly timeoutSeconds?: number;
  /** Whether the chart's hooks run: jobs of its own, with rights of their own, around an installation. @default true */
  readonly hooks?: boolean;
}

/** What a service account may do in the cloud; each is an identity of its own. */
export interface WorkloadIdentity {
  readonly serviceAccount: string;
  readonly namespace: string;
  readonly access: readonly CloudAccess[];
}

export type CloudAccess =
  /** List and get objects of the bucket. */
  | "bucket-read"
  /** And put them. */
  | "bucket-write"
  /** And delete them. */
  | "bucket-delete"
  /** Read the stack's own secrets in the cloud's store. */
  | "secrets-read"
  /** List virtual machines and their network addresses (Azure VM discovery). */
  | "machines-read";

/** One kind of pod, by the names and ports that everything else derives from. */
export interface Workload {
  /** Kebab-case; also the name of its service account, and of its TLS secret with `-tls`. */
  readonly name: string;
  readonly namespace: string;
  /** Labels that its pods, and no others, carry. */
  readonly selector: Labels;
  readonly ports: Readonly<Record<string, WorkloadPort>>;
  /** DNS names of its Services within the cluster, short (`thanos-query`); certificates and targets use them. */
  readonly services: readonly string[];
  /** Whether every pod also answers under its own name (StatefulSet): certificates get a wildcard. */
  readonly stateful: boolean;
}

export interface WorkloadPort {
  readonly number: number;
  readonly protocol: "TCP" | "UDP";
  /** Whether clients must come with a certificate of the stack's authority. */
  readonly tls: "none" | "server" | "mutual";
}

/** Requests and limits as Kubernetes writes them. */
export interface Resources {
  readonly requests: { readonly cpu: string; readonly memory: string };
  readonly limits: { readonly cpu: string; readonly memory: string };
}

/** Names that the parts of a stack on Kubernetes share: namespaces, mounts, secrets. */
import type { KubernetesObject } from "./model.ts";

/** Namespaces of what is not the monitoring stack itself. */
export const namespaces = {
  certManager: "cert-manager",
  externalSecrets: "external-secrets",
  edge: "haproxy-ingress",
  /** Only the node exporter: it needs the node's network and file system, which `restricted` forbids. */
  nodes: "monitoring-nodes",
} as const;

/** Where every pod finds its certificate (`tls.crt`, `tls.key`) and the stack's authority (`ca.crt`). */
export const tlsMount = "/etc/vigil/tls";

/** Name of the volume that is mounted there. */
export const tlsVolume = "vigil-tls";

/** Secret of cert-manager with the certificate of a workload. */
export function tlsSecret(workload: string): string {
  return `${workload}-tls`;
}

/** Name of the cluster's issuer of certificates within the stack, and of the store that external-secrets reads. */
export const internalIssuer = "vigil-internal";
export const secretStoreName = "vigil";

/** Secret with Thanos' object store configuration (no credentials in it), key `objstore.yml`. */
export const objectStoreSecret = { name: "thanos-objstore", key: "objstore.yml" } as const;

/** Class of every volume: one of the plan's own objects. */
export const storageClassName = "vigil-ssd";

/** Secret of the configuration that opens a cluster which is there already: Pulumi's own, put nowhere else. */
export const kubeconfigSecret = "kubeconfig";

/** Labels that every object of the stack carries. */
export const ownLabels = {
  "app.kubernetes.io/part-of": "vigil",
  "app.kubernetes.io/managed-by": "vigil",
} as const;

/** An object with the stack's labels. */
export function ownObject(object: KubernetesObject): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, labels: { ...ownLabels, ...object.metadata.labels } } };
}

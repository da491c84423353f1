/**
 * Access to the Kubernetes API for those pods alone that need it. Nothing gets a token by itself: a pod that speaks to the
 * API server says so by a volume, whose token is bound to the pod, expires, and is renewed by the kubelet.
 *
 * @see https://kubernetes.io/docs/concepts/storage/projected-volumes/#serviceaccounttoken
 */
const name = "kubernetes-api";

/** Files of every client within the cluster: the token, the API server's authority and the pod's namespace. */
export const apiTokenVolume = {
  name,
  projected: {
    defaultMode: 0o444,
    sources: [
      // What Kubernetes itself asks for; clients read the file again within a minute of its renewal.
      { serviceAccountToken: { path: "token", expirationSeconds: 3_607 } },
      { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
      {
        downwardAPI: {
          items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }],
        },
      },
    ],
  },
} as const;

/** Where clients look for them. */
export const apiTokenMount = {
  name,
  mountPath: "/var/run/secrets/kubernetes.io/serviceaccount",
  readOnly: true,
} as const;

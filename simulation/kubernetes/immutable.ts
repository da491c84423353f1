/** Fields of objects that an API server does not change: a change of one needs a new object. */

/** By kind, as beginnings of paths. https://kubernetes.io/docs/reference/kubernetes-api/ says "immutable" or "cannot be updated". */
const byKind: Readonly<Record<string, readonly string[]>> = {
  Deployment: ["spec.selector"],
  DaemonSet: ["spec.selector"],
  StatefulSet: ["spec.selector", "spec.serviceName", "spec.podManagementPolicy", "spec.volumeClaimTemplates"],
  Job: ["spec.selector", "spec.template", "spec.completions", "spec.completionMode"],
  RoleBinding: ["roleRef"],
  ClusterRoleBinding: ["roleRef"],
  Secret: ["type"],
  // https://kubernetes.io/docs/concepts/services-networking/service/#choosing-your-own-ip-address
  Service: ["spec.clusterIP", "spec.clusterIPs", "spec.loadBalancerClass"],
  IngressClass: ["spec.controller"],
  StorageClass: ["provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"],
  PersistentVolumeClaim: ["spec.accessModes", "spec.storageClassName", "spec.selector", "spec.volumeName"],
  PriorityClass: ["value", "preemptionPolicy"],
  Release: ["name", "namespace"],
};

const ofEvery = ["apiVersion", "kind", "metadata.name", "metadata.namespace"];

export function isImmutable(kind: string, path: string): boolean {
  const beginnings = kind === "Release" ? (byKind[kind] ?? []) : [...ofEvery, ...(byKind[kind] ?? [])];
  return beginnings.some(
    (start) => path === start || path.startsWith(`${start}.`) || path.startsWith(`${start}[`),
  );
}

/**
 * What prometheus-adapter may do: have callers authenticated and authorised by the API server, and look up the pods that
 * it is asked about. The API server's own autoscaler may read custom metrics already.
 *
 * @see https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/
 */
import type { System } from "../../model.ts";
import type { KubernetesObject } from "../model.ts";
import { ownObject } from "../names.ts";
import { workloadOf } from "../workloads.ts";

const apiGroup = "rbac.authorization.k8s.io";
const apiVersion = `${apiGroup}/v1`;

export function adapterAccess(system: System): KubernetesObject[] {
  const { name, namespace } = workloadOf(system, "prometheus-adapter");
  const subjects = [{ kind: "ServiceAccount", name, namespace }];
  return [
    ownObject({
      apiVersion,
      kind: "ClusterRoleBinding",
      metadata: { name: `vigil-${name}-auth-delegator` },
      roleRef: { apiGroup, kind: "ClusterRole", name: "system:auth-delegator" },
      subjects,
    }),
    ownObject({
      apiVersion,
      kind: "RoleBinding",
      metadata: { name: `vigil-${name}-auth-reader`, namespace: "kube-system" },
      roleRef: { apiGroup, kind: "Role", name: "extension-apiserver-authentication-reader" },
      subjects,
    }),
    ownObject({
      apiVersion,
      kind: "Role",
      metadata: { name, namespace },
      rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "watch"] }],
    }),
    ownObject({
      apiVersion,
      kind: "RoleBinding",
      metadata: { name, namespace },
      roleRef: { apiGroup, kind: "Role", name },
      subjects,
    }),
  ];
}

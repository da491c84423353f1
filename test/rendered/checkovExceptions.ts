import { workloads } from "../../monitoring/kubernetes/workloads.ts";
import type { System } from "../../monitoring/model.ts";

/** Most that may be excepted of one system's stack. */
export const mostExceptions = 10;

/**
 * What Checkov finds in the stack and no value of a chart can mend, each with its reason. Image digests (CKV_K8S_43) are not
 * among them: they are a matter of configuration (`imageDigests`). Nothing is hidden from Checkov by annotations.
 */
export interface CheckovException {
  /** @see https://www.checkov.io/5.Policy%20Index/kubernetes.html */
  readonly check: string;
  /** `Kind namespace/name`. */
  readonly object: string;
  /** Why it stays, in one sentence. */
  readonly reason: string;
  /** The workload that it is about, of those that only some systems have. */
  readonly workload?: string;
}

/** Those of the workloads that a system has. */
export function exceptionsOf(system: System): CheckovException[] {
  const present = workloads(system).map(({ name }) => name);
  return checkovExceptions.filter(({ workload }) => workload === undefined || present.includes(workload));
}

/** Tokens: the accounts of these pods say that they get none, which is what counts; Checkov looks at the pod alone. */
const tokenless = {
  "thanos-receive": "StatefulSet monitoring/thanos-receive",
  "thanos-ruler": "StatefulSet monitoring/thanos-ruler",
  "thanos-store": "StatefulSet monitoring/thanos-storegateway",
} as const;

const edge = "Deployment haproxy-ingress/haproxy-ingress-kubernetes-ingress";
const injector = "Deployment cert-manager/cert-manager-cainjector";

export const checkovExceptions: readonly CheckovException[] = [
  ...Object.entries(tokenless).map(([workload, object]) => ({
    check: "CKV_K8S_38",
    object,
    workload,
    reason:
      "Its ServiceAccount has automountServiceAccountToken: false, so no token is mounted; the chart cannot say it on the pod as well.",
  })),
  {
    check: "CKV_K8S_19",
    object: "DaemonSet monitoring-nodes/node-exporter",
    reason:
      "The node's network can only be measured from within it; it has a namespace of its own, TLS, and no other right.",
  },
  {
    check: "CKV_K8S_22",
    object: edge,
    reason:
      "The chart fixes the container's security context; what HAProxy writes lies in memory under /tmp and /run.",
  },
  {
    check: "CKV_K8S_25",
    object: edge,
    reason:
      "The chart adds NET_BIND_SERVICE, which HAProxy's binary asks for and Pod Security's `restricted` allows; all others are dropped.",
  },
  { check: "CKV_K8S_40", object: edge, reason: "The chart fixes the image's own user, 1000." },
  {
    check: "CKV_K8S_155",
    object: "ClusterRole cert-manager/cert-manager-cainjector",
    reason:
      "Writing authorities into webhooks is what it is for: API servers verify cert-manager's, external-secrets' and the operator's by them.",
  },
  { check: "CKV_K8S_8", object: injector, reason: "The chart has no liveness probe for it." },
  {
    check: "CKV_K8S_9",
    object: injector,
    reason: "The chart has no readiness probe; nobody connects to it.",
  },
  {
    check: "CKV_K8S_9",
    object: "Deployment cert-manager/cert-manager",
    reason: "The chart has no readiness probe; nobody but Prometheus connects to it.",
  },
];

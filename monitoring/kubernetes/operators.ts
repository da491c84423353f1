/** Pods of the operators beside the stack. They bring their own certificates, so they are no {@link Workload}s of the table. */
import type { Workload } from "./model.ts";
import { namespaces } from "./names.ts";

/** What network policies need to know of a pod. */
export type Endpoint = Pick<Workload, "name" | "namespace" | "selector" | "ports">;

const tcp = (number: number) => ({ number, protocol: "TCP", tls: "none" }) as const;

function certManager(name: string, app: string, ports: Endpoint["ports"]): Endpoint {
  const selector = { "app.kubernetes.io/name": app, "app.kubernetes.io/instance": "cert-manager" };
  return { name, namespace: namespaces.certManager, selector, ports };
}

function externalSecrets(name: string, ports: Endpoint["ports"]): Endpoint {
  const selector = { "app.kubernetes.io/name": name, "app.kubernetes.io/instance": "external-secrets" };
  return { name, namespace: namespaces.externalSecrets, selector, ports };
}

export const operators: readonly Endpoint[] = [
  certManager("cert-manager", "cert-manager", { metrics: tcp(9402) }),
  certManager("cert-manager-cainjector", "cainjector", { metrics: tcp(9402) }),
  certManager("cert-manager-webhook", "webhook", { webhook: tcp(10250), metrics: tcp(9402) }),
  certManager("cert-manager-startupapicheck", "startupapicheck", {}),
  externalSecrets("external-secrets", { metrics: tcp(8080) }),
  externalSecrets("external-secrets-webhook", { webhook: tcp(10250), metrics: tcp(8080) }),
];

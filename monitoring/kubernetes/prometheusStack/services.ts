/** Services of what the operator runs, under the names that clients know; the operator's own are headless. */
import type { System } from "../../model.ts";
import { httpPort } from "../edgeRoutes.ts";
import type { KubernetesObject } from "../model.ts";
import { ownObject } from "../names.ts";
import { workloadOf } from "../workloads.ts";
import { webPort } from "./prometheusValues.ts";

export function stackServices(system: System): KubernetesObject[] {
  return [service(system, "prometheus"), service(system, "alertmanager")];
}

/** A client stays with one replica: two differ by a scrape, and a graph over both in turn would jump. */
function service(system: System, name: string): KubernetesObject {
  const workload = workloadOf(system, name);
  const port = httpPort(workload);
  return ownObject({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: workload.namespace, labels: { "app.kubernetes.io/name": name } },
    spec: {
      type: "ClusterIP",
      selector: workload.selector,
      ports: [{ name: webPort, port, targetPort: webPort, protocol: "TCP", appProtocol: "https" }],
      sessionAffinity: "ClientIP",
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 3_600 } },
    },
  });
}

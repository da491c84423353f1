/**
 * The Redis exporter. Oversight asks through it about a managed Redis; GreenLang has it to itself.
 *
 * @see https://github.com/oliver006/redis_exporter
 */
import type { System } from "../../model.ts";
import { externalSecret } from "../externalSecret.ts";
import type { ClusterFacts, KubernetesObject, Part, Workload } from "../model.ts";
import { ownObject, tlsSecret } from "../names.ts";
import { replicasOf, resourcesOf } from "../sizes.ts";
import { workloadOf } from "../workloads.ts";
import { exportedBy } from "./exported.ts";
import { containerSecurity, podSecurity, serviceAccount, spread } from "./pods.ts";

const passwords = { name: "redis-exporter-passwords", key: "passwords.json" } as const;

/** Absent where the system deploys none. */
export function redisExporter(system: System, facts: ClusterFacts): Part | undefined {
  const replicas = replicasOf(system, "redis-exporter");
  if (replicas === 0) return undefined;
  const workload = workloadOf(system, "redis-exporter");
  const { name, namespace } = workload;
  const exported = exportedBy(system, "redis-exporter");
  const addresses = exported.kind === "asked" ? exported.addresses : [exported.address];
  return {
    name,
    about: `Metrics of Redis: ${addresses.join(", ")}.`,
    after: ["certificates", "secret-store"],
    objects: [
      serviceAccount(workload),
      externalSecret(facts, {
        name: passwords.name,
        namespace,
        keys: { password: "redis-password" },
        template: { [passwords.key]: passwordFile(addresses) },
      }),
      ...(replicas > 1 ? [disruptionBudget(workload)] : []),
    ],
    release: {
      name,
      namespace,
      chart: "prometheus-redis-exporter",
      workloads: [name],
      values: {
        fullnameOverride: name,
        // The chart writes the tag into a label, which a digest does not fit into: the tag alone, and so always pulled.
        image: { repository: "docker.io/oliver006/redis_exporter", tag: "v1.89.0", pullPolicy: "Always" },
        replicaCount: replicas,
        rbac: { create: false },
        serviceAccount: { create: false, name },
        // Without an address of its own, /metrics tells of the exporter and /scrape of what is asked for.
        redisAddress: exported.kind === "asked" ? "" : exported.address,
        auth: { enabled: true, redisPasswordFile: { secret: passwords } },
        redisTlsConfig: {
          enabled: true,
          serverCertFile: { secret: { name: tlsSecret(name), key: "tls.crt" } },
          serverKeyFile: { secret: { name: tlsSecret(name), key: "tls.key" } },
        },
        service: { port: workload.ports["http"]?.number, portName: "http" },
        resources: resourcesOf(system, "redis-exporter"),
        podSecurityContext: podSecurity,
        securityContext: containerSecurity,
        affinity: spread(workload.selector, replicas),
      },
    },
  };
}

/**
 * Password by address, as JSON: the exporter looks an address up as it is asked about it, scheme included. It is read
 * at start: a new password needs `kubectl rollout restart deployment/redis-exporter`.
 */
function passwordFile(addresses: readonly string[]): string {
  return `{${addresses.map((address) => `${JSON.stringify(address)}: {{ .password | toJson }}`).join(", ")}}`;
}

/** The chart has none. */
function disruptionBudget({ name, namespace, selector }: Workload): KubernetesObject {
  return ownObject({
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name, namespace },
    spec: { maxUnavailable: 1, selector: { matchLabels: selector } },
  });
}

/**
 * The Redis exporter. Oversight asks through it about a managed Redis; GreenLang has it to itself.
 *
 * Objects of our own: the chart has neither a disruption budget nor a word on the pod's token, and writes the image's tag into a
 * label, which a digest does not fit into.
 *
 * @see https://github.com/oliver006/redis_exporter
 */
import type { System } from "../../model.ts";
import { externalSecret } from "../externalSecret.ts";
import { pinned, pullPolicy } from "../images.ts";
import type { ClusterFacts, Part } from "../model.ts";
import { tlsMount, tlsSecret, tlsVolume } from "../names.ts";
import { httpsProbe, ownPods } from "../ownPods.ts";
import { replicasOf, resourcesOf } from "../sizes.ts";
import { workloadOf } from "../workloads.ts";
import { exportedBy } from "./exported.ts";
import { serviceAccount, spread } from "./pods.ts";

const image = "docker.io/oliver006/redis_exporter";
const version = "v1.89.0";
const passwords = { name: "redis-exporter-passwords", key: "passwords.json" } as const;
const passwordMount = "/etc/vigil/redis";

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
      ...ownPods({
        workload,
        replicas,
        container: name,
        image: `${image}:${pinned(facts, image, version)}`,
        pullPolicy: pullPolicy(facts, image),
        args: [
          // Without an address of its own, /metrics tells of the exporter and /scrape of what is asked for.
          `--redis.addr=${exported.kind === "asked" ? "" : exported.address}`,
          `--redis.password-file=${passwordMount}/${passwords.key}`,
          `--web.listen-address=:${String(workload.ports["http"]?.number)}`,
          `--tls-server-cert-file=${tlsMount}/tls.crt`,
          `--tls-server-key-file=${tlsMount}/tls.key`,
          "--tls-server-min-version=TLS1.2",
        ],
        probes: { livenessProbe: httpsProbe("/health"), readinessProbe: httpsProbe("/health") },
        resources: resourcesOf(system, "redis-exporter"),
        volumes: [
          { name: tlsVolume, secret: { secretName: tlsSecret(name), defaultMode: 0o440 } },
          { name: "passwords", secret: { secretName: passwords.name, defaultMode: 0o440 } },
        ],
        mounts: [
          { name: tlsVolume, mountPath: tlsMount, readOnly: true },
          { name: "passwords", mountPath: passwordMount, readOnly: true },
        ],
        placement: replicas > 1 ? { affinity: spread(workload.selector, replicas) } : {},
      }),
    ],
  };
}

/**
 * Password by address, as JSON: the exporter looks an address up as it is asked about it, scheme included. It is read
 * at start: a new password needs `kubectl rollout restart deployment/redis-exporter`.
 */
function passwordFile(addresses: readonly string[]): string {
  return `{${addresses.map((address) => `${JSON.stringify(address)}: {{ .password | toJson }}`).join(", ")}}`;
}

/**
 * The PostgreSQL exporter. Oversight asks through it about a managed server; GreenLang has it to itself.
 *
 * @see https://github.com/prometheus-community/postgres_exporter#multi-target-support-beta
 */
import type { System } from "../../model.ts";
import { toYaml } from "../../yaml.ts";
import { externalSecret } from "../externalSecret.ts";
import { pinned, pullPolicy } from "../images.ts";
import type { ClusterFacts, KubernetesObject, Part } from "../model.ts";
import { replicasOf, resourcesOf } from "../sizes.ts";
import { workloadOf } from "../workloads.ts";
import { exportedBy, type Exported } from "./exported.ts";
import { containerSecurity, podSecurity, serviceAccount, spread } from "./pods.ts";
import { serverTls } from "./serverTls.ts";

/**
 * The exporter's account, which sees statistics and no rows of the applications. Whoever owns the server makes it once:
 * `CREATE USER postgres_exporter PASSWORD '…'; GRANT pg_monitor TO postgres_exporter;`
 */
const account = "postgres_exporter";
/** The database that every server has; statistics are of the whole server. */
const database = "postgres";
const image = { registry: "quay.io", repository: "prometheuscommunity/postgres-exporter" } as const;
const pulled = `${image.registry}/${image.repository}`;

/** Absent where the system deploys none. */
export function postgresExporter(system: System, facts: ClusterFacts): Part | undefined {
  const replicas = replicasOf(system, "postgres-exporter");
  if (replicas === 0) return undefined;
  const workload = workloadOf(system, "postgres-exporter");
  const { name, namespace } = workload;
  const port = workload.ports["http"]?.number;
  const exported = exportedBy(system, "postgres-exporter");
  const tls = serverTls(workload);
  const source = exported.kind === "asked" ? asked(exported) : fixed(exported.address);
  const probe = { httpGet: { path: "/", port: "http", scheme: "HTTPS" }, timeoutSeconds: 3 };
  return {
    name,
    about: `Metrics of PostgreSQL: ${(exported.kind === "asked" ? exported.addresses : [exported.address]).join(", ")}.`,
    after: ["certificates", "secret-store"],
    objects: [serviceAccount(workload), source.secret(facts, namespace), tls.object],
    release: {
      name,
      namespace,
      chart: "prometheus-postgres-exporter",
      workloads: [name],
      values: {
        fullnameOverride: name,
        image: {
          ...image,
          tag: pinned(facts, pulled, "v0.20.1"),
          pullPolicy: pullPolicy(facts, pulled),
        },
        replicaCount: replicas,
        command: source.command,
        rbac: { create: false },
        serviceAccount: { create: false, name },
        service: { port, targetPort: port, name: "http" },
        config: { ...source.config, extraArgs: [tls.argument] },
        livenessProbe: probe,
        readinessProbe: probe,
        extraVolumes: [...tls.volumes, ...source.volumes],
        extraVolumeMounts: [...tls.mounts, ...source.mounts],
        resources: resourcesOf(system, "postgres-exporter"),
        podSecurityContext: podSecurity,
        securityContext: containerSecurity,
        affinity: spread(workload.selector, replicas),
        podDisruptionBudget: { enabled: replicas > 1, maxUnavailable: 1 },
      },
    },
  };
}

/** How the exporter learns of servers and passwords. Both are read at start: a new password needs a restart of the pod. */
interface Source {
  readonly secret: (facts: ClusterFacts, namespace: string) => KubernetesObject;
  readonly config: Record<string, unknown>;
  readonly command: readonly string[];
  readonly volumes: readonly Record<string, unknown>[];
  readonly mounts: readonly Record<string, unknown>[];
}

/**
 * Credentials by `auth_module`. Managed servers have certificates of public authorities, which the image knows:
 * `verify-full`.
 */
function asked({ authModules }: Extract<Exported, { kind: "asked" }>): Source {
  const secret = "postgres-exporter-config";
  const module = {
    type: "userpass",
    userpass: { username: account, password: "{{ .password | toJson }}" },
    options: { dbname: database, sslmode: "verify-full" },
  };
  // The template's quotes are YAML's own; what stands between them becomes JSON, which YAML reads as it is.
  const content = toYaml({ auth_modules: Object.fromEntries(authModules.map((name) => [name, module])) });
  return {
    secret: (facts, namespace) =>
      externalSecret(facts, {
        name: secret,
        namespace,
        keys: { password: "postgres-password" },
        template: { "postgres_exporter.yml": content.replaceAll(/"(\{\{ .+? \}\})"/g, "$1") },
      }),
    config: {
      existingSecret: { enabled: true, name: secret },
      // The chart wants a password from somewhere; here there is no server that it would be for.
      datasource: { passwordFile: "/dev/null" },
    },
    // The chart always names one server in the environment: without one in its values that is localhost, for ever down.
    command: ["env", "-u", "DATA_SOURCE_URI", "/bin/postgres_exporter"],
    volumes: [],
    mounts: [],
  };
}

/** One server. Its authority is not the stack's, so its certificate is asked for and not verified. */
function fixed(address: string): Source {
  const secret = "postgres-exporter-password";
  const mount = "/etc/vigil/postgres";
  const [host = "", port = "5432"] = address.split(":");
  return {
    secret: (facts, namespace) =>
      externalSecret(facts, { name: secret, namespace, keys: { password: "postgres-password" } }),
    config: {
      datasource: {
        host,
        port,
        database,
        user: account,
        passwordFile: `${mount}/password`,
        sslmode: "require",
      },
    },
    command: [],
    volumes: [{ name: "password", secret: { secretName: secret, defaultMode: 0o440 } }],
    mounts: [{ name: "password", mountPath: mount, readOnly: true }],
  };
}

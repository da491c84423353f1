/**
 * The blackbox exporter, for systems that probe from outside.
 *
 * @see https://github.com/prometheus/blackbox_exporter/blob/master/CONFIGURATION.md
 */
import type { BlackboxModule } from "../../blackbox.ts";
import type { System } from "../../model.ts";
import { pullPolicy } from "../images.ts";
import type { ClusterFacts, Part } from "../model.ts";
import { tlsMount } from "../names.ts";
import { replicasOf, resourcesOf } from "../sizes.ts";
import { workloadOf } from "../workloads.ts";
import { containerSecurity, podSecurity, serviceAccount, spread } from "./pods.ts";
import { serverTls } from "./serverTls.ts";

const image = { registry: "quay.io", repository: "prometheus/blackbox-exporter" } as const;
const pulled = `${image.registry}/${image.repository}`;

/** Absent where the system deploys none. */
export function blackboxExporter(system: System, facts: ClusterFacts): Part | undefined {
  const replicas = replicasOf(system, "blackbox-exporter");
  if (replicas === 0) return undefined;
  const workload = workloadOf(system, "blackbox-exporter");
  const { name, namespace } = workload;
  const tls = serverTls(workload);
  const probe = { httpGet: { path: "/-/healthy", port: "http", scheme: "HTTPS" } };
  return {
    name,
    about: "Probes from outside: does it answer, over TLS, and refuse whom it must refuse.",
    after: ["certificates"],
    objects: [serviceAccount(workload), tls.object],
    release: {
      name,
      namespace,
      chart: "prometheus-blackbox-exporter",
      workloads: [name],
      values: {
        fullnameOverride: name,
        image: {
          ...image,
          tag: "v0.28.0",
          pullPolicy: pullPolicy(facts, pulled),
          digest: facts.imageDigests[pulled] ?? "",
        },
        replicas,
        serviceAccount: { create: false, name },
        config: { modules },
        extraArgs: [tls.argument],
        extraVolumes: tls.volumes,
        extraVolumeMounts: tls.mounts,
        livenessProbe: { ...probe, failureThreshold: 3 },
        readinessProbe: probe,
        service: { port: workload.ports["http"]?.number },
        resources: resourcesOf(system, "blackbox-exporter"),
        podSecurityContext: podSecurity,
        securityContext: containerSecurity,
        affinity: spread(workload.selector, replicas),
        podDisruptionBudget: { maxUnavailable: 1 },
      },
    },
  };
}

/** As `renderBlackboxConfig` has them for hosts; on a cluster the stack's own certificate stands for a password. */
const tls = { ca_file: `${tlsMount}/ca.crt`, min_version: "TLS12" } as const;
const http = {
  fail_if_not_ssl: true,
  follow_redirects: false,
  method: "GET",
  preferred_ip_protocol: "ip4",
} as const;
const modules: Readonly<Record<BlackboxModule, unknown>> = {
  http_2xx: {
    prober: "http",
    timeout: "5s",
    http: {
      ...http,
      tls_config: { ...tls, cert_file: `${tlsMount}/tls.crt`, key_file: `${tlsMount}/tls.key` },
    },
  },
  http_401: {
    prober: "http",
    timeout: "5s",
    http: { ...http, tls_config: tls, valid_status_codes: [401] },
  },
  tcp_connect: { prober: "tcp", timeout: "5s", tcp: { preferred_ip_protocol: "ip4" } },
  tcp_tls: {
    prober: "tcp",
    timeout: "5s",
    tcp: { preferred_ip_protocol: "ip4", tls: true, tls_config: tls },
  },
};

/** Prometheus and Alertmanager of the operator, and the charts of both projects: who is asked, and who may come at all. */
import { releaseOf, releaseTypes, valueOf, valuePath } from "../facts/releases.ts";
import type { Fault, ResourcePolicy } from "../policy.ts";
import { at, quoted } from "../resource.ts";

export const authOperated: ResourcePolicy = {
  id: "auth-operated",
  concern: "auth",
  severity: "critical",
  description:
    "Prometheus and Alertmanager of the operator serve TLS and look at certificates; their Services stay inside.",
  remedy:
    "Set web.tlsConfig with a server certificate, clientCAFile and clientAuthType; leave ingress and NodePort off and put oauth2-proxy before it",
  covers: [],
  types: [
    ...releaseTypes,
    "kubernetes:monitoring.coreos.com/v1:Prometheus",
    "kubernetes:monitoring.coreos.com/v1:Alertmanager",
  ],
  *check(resource) {
    const release = releaseOf(resource);
    if (release === undefined) {
      if (resource.type.startsWith("kubernetes:monitoring")) yield* web(at(resource.props, "spec"), "spec");
      return;
    }
    if (release.chart === "kube-prometheus-stack")
      for (const part of ["prometheus", "alertmanager"] as const) {
        if (valueOf(release, `${part}.enabled`) === false) continue;
        yield* web(at(release.values, part, `${part}Spec`), `values.${part}.${part}Spec`);
        for (const way of ["ingress", "ingressPerReplica", "route.main"])
          if (valueOf(release, `${part}.${way}.enabled`) === true)
            yield { path: `values.${part}.${way}.enabled`, problem: "publishes it without a log-in" };
      }
    // Every chart of the projects: a Service that leaves the cluster, an Ingress without a proxy before it.
    for (const path of [
      "service.type",
      "server.service.type",
      "prometheus.service.type",
      "alertmanager.service.type",
    ]) {
      const type = valueOf(release, path);
      if (guarded.has(release.chart) && ["LoadBalancer", "NodePort"].includes(String(type)))
        yield { path: valuePath(path), problem: `${quoted(type)}, which anybody reaches` };
    }
    if (guarded.has(release.chart))
      for (const path of ["ingress.enabled", "server.ingress.enabled"])
        if (valueOf(release, path) === true)
          yield { path: valuePath(path), problem: "publishes it without a log-in" };
  },
};

const guarded = new Set([
  "kube-prometheus-stack",
  "prometheus",
  "alertmanager",
  "prometheus-pushgateway",
  "thanos",
  "prometheus-blackbox-exporter",
  "prometheus-redis-exporter",
  "prometheus-postgres-exporter",
]);

function* web(spec: unknown, base: string): Generator<Fault> {
  const path = `${base}.web.tlsConfig`;
  const tls = at(spec, "web", "tlsConfig");
  if (tls === undefined) {
    yield { path, problem: "is not set: it answers everybody in the clear" };
    return;
  }
  const version = at(tls, "minVersion");
  if (version !== undefined && version !== "TLS12" && version !== "TLS13")
    yield { path: `${path}.minVersion`, problem: `${quoted(version)}, expected "TLS12" or newer` };
  const auth = at(tls, "clientAuthType");
  if (!["RequireAndVerifyClientCert", "VerifyClientCertIfGiven"].includes(String(auth)))
    yield { path: `${path}.clientAuthType`, problem: `${quoted(auth)}, so that no certificate is looked at` };
  if (at(tls, "clientCAFile") === undefined && at(tls, "client_ca") === undefined)
    yield { path: `${path}.clientCAFile`, problem: "is not set" };
  for (const [file, secret] of [
    ["certFile", "cert"],
    ["keyFile", "keySecret"],
  ] as const)
    if (at(tls, file) === undefined && at(tls, secret) === undefined)
      yield { path: `${path}.${file}`, problem: "is not set" };
}

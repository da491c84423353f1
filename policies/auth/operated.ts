/** Prometheus and Alertmanager of the operator, and the charts of both projects: who is asked, and who may come at all. */
import { operatedTypes, specsOf, type OperatedSpec } from "../facts/operated.ts";
import { asksWho, publicationsOf } from "../facts/publications.ts";
import { isTruthy, releaseOf, releaseTypes } from "../facts/releases.ts";
import { closedNamespaces, namespaceOf } from "../exposure/kubernetes.ts";
import type { Fault, StackPolicy } from "../policy.ts";
import { at, everyOne, isMap, listAt, quoted, type Resource } from "../resource.ts";

export const authOperated: StackPolicy = {
  id: "auth-operated",
  concern: "auth",
  severity: "critical",
  description:
    "Prometheus, Alertmanager and rulers of the operator serve TLS and verify the certificates that are given, they and their peers, or only what a NetworkPolicy names reaches them; no Service, Ingress or route of theirs and of their projects' charts leaves the cluster without a log-in.",
  remedy:
    "Set web.tlsConfig (clusterTLS, grpcServerTlsConfig) with a server certificate, clientCAFile and clientAuthType, or deny by default in the namespace; leave ingress, route and NodePort off and put oauth2-proxy before it, or give the ingress its log-in (auth-url)",
  covers: [],
  settings: {
    required: {
      type: "boolean",
      default: false,
      description: "Whether TLS has to be there also where a NetworkPolicy denies by default.",
    },
  },
  *inspect(stack, { required }) {
    const closed = required === true ? [] : closedNamespaces(stack);
    yield* everyOne(stack.ofType(...releaseTypes, ...operatedTypes), function* (resource) {
      const inside = closed.includes(namespaceOf(resource));
      const found = everyOne([operated, published], (look) => look(resource, inside));
      for (const fault of found) yield { resource, ...fault };
    });
  },
};

function operated(resource: Resource, inside: boolean): Iterable<Fault> {
  return everyOne(specsOf(resource), function* (spec) {
    yield* everyOne([web, grpc, gossip], (look) => look(spec, inside));
  });
}

function* published(resource: Resource): Generator<Fault> {
  const release = releaseOf(resource);
  if (release === undefined || !guarded.has(release.chart)) return;
  yield* everyOne(publicationsOf(release), function* ({ by, path, values }): Generator<Fault> {
    // Grafana has policies, and a log-in, of its own.
    if (/^values\.grafana\./.test(path)) return;
    if (by !== "service") {
      if (by === "route" || !asksWho(values["annotations"]))
        yield { path: `${path}.enabled`, problem: "publishes it without a log-in" };
    } else if (listAt(values, "externalIPs").length > 0)
      yield { path: `${path}.externalIPs`, problem: "are reached by anybody" };
    else yield { path: `${path}.type`, problem: `${quoted(values["type"])}, which anybody reaches` };
  });
}

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

function* web({ path: base, spec }: OperatedSpec, inside: boolean): Generator<Fault> {
  if (isTruthy(at(spec, "listenLocal"))) return;
  const path = `${base}.web.tlsConfig`;
  const tls = at(spec, "web", "tlsConfig");
  if (tls === undefined) {
    if (!inside) yield { path, problem: "is not set: it answers everybody in the clear" };
    return;
  }
  const version = at(tls, "minVersion");
  if (version !== undefined && version !== "TLS12" && version !== "TLS13")
    yield { path: `${path}.minVersion`, problem: `${quoted(version)}, expected "TLS12" or newer` };
  const auth = at(tls, "clientAuthType");
  if (!["RequireAndVerifyClientCert", "VerifyClientCertIfGiven"].includes(String(auth)))
    yield { path: `${path}.clientAuthType`, problem: `${quoted(auth)}, so that no certificate is looked at` };
  for (const [file, reference] of [
    ["clientCAFile", "client_ca"],
    ["certFile", "cert"],
    ["keyFile", "keySecret"],
  ] as const)
    if (at(tls, file) === undefined && at(tls, reference) === undefined)
      yield { path: `${path}.${file}`, problem: "is not set" };
}

/** Of a sidecar of Prometheus', and of a ruler. */
function* grpc({ kind, path, spec }: OperatedSpec, inside: boolean): Generator<Fault> {
  const isRuler = kind === "ThanosRuler";
  const [server, base] = isRuler ? [spec, path] : [at(spec, "thanos"), `${path}.thanos`];
  const isThere = isRuler || (kind === "Prometheus" && isMap(server) && Object.keys(server).length > 0);
  if (!isThere || isTruthy(at(server, "listenLocal")) || isTruthy(at(server, "grpcListenLocal"))) return;
  const tls = at(server, "grpcServerTlsConfig");
  if (tls === undefined && inside) return;
  for (const [file, reference] of [
    ["certFile", "cert"],
    ["keyFile", "keySecret"],
    ["caFile", "ca"],
  ] as const)
    if (at(tls, file) === undefined && at(tls, reference) === undefined)
      yield { path: `${base}.grpcServerTlsConfig.${file}`, problem: "is not set" };
}

/** Of Alertmanagers that are more than one: the operator turns that of a single one off. */
function* gossip({ kind, path, spec }: OperatedSpec, inside: boolean): Generator<Fault> {
  if (kind !== "Alertmanager") return;
  const alone = Number(at(spec, "replicas") ?? 1) < 2 && !isTruthy(at(spec, "forceEnableClusterMode"));
  const tls = at(spec, "clusterTLS");
  if ((alone && listAt(spec, "additionalPeers").length === 0) || (tls === undefined && inside)) return;
  const type = at(tls, "server", "clientAuthType");
  if (type !== "RequireAndVerifyClientCert")
    yield {
      path: `${path}.clusterTLS.server.clientAuthType`,
      problem: `${quoted(type)}, expected "RequireAndVerifyClientCert"`,
    };
}

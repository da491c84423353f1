/** Prometheus and Alertmanager of the operator, and the charts of both projects: who is asked, and who may come at all. */
import { operatedTypes, specsOf, type OperatedSpec } from "../facts/operated.ts";
import { asksWho, publicationsOf, wantsLogin } from "../facts/publications.ts";
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
    "Set web.tlsConfig (clusterTLS with server and client, grpcServerTlsConfig) with a certificate, its key, the authority and clientAuthType RequireAndVerifyClientCert, or deny by default in the namespace; leave ingress, route and NodePort off and put oauth2-proxy before it, or give the ingress its log-in (auth-url)",
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
  if (release === undefined) return;
  yield* everyOne(publicationsOf(release), function* (publication): Generator<Fault> {
    if (!wantsLogin(release, publication)) return;
    const { by, path, values } = publication;
    if (by !== "service") {
      if (by === "route" || !asksWho(values["annotations"]))
        yield { path: `${path}.enabled`, problem: "publishes it without a log-in" };
    } else if (listAt(values, "externalIPs").length > 0)
      yield { path: `${path}.externalIPs`, problem: "are reached by anybody" };
    else yield { path: `${path}.type`, problem: `${quoted(values["type"])}, which anybody reaches` };
  });
}

function* web({ path: base, spec }: OperatedSpec, inside: boolean): Generator<Fault> {
  if (isTruthy(at(spec, "listenLocal"))) return;
  const path = `${base}.web.tlsConfig`;
  const tls = at(spec, "web", "tlsConfig");
  if (tls === undefined) {
    if (!inside) yield { path, problem: "is not set: it answers everybody in the clear" };
    return;
  }
  yield* oldVersion(at(tls, "minVersion"), `${path}.minVersion`);
  const auth = at(tls, "clientAuthType");
  if (!["RequireAndVerifyClientCert", "VerifyClientCertIfGiven"].includes(String(auth)))
    yield { path: `${path}.clientAuthType`, problem: `${quoted(auth)}, so that no certificate is looked at` };
  yield* missing(tls, path, [authority, certificate, key]);
}

/** Of a sidecar of Prometheus', and of a ruler. */
function* grpc({ kind, path, spec }: OperatedSpec, inside: boolean): Generator<Fault> {
  const isRuler = kind === "ThanosRuler";
  const [server, base] = isRuler ? [spec, path] : [at(spec, "thanos"), `${path}.thanos`];
  const isThere = isRuler || (kind === "Prometheus" && isMap(server) && Object.keys(server).length > 0);
  if (!isThere || isTruthy(at(server, "listenLocal")) || isTruthy(at(server, "grpcListenLocal"))) return;
  const tls = at(server, "grpcServerTlsConfig");
  if (tls === undefined && inside) return;
  yield* missing(tls, `${base}.grpcServerTlsConfig`, [certificate, key, ["caFile", "ca"]]);
}

/** Of Alertmanagers that are more than one: the operator turns that of a single one off. */
function* gossip({ kind, path, spec }: OperatedSpec, inside: boolean): Generator<Fault> {
  if (kind !== "Alertmanager") return;
  const alone = Number(at(spec, "replicas") ?? 1) < 2 && !isTruthy(at(spec, "forceEnableClusterMode"));
  const tls = at(spec, "clusterTLS");
  if ((alone && listAt(spec, "additionalPeers").length === 0) || (tls === undefined && inside)) return;
  if (tls === undefined) {
    yield { path: `${path}.clusterTLS`, problem: "is not set, so that anybody may join" };
    return;
  }
  const type = at(tls, "server", "clientAuthType");
  if (type !== "RequireAndVerifyClientCert")
    yield {
      path: `${path}.clusterTLS.server.clientAuthType`,
      problem: `${quoted(type)}, so that anybody may join`,
    };
  for (const [side, files] of [
    ["server", [certificate, key, authority]],
    ["client", [["cert"], ["keySecret"], ["ca"]]],
  ] as const) {
    yield* missing(at(tls, side), `${path}.clusterTLS.${side}`, files);
    yield* oldVersion(at(tls, side, "minVersion"), `${path}.clusterTLS.${side}.minVersion`);
  }
}

/** Names of a file, and of the object that it may come from instead. */
type File = readonly [file: string, object?: string];
const certificate: File = ["certFile", "cert"];
const key: File = ["keyFile", "keySecret"];
const authority: File = ["clientCAFile", "client_ca"];

function* missing(tls: unknown, path: string, files: readonly File[]): Generator<Fault> {
  for (const [file, object = file] of files)
    if (at(tls, file) === undefined && at(tls, object) === undefined)
      yield { path: `${path}.${file}`, problem: "is not set" };
}

export function* oldVersion(version: unknown, path: string): Generator<Fault> {
  if (version !== undefined && version !== "TLS12" && version !== "TLS13")
    yield { path, problem: `${quoted(version)}, expected "TLS12" or newer` };
}

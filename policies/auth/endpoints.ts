/** Prometheus, Alertmanager, PushGateway and Thanos ask who is there: by password or certificate, over TLS. */
import { podTypes } from "../facts/podTemplates.ts";
import { processesOf } from "../facts/processes.ts";
import { releaseOf, releaseTypes, valueOf, valuePath } from "../facts/releases.ts";
import { scriptTypes } from "../facts/scripts.ts";
import { textsOf } from "../facts/texts.ts";
import { deniesAll, namespaceOf } from "../exposure/kubernetes.ts";
import type { Fault, ResourcePolicy, StackPolicy } from "../policy.ts";
import { at, everyOne, known, listAt, quoted, type Resource } from "../resource.ts";

const processTypes = [...podTypes, ...scriptTypes, "pulumi-nodejs:dynamic/vigil:Service"];

/** A program by a flag that no other has, and the flag that gives it TLS and users. */
const servers: readonly { readonly program: string; readonly mark: string; readonly guard: string }[] = [
  { program: "Prometheus", mark: "storage.tsdb.path", guard: "web.config.file" },
  { program: "Alertmanager", mark: "cluster.listen-address", guard: "web.config.file" },
  { program: "PushGateway", mark: "persistence.file", guard: "web.config.file" },
  { program: "a Thanos component", mark: "http-address", guard: "http.config" },
];

export const authServers: ResourcePolicy = {
  id: "auth-servers",
  concern: "auth",
  severity: "critical",
  description:
    "Prometheus, Alertmanager, PushGateway and Thanos serve HTTP with TLS and users, or answer their own host only.",
  remedy:
    "Start it with --web.config.file (Thanos: --http.config) that has tls_server_config and users or client certificates, or bind it to 127.0.0.1",
  covers: [],
  types: processTypes,
  *check(resource) {
    yield* everyOne(processesOf(resource), function* (process) {
      for (const { program, mark, guard } of servers) {
        const marked = process.flag(mark);
        if (marked === undefined || process.flag(guard) !== undefined) continue;
        const address = process.flag("web.listen-address") ?? process.flag("http-address");
        if (/^(?:127\.|localhost|\[?::1)/.test(String(address))) continue;
        yield { path: process.path, problem: `starts ${program} without --${guard}` };
      }
    });
  },
};

export const authGrpc: ResourcePolicy = {
  id: "auth-grpc",
  concern: "auth",
  severity: "critical",
  description: "Thanos' gRPC and Alertmanager's gossip want a certificate of whoever calls.",
  remedy:
    "Give --grpc-server-tls-cert, --grpc-server-tls-key and --grpc-server-tls-client-ca, and Alertmanager --cluster.tls-config",
  covers: [],
  types: [...processTypes, ...releaseTypes],
  *check(resource) {
    const release = releaseOf(resource);
    if (release?.chart === "thanos") {
      for (const part of ["query", "ruler", "storegateway", "receive"]) {
        if (valueOf(release, `${part}.enabled`) !== true) continue;
        const path = `${part}${part === "receive" ? ".ingester" : ""}.extraArgs`;
        const args = [
          ...listAt(release.values, part, "extraArgs"),
          ...listAt(release.values, part, "ingester", "extraArgs"),
        ];
        for (const flag of ["cert", "key", "client-ca"])
          if (!args.some((argument) => String(argument).startsWith(`--grpc-server-tls-${flag}=`)))
            yield { path: valuePath(path), problem: `lacks --grpc-server-tls-${flag}` };
      }
      return;
    }
    yield* everyOne(processesOf(resource), function* ({ flag, path }) {
      if (flag("grpc-address") !== undefined && flag("http-address") !== undefined)
        for (const name of ["cert", "key", "client-ca"])
          if (flag(`grpc-server-tls-${name}`) === undefined)
            yield { path, problem: `starts Thanos without --grpc-server-tls-${name}` };
      const gossip = flag("cluster.listen-address");
      if (gossip !== undefined && gossip !== true && flag("cluster.tls-config") === undefined)
        yield { path, problem: "starts Alertmanager without --cluster.tls-config" };
    });
  },
};

export const authWebConfig: ResourcePolicy = {
  id: "auth-web-config",
  concern: "auth",
  severity: "critical",
  description:
    "A web configuration has TLS 1.2 or newer, and users with bcrypt hashes or wanted client certificates.",
  remedy:
    "Add tls_server_config with min_version TLS12, and basic_auth_users (bcrypt, cost 10 or more) or client_auth_type RequireAndVerifyClientCert",
  covers: [],
  types: [
    "kubernetes:core/v1:ConfigMap",
    "kubernetes:core/v1:Secret",
    "pulumi-nodejs:dynamic/vigil:Service",
    ...scriptTypes,
  ],
  *check(resource) {
    yield* everyOne(
      textsOf(resource).filter(({ text }) => /^\s*tls_server_config:/m.test(text)),
      function* ({ path, text }): Generator<Fault> {
        // Of the server's own block: a script may hold files of clients as well.
        const [, block = ""] = /^[ \t]*tls_server_config:[ \t]*\n((?:[ \t]+\S.*\n?)*)/m.exec(text) ?? [];
        const [, version] = /^\s*min_version:\s*["']?([\w.]+)/m.exec(block) ?? [];
        if (version !== undefined && !["TLS12", "TLS13"].includes(version))
          yield { path, problem: `speaks ${version}` };
        const users = /(?:^|['"\s])basic_auth_users:/m.test(text);
        const clients = /client_auth_type:\s*["']?(RequireAndVerifyClientCert|VerifyClientCertIfGiven)/.exec(
          text,
        )?.[1];
        if (!users && clients !== "RequireAndVerifyClientCert") {
          // Probes of a kubelet have no certificate; what they may ask without one says nothing.
          const probed = clients === "VerifyClientCertIfGiven" && resource.type.startsWith("kubernetes:");
          if (!probed) yield { path, problem: "lets everybody in" };
        }
        // Without it any certificate that the host trusts would do.
        if (clients !== undefined && !/^\s*client_ca_file:\s*\S/m.test(text))
          yield { path, problem: "looks at clients' certificates without client_ca_file" };
        for (const [, cost] of text.matchAll(/\$2[aby]\$(\d\d)\$/g))
          if (Number(cost) < 10) yield { path, problem: `has a bcrypt hash of cost ${String(Number(cost))}` };
        if (users && /basic_auth_users:\s*\n\s+[\w.-]+:\s*(?!["']*(?:\$2[aby]\$|\{\{|;|\$\())\S/.test(text))
          yield { path, problem: "has a password that is no bcrypt hash" };
      },
    );
  },
};

/** What the operator's Prometheus and Alertmanager, and others' charts, must say. */
export const authOperated: StackPolicy = {
  id: "auth-operated",
  concern: "auth",
  severity: "critical",
  description:
    "Prometheus and Alertmanager of the operator serve TLS and look at certificates, or only named pods reach them; their Services stay inside.",
  remedy:
    "Set web.tlsConfig with a server certificate, clientCAFile and clientAuthType (or deny by default in the namespace); leave ingress and NodePort off and put oauth2-proxy before it",
  covers: [],
  settings: {
    required: {
      type: "boolean",
      default: false,
      description: "Whether TLS has to be there also where a NetworkPolicy denies by default.",
    },
  },
  *inspect(stack, { required }) {
    const closed = stack
      .ofType("kubernetes:networking.k8s.io/v1:NetworkPolicy")
      .filter((policy) => known(() => deniesAll(at(policy.props, "spec")), false))
      .map((policy) => known(() => namespaceOf(policy), undefined));
    const types = ["Prometheus", "Alertmanager"].map((kind) => `kubernetes:monitoring.coreos.com/v1:${kind}`);
    yield* everyOne(stack.ofType(...releaseTypes, ...types), function* (resource) {
      const inside = required !== true && closed.includes(namespaceOf(resource));
      for (const fault of operatedFaults(resource, inside)) yield { resource, ...fault };
    });
  },
};

function* operatedFaults(resource: Resource, inside: boolean): Iterable<Fault> {
  const release = releaseOf(resource);
  if (release === undefined) {
    if (resource.type.startsWith("kubernetes:monitoring"))
      yield* web(at(resource.props, "spec"), "spec", inside);
    return;
  }
  if (release.chart === "kube-prometheus-stack")
    for (const part of ["prometheus", "alertmanager"] as const) {
      if (valueOf(release, `${part}.enabled`) === false) continue;
      yield* web(at(release.values, part, `${part}Spec`), `values.${part}.${part}Spec`, inside);
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

function* web(spec: unknown, base: string, inside: boolean): Generator<Fault> {
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
  if (at(tls, "clientCAFile") === undefined && at(tls, "client_ca") === undefined)
    yield { path: `${path}.clientCAFile`, problem: "is not set" };
  for (const [file, secret] of [
    ["certFile", "cert"],
    ["keyFile", "keySecret"],
  ] as const)
    if (at(tls, file) === undefined && at(tls, secret) === undefined)
      yield { path: `${path}.${file}`, problem: "is not set" };
}

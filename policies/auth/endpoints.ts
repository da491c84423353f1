/** Prometheus, Alertmanager, PushGateway and Thanos ask who is there: by password or certificate, over TLS. */
import { processesOf, processTypes } from "../facts/processes.ts";
import { isOn, releaseOf, releaseTypes, valueOf, valuePath, type Release } from "../facts/releases.ts";
import {
  alertmanager,
  isLocal,
  prometheus,
  pushgateway,
  runs,
  thanos,
  type Program,
} from "../facts/servers.ts";
import { assigned } from "../facts/settings.ts";
import { scriptTypes } from "../facts/scripts.ts";
import { textsOf } from "../facts/texts.ts";
import type { Fault, ResourcePolicy } from "../policy.ts";
import { at, everyOne, isMap, listAt, quoted } from "../resource.ts";

const charts: Readonly<Record<string, readonly { readonly part: string; readonly program: Program }[]>> = {
  prometheus: [
    { part: "server", program: prometheus },
    { part: "alertmanager", program: alertmanager },
    { part: "prometheus-pushgateway", program: pushgateway },
  ],
  alertmanager: [{ part: "", program: alertmanager }],
  "prometheus-pushgateway": [{ part: "", program: pushgateway }],
};

export const authServers: ResourcePolicy = {
  id: "auth-servers",
  concern: "auth",
  severity: "critical",
  description:
    "Prometheus, Alertmanager, PushGateway and Thanos are told a web configuration (TLS and users), or answer their own host only; so are those of their charts.",
  remedy:
    "Start it with --web.config.file (Thanos: --http.config) that has tls_server_config and users or client certificates, or bind it to 127.0.0.1",
  covers: [],
  types: [...processTypes, ...releaseTypes],
  *check(resource) {
    const release = releaseOf(resource);
    if (release !== undefined) {
      yield* everyOne(charts[release.chart] ?? [], ({ part, program }) => charted(release, part, program));
      return;
    }
    yield* everyOne(processesOf(resource), function* (process) {
      for (const program of [prometheus, alertmanager, pushgateway, thanos]) {
        if (!runs(program, process) || isLocal(process, program.listens)) continue;
        // Nothing, or `true`, names no file.
        if (typeof process.flag(program.guard) === "string" && process.flag(program.guard) !== "") continue;
        yield { path: process.path, problem: `starts ${program.name} without --${program.guard}` };
      }
    });
  },
};

function* charted(release: Release, part: string, { name, guard }: Program): Generator<Fault> {
  const base = part === "" ? "" : `${part}.`;
  const enabled = valueOf(release, `${base}enabled`);
  if (enabled !== undefined && !isOn(enabled)) return;
  const given = ["extraArgs", "extraFlags"].map((list) => valueOf(release, `${base}${list}`));
  const words = given.flatMap((list) =>
    isMap(list)
      ? Object.keys(list).map((key) => `${key}=${String(list[key])}`)
      : Array.isArray(list)
        ? (list as unknown[])
        : [],
  );
  const guarded = words.some((word) => /^(?:--)?web\.config\.file=./.test(String(word)));
  if (!guarded && !isOn(valueOf(release, `${base}webConfiguration`)))
    yield { path: valuePath(`${base}extraArgs`), problem: `starts ${name} without --${guard}` };
}

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
        const version = assigned(text, "  min_version") ?? assigned(text, "    min_version");
        if (version !== undefined && !["TLS12", "TLS13"].includes(version))
          yield { path, problem: `speaks ${version}` };
        const users = /^\s*basic_auth_users:/m.test(text);
        const clients = /client_auth_type:\s*["']?(RequireAndVerifyClientCert|VerifyClientCertIfGiven)/.exec(
          text,
        )?.[1];
        if (!users && clients !== "RequireAndVerifyClientCert") {
          // Probes of a kubelet have no certificate; what they may ask without one says nothing.
          const probed = clients === "VerifyClientCertIfGiven" && resource.type.startsWith("kubernetes:");
          if (!probed) yield { path, problem: "lets everybody in" };
        }
        for (const [, cost] of text.matchAll(/\$2[aby]\$(\d\d)\$/g))
          if (Number(cost) < 10) yield { path, problem: `has a bcrypt hash of cost ${String(Number(cost))}` };
        if (users && /basic_auth_users:\s*\n\s+[\w.-]+:\s*(?!["']?(?:\$2[aby]\$|\{\{))\S/.test(text))
          yield { path, problem: "has a password that is no bcrypt hash" };
      },
    );
  },
};

/** What the operator's Prometheus and Alertmanager, and others' charts, must say. */
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

/** Releases whose exporters ask who is there, whose clients look at certificates, and what a page may load. */
import { processesOf, type Process } from "../facts/processes.ts";
import { scriptTypes } from "../facts/scripts.ts";
import { podTypes } from "../facts/podTemplates.ts";
import { operatedTypes } from "../facts/operated.ts";
import { mapsBelow, mapsOf } from "../facts/releaseMaps.ts";
import { releaseOf, releaseTypes, valueOf, valuePath } from "../facts/releases.ts";
import { grafanasOf, grafanaTypes } from "../facts/grafana.ts";
import { runs, servers } from "../facts/servers.ts";
import type { Fault, ResourcePolicy } from "../policy.ts";
import { everyOne, isMap, listAt, quoted } from "../resource.ts";
import { releasePolicy } from "../releasePolicy.ts";
import { oldVersion } from "./operated.ts";

/** Charts of exporters, the values that hold their arguments, and the flag that gives them TLS. */
const exporters: Readonly<Record<string, readonly { readonly args: string; readonly flag: string }[]>> = {
  "kube-prometheus-stack": [
    { args: "kube-state-metrics.extraArgs", flag: "tls-config" },
    { args: "prometheus-node-exporter.extraArgs", flag: "web.config.file" },
  ],
  "prometheus-postgres-exporter": [{ args: "config.extraArgs", flag: "web.config.file" }],
  "prometheus-blackbox-exporter": [{ args: "extraArgs", flag: "web.config.file" }],
};

export const authExporters: ResourcePolicy = {
  id: "auth-exporters",
  concern: "auth",
  severity: "high",
  description: "Where a stack wants it, exporters serve over TLS as well; half of TLS is a fault anywhere.",
  remedy:
    "Start it with --web.config.file (kube-state-metrics: --tls-config; redis_exporter: --tls-server-cert-file, -key-file, -ca-cert-file and -min-version TLS1.2)",
  covers: [],
  types: [...releaseTypes, ...podTypes, ...scriptTypes],
  settings: {
    required: {
      type: "boolean",
      default: false,
      description: "Whether an exporter that serves in the clear, inside a closed namespace, is at fault.",
    },
  },
  *check(resource, { required }) {
    const release = releaseOf(resource);
    if (release !== undefined && required === true)
      for (const { args, flag } of exporters[release.chart] ?? []) {
        const part = args.includes(".") && !args.startsWith("config.") ? args.split(".")[0] : undefined;
        if (part !== undefined && valueOf(release, `${switchOf[part] ?? part}.enabled`) === false) continue;
        const given = listAt(release.values, ...args.split(".")).map(String);
        if (!given.some((argument) => argument.replace(/^--/, "").startsWith(`${flag}=`)))
          yield { path: valuePath(args), problem: `lacks --${flag}` };
      }
    const machine = scriptTypes.includes(resource.type);
    yield* everyOne(release === undefined ? processesOf(resource) : [], function* (process) {
      yield* redisExporter(process, required === true);
      const { flag, path } = process;
      const listens = flag("web.listen-address");
      if (
        !machine ||
        required !== true ||
        listens === undefined ||
        /^(?:127\.|localhost)/.test(String(listens))
      )
        return;
      // A server has a policy of its own.
      if (servers.some((program) => runs(program, process))) return;
      if (!["web.config.file", "tls-server-cert-file"].some((name) => flag(name) !== undefined))
        yield { path, problem: "starts an exporter without --web.config.file" };
    });
  },
};

/** The switch of a subchart where it is not called like its values. */
const switchOf: Readonly<Record<string, string>> = {
  "kube-state-metrics": "kubeStateMetrics",
  "prometheus-node-exporter": "nodeExporter",
};

function* redisExporter({ flag, path }: Process, required: boolean): Iterable<Fault> {
  const names = ["cert-file", "key-file"].map((name) => `tls-server-${name}`);
  if (!["redis.addr", "redis.password-file", ...names].some((name) => flag(name) !== undefined)) return;
  const given = names.filter((name) => flag(name) !== undefined);
  if (given.length < names.length && (required || given.length > 0))
    for (const name of names)
      if (!given.includes(name)) yield { path, problem: `starts redis_exporter without --${name}` };
  const version = flag("tls-server-min-version");
  if (version !== undefined && !["TLS1.2", "TLS1.3"].includes(String(version)))
    yield { path: `${path} --tls-server-min-version`, problem: `${quoted(version)}, expected TLS1.2` };
}

export const authReleaseClients: ResourcePolicy = {
  id: "auth-release-clients",
  concern: "auth",
  severity: "high",
  description:
    "No client of a release's, or of what the operator runs, takes any certificate for the right one, or speaks a TLS older than 1.2.",
  remedy: "Remove insecureSkipVerify, and set minVersion to TLS12 or TLS13",
  covers: [],
  types: [...releaseTypes, ...operatedTypes],
  *check(resource) {
    const release = releaseOf(resource);
    const maps = release === undefined ? mapsBelow(resource.props["spec"], "spec") : mapsOf(release);
    for (const { path, key, map } of maps) {
      for (const name of ["insecureSkipVerify", "insecure_skip_verify", "tlsSkipVerify"])
        if (map[name] === true) yield { path: `${path}.${name}`, problem: "is true" };
      // What the operator's own servers speak has a policy of its own.
      if (/tlsConfig$/i.test(key) && !path.endsWith(".web.tlsConfig"))
        yield* oldVersion(map["minVersion"], `${path}.minVersion`);
    }
  },
};

export const authGrafanaPage: ResourcePolicy = {
  id: "auth-grafana-page",
  concern: "auth",
  severity: "low",
  description:
    "Where a stack wants it, Grafana's page loads nothing of others, nobody installs plugins there, and it is never asked without TLS.",
  remedy:
    "Set security content_security_policy, strict_transport_security and disable_gravatar to true, plugins plugin_admin_enabled and users allow_org_create to false",
  covers: [],
  types: grafanaTypes,
  settings: {
    required: {
      type: "boolean",
      default: false,
      description: "Whether Grafana's own defaults are at fault.",
    },
  },
  *check(resource, { required }) {
    if (required === true)
      yield* everyOne(grafanasOf(resource), function* ({ path, setting }) {
        for (const [section, key, wanted] of [
          ["security", "content_security_policy", "true"],
          ["security", "strict_transport_security", "true"],
          ["security", "disable_gravatar", "true"],
          ["plugins", "plugin_admin_enabled", "false"],
          ["users", "allow_org_create", "false"],
        ] as const)
          if (setting(section, key) !== wanted)
            yield {
              path: `${path} [${section}] ${key}`,
              problem: `${quoted(setting(section, key))}, expected ${wanted}`,
            };
      });
  },
};

/** The headers of the operator's own servers are a map: `isMap` where they are given at all. */
export const authHeaders = releasePolicy({
  id: "auth-web-headers",
  concern: "auth",
  severity: "low",
  description: "Headers that a release gives its servers refuse frames and what is loaded from elsewhere.",
  remedy: "Set contentSecurityPolicy, strictTransportSecurity, and xFrameOptions to Deny",
  covers: [],
  *look(release) {
    for (const { path, key, map } of mapsOf(release)) {
      if (key !== "headers" || !isMap(map) || map["xFrameOptions"] === undefined) continue;
      if (!/^(?:deny|sameorigin)$/i.test(quoted(map["xFrameOptions"]).replace(/^is "(.*)"$/, "$1")))
        yield { path: `${path}.xFrameOptions`, problem: `${quoted(map["xFrameOptions"])}, expected "Deny"` };
      for (const name of ["contentSecurityPolicy", "strictTransportSecurity"])
        if (map[name] === undefined) yield { path: `${path}.${name}`, problem: "is not set" };
    }
  },
});

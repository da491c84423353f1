/** Prometheus, Alertmanager, PushGateway and Thanos ask who is there: by password or certificate, over TLS. */
import { fileTypes, processesOf, processTypes } from "../facts/processes.ts";
import { isTruthy, releaseOf, releaseTypes, valueOf, valuePath, type Release } from "../facts/releases.ts";
import {
  alertmanager,
  isLocal,
  prometheus,
  pushgateway,
  runs,
  servers,
  type Program,
} from "../facts/servers.ts";
import { readTextsOf } from "../facts/scripts.ts";
import type { Fault, ResourcePolicy } from "../policy.ts";
import { everyOne, isMap } from "../resource.ts";

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
      for (const program of servers) {
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
  if (enabled !== undefined && !isTruthy(enabled)) return;
  const given = ["extraArgs", "extraFlags"].map((list) => valueOf(release, `${base}${list}`));
  const words = given.flatMap((list) =>
    isMap(list)
      ? Object.keys(list).map((key) => `${key}=${String(list[key])}`)
      : Array.isArray(list)
        ? (list as unknown[])
        : [],
  );
  const guarded = words.some((word) => /^(?:--)?web\.config\.file=./.test(String(word)));
  if (!guarded && !isTruthy(valueOf(release, `${base}webConfiguration`)))
    yield { path: valuePath(`${base}extraArgs`), problem: `starts ${name} without --${guard}` };
}

export const authWebConfig: ResourcePolicy = {
  id: "auth-web-config",
  concern: "auth",
  severity: "critical",
  description:
    "A web configuration has TLS, and users with bcrypt hashes or verified client certificates. In a cluster, whose probes have none, those that are given are verified.",
  remedy:
    "Add tls_server_config, and basic_auth_users (bcrypt, cost 10 or more) or client_auth_type RequireAndVerifyClientCert with client_ca_file",
  covers: [],
  types: fileTypes,
  *check(resource) {
    yield* everyOne(
      readTextsOf(resource).filter(({ text }) =>
        /(?:^|["'{,])\s*["']?(?:tls_server_config|basic_auth_users)["']?:/m.test(text),
      ),
      ({ path, text }) => webConfig(path, text, resource.type.startsWith("kubernetes:")),
    );
  },
};

/** @see https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md */
function* webConfig(path: string, text: string, inCluster: boolean): Generator<Fault> {
  const settings = text.replaceAll(/^\s*#.*$/gm, "");
  const servers = blocksOf(settings, "tls_server_config");
  if (servers.length === 0) yield { path, problem: "has no TLS: passwords travel in the clear" };
  const users = blocksOf(settings, "basic_auth_users")
    .map(hashesOf)
    .filter(({ length }) => length > 0);
  let open = 0;
  for (const server of servers) {
    const said = (key: string): string | undefined =>
      new RegExp(`\\b${key}["']?:[ \\t]*["']?([^\\s"',}]+)`).exec(server)?.[1];
    const clients = said("client_auth_type");
    // Probes of a kubelet have no certificate; what they may ask without one says nothing.
    const verified =
      clients === "RequireAndVerifyClientCert" || (inCluster && clients === "VerifyClientCertIfGiven");
    if (!verified) open += 1;
    // Without an authority of its own, every public one's certificates are good.
    else if (said("client_ca_file") === undefined && !/\bclient_ca["']?:/.test(server))
      yield { path, problem: "names no client_ca_file" };
  }
  if (open > users.length) yield { path, problem: "lets everybody in" };
  for (const hash of users.flat()) {
    const [, cost] = /^\$2[aby]\$(\d\d)\$/.exec(hash) ?? [];
    if (cost !== undefined && Number(cost) < 10)
      yield { path, problem: `has a bcrypt hash of cost ${String(Number(cost))}` };
    // What a template or a script puts in is not there yet.
    if (cost === undefined && !/^(?:\{\{|\$[{(]|;)/.test(hash))
      yield { path, problem: "has a password that is no bcrypt hash" };
  }
}

/** What stands below a key, in blocks or braces, also where a script's quote begins the file. */
function blocksOf(text: string, key: string): readonly string[] {
  const block = new RegExp(
    `(?:^|["'{,])([ \\t]*)["']?${key}["']?:[ \\t]*(\\{[^}]*\\}|(?:\\r?\\n\\1[ \\t]+\\S.*)+)`,
    "gm",
  );
  return [...text.matchAll(block)].map(([, , below = ""]) => below);
}

/** What stands for each user's password. */
function hashesOf(users: string): readonly string[] {
  return [...users.matchAll(/(?:["']:[ \t]*|:[ \t]+)["']*([^\s"',}]+)/g)].map(([, hash = ""]) => hash);
}

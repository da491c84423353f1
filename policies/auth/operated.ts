/** Prometheus and Alertmanager of the operator, and the charts of both projects: who is asked, and who may come at all. */
import { operatedTypes, specsOf, type OperatedSpec } from "../facts/operated.ts";
import { asksWho, publicationsOf } from "../facts/publications.ts";
import { isOn, releaseOf, releaseTypes } from "../facts/releases.ts";
import type { Fault, ResourcePolicy } from "../policy.ts";
import { at, everyOne, listAt, quoted } from "../resource.ts";

export const authOperated: ResourcePolicy = {
  id: "auth-operated",
  concern: "auth",
  severity: "critical",
  description:
    "Prometheus, Alertmanager and rulers of the operator serve TLS and verify the certificates that are given, or answer their own pod only; no Service, Ingress or route of theirs and of their projects' charts leaves the cluster without a log-in.",
  remedy:
    "Set web.tlsConfig with a server certificate, clientCAFile and clientAuthType; leave ingress, route and NodePort off and put oauth2-proxy before it, or give the ingress its log-in (auth-url)",
  covers: [],
  types: [...releaseTypes, ...operatedTypes],
  *check(resource) {
    yield* everyOne(specsOf(resource), web);
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

function* web({ path: base, spec }: OperatedSpec): Generator<Fault> {
  if (isOn(at(spec, "listenLocal"))) return;
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
  for (const [file, reference] of [
    ["clientCAFile", "client_ca"],
    ["certFile", "cert"],
    ["keyFile", "keySecret"],
  ] as const)
    if (at(tls, file) === undefined && at(tls, reference) === undefined)
      yield { path: `${path}.${file}`, problem: "is not set" };
}

/** What servers say to each other: Thanos' gRPC, the samples that it receives, Alertmanager's gossip. */
import { operatedTypes, specsOf, type OperatedSpec } from "../facts/operated.ts";
import { processesOf, processTypes, type Process } from "../facts/processes.ts";
import { isOn, releaseOf, releaseTypes, valueOf, valuePath, type Release } from "../facts/releases.ts";
import { alertmanager, componentOf, isLocal, runs } from "../facts/servers.ts";
import type { Fault, ResourcePolicy } from "../policy.ts";
import { at, everyOne, isMap, listAt, quoted } from "../resource.ts";

const grpc = { flag: "grpc-server-tls", listens: "grpc-address" };
const received = { flag: "remote-write.server-tls", listens: "remote-write.address" };

/** Components that others ask; the compactor and the query frontend ask only. */
const asked = ["query", "store", "rule", "receive", "sidecar"];

export const authGrpc: ResourcePolicy = {
  id: "auth-grpc",
  concern: "auth",
  severity: "critical",
  description:
    "Thanos' gRPC, the writes that it receives, and Alertmanager's gossip want a certificate of whoever calls.",
  remedy:
    "Give --grpc-server-tls-cert, -key and -client-ca, a receiver --remote-write.server-tls-… too, and Alertmanager --cluster.tls-config; of the operator's grpcServerTlsConfig and clusterTLS",
  covers: [],
  types: [...processTypes, ...releaseTypes, ...operatedTypes],
  *check(resource) {
    const release = releaseOf(resource);
    if (release?.chart === "thanos") yield* charted(release);
    else yield* everyOne(specsOf(resource), operated);
    yield* everyOne(processesOf(resource), started);
  },
};

function* started(process: Process): Generator<Fault> {
  const { flag, path } = process;
  const component = componentOf(process);
  const isAsked = component === undefined ? flag(grpc.listens) !== undefined : asked.includes(component);
  for (const { flag: prefix, listens } of [
    ...(isAsked ? [grpc] : []),
    ...(component === "receive" ? [received] : []),
  ])
    if (!isLocal(process, [listens]))
      for (const name of ["cert", "key", "client-ca"])
        if (typeof flag(`${prefix}-${name}`) !== "string" || flag(`${prefix}-${name}`) === "")
          yield { path, problem: `starts Thanos without --${prefix}-${name}` };
  if (!runs(alertmanager, process) || isLocal(process, [alertmanager.mark])) return;
  // Without an address it gossips everywhere; with an empty one not at all.
  if (flag(alertmanager.mark) !== "" && typeof flag("cluster.tls-config") !== "string")
    yield { path, problem: "starts Alertmanager without --cluster.tls-config" };
}

/** Parts of thanos-community's chart that others ask, with its defaults. */
const parts = { query: true, ruler: false, storegateway: true, receive: true };

function* charted(release: Release): Generator<Fault> {
  for (const [part, isDefault] of Object.entries(parts)) {
    const enabled = valueOf(release, `${part}.enabled`);
    if (enabled === undefined ? !isDefault : !isOn(enabled)) continue;
    const path = `${part}${valueOf(release, `${part}.mode`) === "split" ? ".ingester" : ""}.extraArgs`;
    const args = [
      ...listAt(release.values, part, "extraArgs"),
      ...listAt(release.values, part, "ingester", "extraArgs"),
    ];
    for (const { flag } of part === "receive" ? [grpc, received] : [grpc])
      for (const name of ["cert", "key", "client-ca"])
        if (!args.some((argument) => new RegExp(`^--${flag}-${name}=.`).test(String(argument))))
          yield { path: valuePath(path), problem: `lacks --${flag}-${name}` };
  }
}

/** The operator's: a sidecar of Prometheus, a ruler, and Alertmanagers that are more than one. */
function* operated({ kind, path, spec }: OperatedSpec): Generator<Fault> {
  const sidecar = at(spec, "thanos");
  if (kind === "Prometheus" && isMap(sidecar) && Object.keys(sidecar).length > 0)
    if (!isOn(sidecar["listenLocal"]) && !isOn(sidecar["grpcListenLocal"]))
      yield* asksWho(sidecar["grpcServerTlsConfig"], `${path}.thanos.grpcServerTlsConfig`);
  if (kind === "ThanosRuler" && !isOn(at(spec, "listenLocal")))
    yield* asksWho(at(spec, "grpcServerTlsConfig"), `${path}.grpcServerTlsConfig`);
  // The operator turns the gossip of a single one off.
  const alone = Number(at(spec, "replicas") ?? 1) < 2 && !isOn(at(spec, "forceEnableClusterMode"));
  if (kind !== "Alertmanager" || (alone && listAt(spec, "additionalPeers").length === 0)) return;
  const type = at(spec, "clusterTLS", "server", "clientAuthType");
  if (type !== "RequireAndVerifyClientCert")
    yield {
      path: `${path}.clusterTLS.server.clientAuthType`,
      problem: `${quoted(type)}, expected "RequireAndVerifyClientCert"`,
    };
}

function* asksWho(tls: unknown, path: string): Generator<Fault> {
  for (const [file, reference] of [
    ["certFile", "cert"],
    ["keyFile", "keySecret"],
    ["caFile", "ca"],
  ] as const)
    if (at(tls, file) === undefined && at(tls, reference) === undefined)
      yield { path: `${path}.${file}`, problem: "is not set" };
}

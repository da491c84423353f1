/** What servers say to each other: Thanos' gRPC, the samples that it receives, Alertmanager's gossip. */
import { podTypes } from "../facts/podTemplates.ts";
import { processesOf, processTypes, type Process } from "../facts/processes.ts";
import { isTruthy, releaseOf, releaseTypes, valueOf, valuePath, type Release } from "../facts/releases.ts";
import { alertmanager, componentOf, isLocal, runs } from "../facts/servers.ts";
import type { Fault, ResourcePolicy } from "../policy.ts";
import { everyOne, listAt } from "../resource.ts";

const grpc = { flag: "grpc-server-tls", listens: "grpc-address" };
const received = { flag: "remote-write.server-tls", listens: "remote-write.address" };

/** Of a receiver, for the others of its hashring. */
const handedOn = "--remote-write.client-tls-secure";

/** Components that others ask; the compactor and the query frontend ask only. */
const asked = ["query", "store", "rule", "receive", "sidecar"];

export const authGrpc: ResourcePolicy = {
  id: "auth-grpc",
  concern: "auth",
  severity: "critical",
  description:
    "Thanos' gRPC, the writes that it receives, and Alertmanager's gossip want a certificate of whoever calls, but for callers of the same pod; a receiver hands writes on over TLS.",
  remedy:
    "Give --grpc-server-tls-cert, -key and -client-ca, a receiver --remote-write.server-tls-… and --remote-write.client-tls-secure too, and Alertmanager --cluster.tls-config",
  covers: [],
  types: [...processTypes, ...releaseTypes],
  *check(resource) {
    const release = releaseOf(resource);
    if (release?.chart === "thanos") yield* charted(release);
    else yield* everyOne(processesOf(resource), started);
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
    if (!isInPod(process, listens))
      for (const name of ["cert", "key", "client-ca"])
        if (typeof flag(`${prefix}-${name}`) !== "string" || flag(`${prefix}-${name}`) === "")
          yield { path, problem: `starts Thanos without --${prefix}-${name}` };
  if (!runs(alertmanager, process) || isInPod(process, alertmanager.mark)) return;
  // Without an address it gossips everywhere; with an empty one not at all.
  if (flag(alertmanager.mark) !== "" && typeof flag("cluster.tls-config") !== "string")
    yield { path, problem: "starts Alertmanager without --cluster.tls-config" };
}

/** Whether only its own pod reaches it there; the loopback of a machine is everybody's who is on it. */
function isInPod(process: Process, listens: string): boolean {
  return podTypes.includes(process.resource.type) && isLocal(process, [listens]);
}

/** Parts of thanos-community's chart that others ask, with its defaults. */
const parts = { query: true, ruler: false, storegateway: true, receive: true };

function* charted(release: Release): Generator<Fault> {
  for (const [part, isDefault] of Object.entries(parts)) {
    const enabled = valueOf(release, `${part}.enabled`);
    if (enabled === undefined ? !isDefault : !isTruthy(enabled)) continue;
    const path = `${part}${valueOf(release, `${part}.mode`) === "split" ? ".ingester" : ""}.extraArgs`;
    const args = [
      ...listAt(release.values, part, "extraArgs"),
      ...listAt(release.values, part, "ingester", "extraArgs"),
    ];
    for (const { flag } of part === "receive" ? [grpc, received] : [grpc])
      for (const name of ["cert", "key", "client-ca"])
        if (!args.some((argument) => new RegExp(`^--${flag}-${name}=.`).test(String(argument))))
          yield { path: valuePath(path), problem: `lacks --${flag}-${name}` };
    if (part === "receive" && !args.includes(handedOn))
      yield { path: valuePath(path), problem: `lacks ${handedOn}` };
  }
}

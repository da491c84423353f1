/**
 * Arguments of the Thanos components as `extraArgs` of the chart: the renderers' own, less those that the chart passes by
 * itself, because Thanos refuses a flag that is given twice.
 */
import { receiveReplicaLabel } from "../../thanos/common.ts";
import type { ClientTls, GrpcListener, HttpListener } from "../../thanos/common.ts";
import type { ClusterFacts } from "../model.ts";
import { tlsMount } from "../names.ts";

/** Label by which rulers differ; the chart sets it to the pod's name. */
export const rulerReplicaLabel = "ruler_replica";

/** Where a pod finds the stack's own files, and the chart the bucket's. */
export const configMount = "/etc/vigil/thanos";
export const rulesMount = "/etc/vigil/rules";
export const objectStoreFile = "/etc/thanos/objstore.yml";

/**
 * The listener of the chart's components. It is plain: the chart's probes know no `scheme`, so that a pod whose HTTP speaks TLS would never
 * be ready, and without probes nobody would mend it. Network policies say who may connect.
 */
export const http: HttpListener = { listen: "0.0.0.0:10902", webConfigFile: "" };

export const grpc: GrpcListener = {
  listen: "0.0.0.0:10901",
  certificateFile: `${tlsMount}/tls.crt`,
  keyFile: `${tlsMount}/tls.key`,
  clientCaFile: `${tlsMount}/ca.crt`,
};

export const client: ClientTls = {
  certificateAuthorityFile: `${tlsMount}/ca.crt`,
  certificateFile: `${tlsMount}/tls.crt`,
  keyFile: `${tlsMount}/tls.key`,
};

/** What the chart passes to every component, and what its plain listener has no use for. */
const everywhere = ["--http-address", "--http.config", "--grpc-address"];

/** What the chart passes to each component (its templates/COMPONENT). */
const chartOwn = {
  store: ["--objstore.config-file", "--data-dir", "--selector.relabel-config-file"],
  receive: [
    "--remote-write.address",
    "--objstore.config-file",
    "--tsdb.path",
    "--tsdb.retention",
    "--tsdb.wal-compression",
    "--receive.hashrings-file",
    "--receive.hashrings-algorithm",
    "--receive.local-endpoint",
    `--label=${receiveReplicaLabel}`,
  ],
  rule: [
    "--data-dir",
    "--objstore.config-file",
    "--query.config-file",
    "--alertmanagers.config-file",
    "--alert.query-url",
  ],
} as const satisfies Record<string, readonly string[]>;

/** `extraArgs` of a component. `without`: further flags, or `--flag=begin` of those that may be repeated. */
export function extraArguments(all: readonly string[], without: readonly string[] = []): string[] {
  const [command = "", ...flags] = all;
  if (!(command in chartOwn))
    throw new Error(
      `the Thanos chart runs no "${command}"; expected one of ${Object.keys(chartOwn).join(", ")}`,
    );
  const given = [...everywhere, ...chartOwn[command as keyof typeof chartOwn], ...without];
  const own = flags.filter((flag) => !given.some((name) => flag === name || flag.startsWith(`${name}=`)));
  return ownArguments(own);
}

/** Arguments, and that the container's limit becomes the collector's: it works harder before the kernel ends the process. */
export function ownArguments(all: readonly string[]): string[] {
  return [...all, "--enable-auto-gomemlimit"];
}

/** Where people reach the stack, for links in alerts. */
export function externalUrl({ hostname }: ClusterFacts): string {
  return `https://${hostname}`;
}

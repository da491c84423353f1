/** What every Thanos component has: listeners with TLS and passwords, and how its files say so. */
import type { System } from "../model.ts";
import { toYaml } from "../yaml.ts";

/** HTTP listener of a component. */
export interface HttpListener {
  /** `address:port`. */
  readonly listen: string;
  /** Absolute path of the web configuration: TLS and users. */
  readonly webConfigFile: string;
}

/** gRPC listener of a component: mutual TLS, because gRPC has no passwords here. Paths are absolute. */
export interface GrpcListener {
  /** `ip:port`. */
  readonly listen: string;
  readonly certificateFile: string;
  readonly keyFile: string;
  /** Clients must show a certificate of this authority. */
  readonly clientCaFile: string;
}

/** A client's certificate and the authority that it trusts. Paths are absolute. */
export interface ClientTls {
  readonly certificateAuthorityFile: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** How one component calls another over HTTPS. Paths are absolute. */
export interface HttpClientOptions {
  readonly certificateAuthorityFile: string;
  readonly username: string;
  readonly passwordFile: string;
}

/** Label by which Receive instances differ; dropped when series are deduplicated. */
export const receiveReplicaLabel = "receive_replica";

/** Replica labels of the system: members of a Prometheus pair, and copies that Receive made. */
export function replicaLabels(system: System): string[] {
  return system.longTerm.remoteWrite === undefined
    ? [system.replicaLabel]
    : [system.replicaLabel, receiveReplicaLabel];
}

/** Time between the polite stop and the end of open requests: well below every service's stop time-out. */
const gracePeriod = "5s";

/** Arguments of the HTTP listener. */
export function httpArguments(http: HttpListener): string[] {
  return [
    `--http-address=${http.listen}`,
    `--http.config=${http.webConfigFile}`,
    `--http-grace-period=${gracePeriod}`,
    "--log.format=json",
  ];
}

/** Arguments of the gRPC listener. */
export function grpcArguments(grpc: GrpcListener): string[] {
  return [
    `--grpc-address=${grpc.listen}`,
    `--grpc-server-tls-cert=${grpc.certificateFile}`,
    `--grpc-server-tls-key=${grpc.keyFile}`,
    `--grpc-server-tls-client-ca=${grpc.clientCaFile}`,
    `--grpc-grace-period=${gracePeriod}`,
  ];
}

/** Text of an HTTP client file (`--prometheus.http-client-file`): verified TLS and a password that is re-read on change. */
export function renderHttpClient(options: HttpClientOptions): string {
  return toYaml(httpClient(options));
}

/** The same as an object, for files that contain it. */
export function httpClient(options: HttpClientOptions): Record<string, unknown> {
  return {
    basic_auth: { username: options.username, password_file: options.passwordFile },
    tls_config: { ca_file: options.certificateAuthorityFile },
  };
}

/** `--objstore.config-file`, where there is long-term storage. */
export function objectStoreArgument(file: string | undefined): string[] {
  return file === undefined ? [] : [`--objstore.config-file=${file}`];
}

/** `--label=name="value"` for each, sorted. */
export function labelArguments(labels: Readonly<Record<string, string>>): string[] {
  return Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `--label=${name}=${JSON.stringify(value)}`);
}

/** Series and samples that one request may touch in one store, so that one bad query cannot take a component. */
export const storeLimits: readonly string[] = [
  "--store.limits.request-series=500000",
  "--store.limits.request-samples=100000000",
];

/**
 * Thanos Receive: takes remote write, replicates over a hashring, uploads blocks.
 *
 * @see https://thanos.io/tip/components/receive.md/
 */
import type { Layout } from "../hosts.ts";
import type { Duration, System } from "../model.ts";
import { addressOf, instancesOf } from "../targets.ts";
import { bytes } from "../units.ts";
import { toYaml } from "../yaml.ts";
import {
  grpcArguments,
  httpArguments,
  labelArguments,
  objectStoreArgument,
  receiveReplicaLabel,
  storeLimits,
  type ClientTls,
  type GrpcListener,
  type HttpListener,
} from "./common.ts";

/** Settings of one receiver. Paths are absolute. */
export interface ReceiveOptions {
  readonly http: HttpListener;
  readonly grpc: GrpcListener;
  /** `address:port` of remote write; server certificate and client authority are those of gRPC. */
  readonly remoteWriteListen: string;
  /** 1, 2, … */
  readonly member: number;
  /** This receiver's address in the hashring: gRPC, exactly as {@link renderHashring} writes it. */
  readonly localEndpoint: string;
  /** File of {@link renderHashring}. */
  readonly hashringFile: string;
  /** File of {@link renderReceiveLimits}. */
  readonly limitsFile: string;
  /** For forwarding to the other receivers. */
  readonly client: ClientTls;
  readonly dataDirectory: string;
  readonly objectStoreFile?: string;
  /** Length of a block that is uploaded. @default "2h" */
  readonly blockDuration?: Duration;
}

/** The complete arguments. @throws when the system has no receivers. */
export function receiveArguments(system: System, options: ReceiveOptions): string[] {
  const receive = receiveOf(system);
  const { client, grpc } = options;
  const block = options.blockDuration ?? "2h";
  return [
    "receive",
    ...httpArguments(options.http),
    ...grpcArguments(grpc),
    `--remote-write.address=${options.remoteWriteListen}`,
    `--remote-write.server-tls-cert=${grpc.certificateFile}`,
    `--remote-write.server-tls-key=${grpc.keyFile}`,
    `--remote-write.server-tls-client-ca=${grpc.clientCaFile}`,
    "--remote-write.client-tls-secure",
    `--remote-write.client-tls-ca=${client.certificateAuthorityFile}`,
    `--remote-write.client-tls-cert=${client.certificateFile}`,
    `--remote-write.client-tls-key=${client.keyFile}`,
    // A second way in for the other receivers, which knows neither TLS nor users, is open at 0.0.0.0:19391 by default and
    // cannot be turned off. They use gRPC: it goes to loopback, at a port of the system's choice (cmd/thanos/receive.go).
    "--receive.capnproto-address=127.0.0.1:0",
    `--receive.hashrings-file=${options.hashringFile}`,
    "--receive.hashrings-algorithm=ketama",
    `--receive.local-endpoint=${options.localEndpoint}`,
    `--receive.replication-factor=${receive.replicationFactor.toString()}`,
    `--receive.limits-config-file=${options.limitsFile}`,
    ...labelArguments({ [receiveReplicaLabel]: `thanos-receive-${options.member.toString()}` }),
    `--tsdb.path=${options.dataDirectory}`,
    `--tsdb.retention=${receive.retention}`,
    // As for every local disk: the size acts before the volume is full.
    `--tsdb.max-retention-bytes=${Math.floor(bytes(receive.volume) * 0.8).toString()}B`,
    `--tsdb.min-block-duration=${block}`,
    `--tsdb.max-block-duration=${block}`,
    "--tsdb.wal-compression",
    ...storeLimits,
    ...objectStoreArgument(options.objectStoreFile),
  ];
}

/** Text of the hashring (JSON): every receiver of the layout. Ketama moves few series when one is added. */
export function renderHashring(layout: Layout): string {
  const endpoints = instancesOf(layout, ["thanos-receive"]).map((instance) => ({
    address: addressOf(instance, "grpc"),
  }));
  return `${JSON.stringify([{ algorithm: "ketama", endpoints, hashring: "default" }], undefined, 2)}\n`;
}

/** Text of the write limits: ten times what a well-behaved sender puts into one request. */
export function renderReceiveLimits(system: System): string {
  const samples = system.longTerm.remoteWrite?.queue.maxSamplesPerSend ?? 2_000;
  return toYaml({
    write: {
      global: { max_concurrency: 30 },
      default: {
        request: { samples_limit: 10 * samples, series_limit: 10 * samples, size_bytes_limit: 16 * 2 ** 20 },
      },
    },
  });
}

function receiveOf(system: System) {
  const { receive } = system.longTerm;
  if (receive === undefined)
    throw new Error(
      "longTerm.receive: absent, but a receiver is asked for; say replicas, retention and volume or leave it out",
    );
  return receive;
}

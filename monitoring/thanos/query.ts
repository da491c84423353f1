/**
 * Thanos Query: one answer from all sidecars, stores, rulers and receivers, without the doubles of a pair.
 *
 * @see https://thanos.io/tip/components/query.md/
 */
import type { Layout } from "../hosts.ts";
import type { Component, Duration, System } from "../model.ts";
import { addressOf, instancesOf } from "../targets.ts";
import { toYaml } from "../yaml.ts";
import {
  grpcArguments,
  httpArguments,
  replicaLabels,
  storeLimits,
  type ClientTls,
  type GrpcListener,
  type HttpListener,
} from "./common.ts";

/** Settings of one query instance. Paths are absolute. */
export interface QueryOptions {
  readonly http: HttpListener;
  readonly grpc: GrpcListener;
  /** File of {@link renderEndpoints}. */
  readonly endpointsFile: string;
  /** Where people reach the query page, for links in alerts. */
  readonly externalUrl: string;
  /** A store that sends nothing for so long is left out, with a warning in the answer. @default "5s" */
  readonly storeResponseTimeout?: Duration;
}

/** The complete arguments. A query ends after 30 s, and no more than 20 run at once. */
export function queryArguments(system: System, options: QueryOptions): string[] {
  return [
    "query",
    ...httpArguments(options.http),
    ...grpcArguments(options.grpc),
    `--endpoint.sd-config-file=${options.endpointsFile}`,
    "--endpoint.sd-config-reload-interval=10s",
    ...replicaLabels(system).map((label) => `--query.replica-label=${label}`),
    "--query.auto-downsampling",
    "--query.partial-response",
    "--query.timeout=30s",
    "--query.max-concurrent=20",
    "--query.max-concurrent-select=4",
    `--query.default-evaluation-interval=${system.scrape.evaluation}`,
    `--store.response-timeout=${options.storeResponseTimeout ?? "5s"}`,
    "--store.unhealthy-timeout=1m",
    ...storeLimits,
    `--alert.query-url=${options.externalUrl}`,
    "--web.disable-cors",
  ];
}

/** Components that answer the Store API. */
const stores: readonly Component[] = ["thanos-sidecar", "thanos-store", "thanos-ruler", "thanos-receive"];

/**
 * Text of the endpoint file: every store of the layout, over mutual TLS. The file takes the place of the flags
 * `--endpoint*` and `--grpc-client-tls-*`, which leave after 0.43, and is re-read while the process runs.
 */
export function renderEndpoints(layout: Layout, tls: ClientTls): string {
  return toYaml({
    default_client_config: {
      tls_config: {
        enabled: true,
        ca_file: tls.certificateAuthorityFile,
        cert_file: tls.certificateFile,
        key_file: tls.keyFile,
        min_version: "1.3",
      },
    },
    endpoints: instancesOf(layout, stores).map((instance) => ({ address: addressOf(instance, "grpc") })),
  });
}

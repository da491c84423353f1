/**
 * Thanos Sidecar: uploads the blocks of one Prometheus and serves what is not uploaded yet.
 *
 * @see https://thanos.io/tip/components/sidecar.md/
 */
import {
  grpcArguments,
  httpArguments,
  objectStoreArgument,
  storeLimits,
  type GrpcListener,
  type HttpListener,
} from "./common.ts";

/** Settings of one sidecar. Paths are absolute. */
export interface SidecarOptions {
  readonly http: HttpListener;
  readonly grpc: GrpcListener;
  /** `https://address:port` of its Prometheus. */
  readonly prometheusUrl: string;
  /** File of `renderHttpClient`, with the scrape user. */
  readonly httpClientFile: string;
  /** Data directory of its Prometheus. */
  readonly dataDirectory: string;
  /** Absent: nothing is uploaded. */
  readonly objectStoreFile?: string;
}

/** The complete arguments. */
export function sidecarArguments(options: SidecarOptions): string[] {
  return [
    "sidecar",
    ...httpArguments(options.http),
    ...grpcArguments(options.grpc),
    `--prometheus.url=${options.prometheusUrl}`,
    `--prometheus.http-client-file=${options.httpClientFile}`,
    // Until the first answer the sidecar has no labels and serves nothing: 30 s by default, after each restart.
    "--prometheus.get_config_interval=1s",
    "--prometheus.get_config_timeout=5s",
    `--tsdb.path=${options.dataDirectory}`,
    ...storeLimits,
    ...objectStoreArgument(options.objectStoreFile),
  ];
}

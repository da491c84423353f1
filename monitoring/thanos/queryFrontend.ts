/**
 * Thanos Query Frontend: splits long ranges, caches answers and retries, before one downstream URL.
 *
 * @see https://thanos.io/tip/components/query-frontend.md/
 */
import type { Size } from "../model.ts";
import { prometheusSize } from "../units.ts";
import { toYaml } from "../yaml.ts";
import { httpArguments, type HttpListener } from "./common.ts";

/** Settings of one query frontend. Paths are absolute. */
export interface QueryFrontendOptions {
  readonly http: HttpListener;
  /** One URL: with two queries, the listener that stands before them. */
  readonly downstreamUrl: string;
  /** File of {@link renderDownstreamTripper}. */
  readonly downstreamTripperFile: string;
  /** File of {@link renderResponseCache}. */
  readonly responseCacheFile: string;
}

/** The complete arguments. The caller's own credentials go on to the queries. */
export function queryFrontendArguments(options: QueryFrontendOptions): string[] {
  return [
    "query-frontend",
    ...httpArguments(options.http),
    `--query-frontend.downstream-url=${options.downstreamUrl}`,
    `--query-frontend.downstream-tripper-config-file=${options.downstreamTripperFile}`,
    "--query-frontend.forward-header=Authorization",
    "--query-frontend.compress-responses",
    "--query-frontend.log-queries-longer-than=5s",
    "--query-range.split-interval=24h",
    "--query-range.max-retries-per-request=3",
    "--query-range.max-query-parallelism=14",
    "--query-range.max-query-length=740d",
    "--query-range.response-cache-max-freshness=1m",
    `--query-range.response-cache-config-file=${options.responseCacheFile}`,
    "--query-range.partial-response",
    "--query.max-retries-per-request=3",
    "--labels.split-interval=24h",
    "--labels.max-retries-per-request=3",
    "--labels.partial-response",
    "--web.disable-cors",
  ];
}

/**
 * Text of the downstream transport: connections enough for a local downstream, and the authority of one that speaks TLS.
 * @param options.certificateAuthorityFile absent for a downstream of `http://`
 */
export function renderDownstreamTripper(
  options: { readonly certificateAuthorityFile?: string } = {},
): string {
  const { certificateAuthorityFile } = options;
  return toYaml({
    idle_conn_timeout: "90s",
    max_idle_conns_per_host: 100,
    response_header_timeout: "2m",
    ...(certificateAuthorityFile !== undefined && {
      tls_handshake_timeout: "5s",
      tls_config: { ca_file: certificateAuthorityFile },
    }),
  });
}

/** Text of the response cache, in the memory of the process. @default 256 MiB for 24 h */
export function renderResponseCache(options: { readonly size?: Size } = {}): string {
  return toYaml({
    type: "IN-MEMORY",
    config: { max_size: prometheusSize(options.size ?? "256MiB"), validity: "24h" },
  });
}

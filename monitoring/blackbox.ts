/**
 * Modules of the blackbox exporter: what counts as "answers" from outside.
 *
 * @see https://github.com/prometheus/blackbox_exporter/blob/master/CONFIGURATION.md
 */
import { toYaml } from "./yaml.ts";

/** How the probes speak to the stack. Paths are absolute. */
export interface BlackboxOptions {
  readonly certificateAuthorityFile: string;
  /** The scrape user, for `http_2xx`. */
  readonly username: string;
  readonly passwordFile: string;
}

/** Names of the modules, for `ScrapeJob.through.module`. */
export type BlackboxModule = "http_2xx" | "http_401" | "tcp_connect" | "tcp_tls";

/**
 * - `http_2xx`: over verified TLS, with the scrape user's credentials;
 * - `http_401`: refuses whoever brings no credentials (a 200 is the fault that this finds);
 * - `tcp_connect`: accepts connections;
 * - `tcp_tls`: shows a certificate of the stack's authority.
 */
export function renderBlackboxConfig(options: BlackboxOptions): string {
  const tls = { ca_file: options.certificateAuthorityFile, min_version: "TLS12" };
  const http = {
    fail_if_not_ssl: true,
    follow_redirects: false,
    method: "GET",
    preferred_ip_protocol: "ip4",
    tls_config: tls,
  };
  const modules: Record<BlackboxModule, unknown> = {
    http_2xx: {
      prober: "http",
      timeout: "5s",
      http: { ...http, basic_auth: { username: options.username, password_file: options.passwordFile } },
    },
    http_401: { prober: "http", timeout: "5s", http: { ...http, valid_status_codes: [401] } },
    tcp_connect: { prober: "tcp", timeout: "5s", tcp: { preferred_ip_protocol: "ip4" } },
    tcp_tls: {
      prober: "tcp",
      timeout: "5s",
      tcp: { preferred_ip_protocol: "ip4", tls: true, tls_config: tls },
    },
  };
  return toYaml({ modules });
}

/**
 * The web configuration of the exporter toolkit: TLS and basic authentication of Prometheus, Alertmanager, PushGateway,
 * the exporters and (as `--http.config`) every Thanos component.
 *
 * @see https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md
 */
import { toYaml } from "./yaml.ts";

/** A user who may come in, by the name of the secret that holds the password. */
export interface WebUser {
  readonly username: string;
  readonly secret: string;
}

/** What a server shows and whom it lets in. Paths are absolute. */
export interface WebConfigOptions {
  readonly certificateFile: string;
  readonly keyFile: string;
  /** At least one: nothing of a stack answers without credentials. */
  readonly users: readonly WebUser[];
  /** Client certificates must be signed by this authority, on top of the password. */
  readonly clientCaFile?: string;
}

/**
 * TLS from 1.2 on and bcrypt hashes as placeholders `{{bcrypt:NAME}}`. Each change is read at the next handshake or
 * request, without a reload.
 * @throws when no user is given: an empty list would open the server to everybody.
 */
export function renderWebConfig(options: WebConfigOptions): string {
  if (options.users.length === 0)
    throw new Error(
      `web configuration of ${options.certificateFile}: no users, expected at least one; add the scrape user`,
    );
  return toYaml({
    tls_server_config: {
      cert_file: options.certificateFile,
      key_file: options.keyFile,
      min_version: "TLS12",
      ...(options.clientCaFile === undefined
        ? {}
        : { client_auth_type: "RequireAndVerifyClientCert", client_ca_file: options.clientCaFile }),
    },
    http_server_config: {
      headers: {
        "Content-Security-Policy": "frame-ancestors 'none'",
        "Strict-Transport-Security": "max-age=31536000",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "deny",
      },
    },
    basic_auth_users: Object.fromEntries(
      options.users.map((user) => [user.username, `{{bcrypt:${user.secret}}}`]),
    ),
  });
}

/**
 * haproxy.cfg of the edge: the one way in to a stack on machines, and the listener that stands between query-frontend and
 * the two queries. Written for HAProxy 2.6, master-worker mode (`-W`), an unprivileged account and reload by SIGUSR2.
 */
import type { Layout } from "./hosts.ts";
import type { System } from "./model.ts";
import { renderBackends } from "./haproxy/backends.ts";
import { renderFrontends } from "./haproxy/frontends.ts";
import { guardTable } from "./haproxy/guards.ts";
import { queryTimeoutSeconds } from "./haproxy/timeouts.ts";

export interface HaproxyOptions {
  /** PEM file with the edge's certificate, its chain and its key. */
  readonly certificateFile: string;
  /** PEM file with the authority that signed the certificates of the services. */
  readonly certificateAuthorityFile: string;
  /** What `renderHomePage` returned, as a file. */
  readonly homePageFile: string;
  /** Syslog `host:port` or socket. @default standard output, where a supervisor keeps it */
  readonly logAddress?: string;
  /** Of standard output: `short` puts the syslog level first, as journald reads it. @default "raw" */
  readonly logFormat?: "raw" | "short";
  /** Where the user interfaces are bound. @default the layout's `edgeAddress` */
  readonly addresses?: readonly string[];
  /**
   * Path of the UNIX socket by which a new process takes over the listeners of the old; at most 97 characters.
   * @default none: it is restarted for every change
   */
  readonly statsSocket?: string;
  /** Where query-frontend finds the queries. */
  readonly queryListener: { readonly address: string; readonly port: number };
  /** Connections of all frontends together. Each takes two file descriptors. */
  readonly maxConnections: number;
  /** Which member of component `haproxy` this is. @default 1 */
  readonly member?: number;
  /**
   * Added to the port of a server that is not at 127.0.0.1, which is reached there: from WSL2 no other address of Windows'
   * loopback can be, so that a port of it is forwarded (microsoft/WSL#11766). @default the servers' own addresses
   */
  readonly forwardedPorts?: number;
}

/**
 * The configuration, with placeholders for credentials (see `PlanFile.content`).
 * @throws when the socket's path is longer than a UNIX address, or the layout lacks this member of `haproxy`.
 */
export function renderHaproxy(system: System, layout: Layout, options: HaproxyOptions): string {
  refuseLongSocket(options.statsSocket ?? "");
  return [
    `# Edge of ${system.name}. Generated: changes are overwritten.`,
    globals(options),
    defaults(options),
    guardTable(),
    ...renderFrontends(layout, options),
    ...renderBackends(system, layout, options),
    "",
  ].join("\n\n");
}

function globals(options: HaproxyOptions): string {
  return section("global", [
    options.logAddress === undefined
      ? `log stdout format ${options.logFormat ?? "raw"} local0 info`
      : `log ${options.logAddress} local0 info`,
    `maxconn ${String(options.maxConnections)}`,
    ...(options.statsSocket === undefined
      ? []
      : [`stats socket ${options.statsSocket} mode 600 level operator expose-fd listeners`]),
    "hard-stop-after 30s",
    // The home page is one buffer, and a POST query that fits a buffer can be repeated on the other server.
    "tune.bufsize 32768",
    "spread-checks 5",
    // https://ssl-config.mozilla.org, "intermediate"
    "ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets",
    `ssl-default-bind-ciphers ${ciphers}`,
    "ssl-default-server-options ssl-min-ver TLSv1.2 no-tls-tickets",
    `ssl-default-server-ciphers ${ciphers}`,
    "ssl-server-verify required",
  ]);
}

const ciphers =
  "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:" +
  "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

function defaults(options: HaproxyOptions): string {
  const exchange = `${String(queryTimeoutSeconds + 10)}s`;
  return section("defaults", [
    "mode http",
    "log global",
    "option httplog",
    "option dontlognull",
    "option log-health-checks",
    "option forwardfor",
    // Somebody who closes a dashboard stops its queries.
    "option abortonclose",
    // A machine that lost its power sends no reset: ask, and give up after about 8 s.
    "option srvtcpka",
    "srvtcpka-idle 5s",
    "srvtcpka-intvl 1s",
    "srvtcpka-cnt 3",
    // Request line, headers and (where buffered) body must be there by then: the end of a slowloris.
    "timeout http-request 10s",
    "timeout http-keep-alive 30s",
    "timeout connect 2s",
    "timeout check 2s",
    "timeout queue 30s",
    // Longer than a query may take: a bad query ends with the server's own error.
    `timeout client ${exchange}`,
    `timeout server ${exchange}`,
    "timeout tunnel 1h",
    // Default backends lose 2 of 131 requests when a server is killed; with these, none.
    "retries 3",
    "option redispatch 1",
    // 503: a Prometheus that stops in good order answers so until its storage is closed (web/web.go, testReady). A query that
    // ran into its time limit is answered so too, and tried again as long as its client waits.
    "retry-on conn-failure empty-response response-timeout 503",
    `default-server ssl verify required ca-file ${options.certificateAuthorityFile}`,
    // A failed check is followed by the next 100 ms later, so that a dead server is out after 1 s at most. `inter` is also
    // the time that a check may take to connect, and three in a row are needed: a busy machine loses no server that is well.
    // One that is down is asked as often: a query frontend that starts before HAProxy has seen the queries waits for 10 s.
    "default-server inter 800ms fastinter 100ms downinter 100ms fall 3 rise 1 tcp-ut 5s",
  ]);
}

function section(title: string, lines: readonly string[]): string {
  return [title, ...lines.map((line) => `  ${line}`)].join("\n");
}

function refuseLongSocket(path: string): void {
  if (path.length <= 97) return; // 107 bytes of sun_path less the suffix of HAProxy's temporary name
  throw new Error(
    `haproxy statsSocket "${path}" has ${String(path.length)} characters, expected at most 97: choose a shorter directory`,
  );
}

/** What HAProxy does with a request before a server behind the edge gets it, in HAProxy's own words. */
import type { Labels, System } from "../model.ts";
import { beneath, deniedPath, edgeRoutes, serviceHost } from "./edgeRoutes.ts";
import type { Workload } from "./model.ts";
import { tlsMount } from "./names.ts";

/** Headers by which a client could pretend to be the ingress, or somebody. */
const forged = [
  "Forwarded",
  "X-Forwarded-For",
  "X-Forwarded-Host",
  "X-Forwarded-Uri",
  "X-Forwarded-Email",
  "X-Forwarded-User",
  "X-Forwarded-Groups",
  "X-Forwarded-Preferred-Username",
];

/**
 * Annotations of the Service of a server right behind the edge: of the Service and not of the ingress, so that whatever
 * publishes it gets no way around them.
 *
 * TLS to the server, its verification included, is in the snippet and not in `server-ssl` and `server-ca`: those check
 * no name, and read an authority only from a Secret's `tls.crt`, which would be the one that holds its private key.
 * Should the snippet ever be ignored, HAProxy would speak HTTP to a TLS port, so nobody comes in.
 *
 * @see https://github.com/haproxytech/kubernetes-ingress/blob/master/documentation/annotations.md
 */
export function behindEdge(system: System, workload: Workload): Labels {
  return { "haproxy.org/backend-config-snippet": ingressSnippet(system, workload) };
}

/**
 * Lines for a backend: verified TLS to the server, denied paths, headers that can be trusted, and HSTS. Paths are
 * compared after decoding, so that `%2d/quit` is `-/quit`.
 */
export function ingressSnippet(system: System, workload: Workload): string {
  const host = serviceHost(workload);
  const routes = edgeRoutes(system);
  const behindProxy = workload.name === "oauth2-proxy";
  const ownRoutes = routes.filter((route) => route.login === "own" && route.workload.name === workload.name);
  const lines = [
    `default-server ssl verify required ca-file ${tlsMount}/ca.crt verifyhost ${host} sni str(${host}) ssl-min-ver TLSv1.2`,
    ...(behindProxy
      ? [
          deny(`{ path,url_dec -m reg -i ${beneath(routes, deniedPath)} }`),
          // A token reads; silences are made and ended by people, who come with a cookie.
          deny(
            "{ path,url_dec -m reg -i ^/+alertmanager/ } { req.hdr(Authorization) -m found } !{ method GET HEAD OPTIONS }",
          ),
        ]
      : ownRoutes.flatMap(({ path }) => {
          // oauth2-proxy is not before it: what must not be reached, its metrics included, ends here.
          const behind = `^/+${path.slice(1, -1)}/+`;
          return [deniedPath, "metrics(/|$)"].map((rest) =>
            deny(`{ path,url_dec -m reg -i ${behind}${rest} }`),
          );
        })),
    ...forged.map((header) => `http-request del-header ${header}`),
    "http-request set-header X-Real-IP %[src]",
    "http-request set-header X-Forwarded-Proto https",
    'http-after-response set-header Strict-Transport-Security "max-age=31536000; includeSubDomains"',
    "http-after-response set-header X-Content-Type-Options nosniff",
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function deny(condition: string): string {
  return `http-request deny deny_status 403 if ${condition}`;
}

/**
 * The two files that oauth2-proxy reads: upstreams, listeners and provider in YAML, sessions and API clients in TOML.
 * No secret is in them: they name the files that hold secrets.
 *
 * @see https://oauth2-proxy.github.io/oauth2-proxy/configuration/alpha-config
 * @see https://oauth2-proxy.github.io/oauth2-proxy/configuration/overview
 */
import type { System } from "../model.ts";
import { toYaml } from "../yaml.ts";
import {
  apiPath,
  beneath,
  deniedPath,
  edgeRoutes,
  httpPort,
  serviceHost,
  type EdgeRoute,
} from "./edgeRoutes.ts";
import type { ClusterFacts } from "./model.ts";
import { tlsMount } from "./names.ts";

/** Where the pod finds its secrets, and the stack's authority apart from the pod's own certificate. */
export const credentialsMount = "/etc/oauth2-proxy/credentials";
export const authorityMount = "/etc/oauth2-proxy/authority";

export const proxyPort = 4180;
export const metricsPort = 44180;

/** `oauth2_proxy.yml`. */
export function proxyRouting(system: System, facts: ClusterFacts): string {
  const published = edgeRoutes(system).filter(({ login }) => login === "oauth2-proxy");
  return toYaml({
    server: {
      secureBindAddress: `0.0.0.0:${String(proxyPort)}`,
      tls: {
        key: { fromFile: `${tlsMount}/tls.key` },
        cert: { fromFile: `${tlsMount}/tls.crt` },
        minVersion: "TLS1.2",
      },
    },
    metricsServer: { bindAddress: `0.0.0.0:${String(metricsPort)}` },
    upstreamConfig: { upstreams: [denied(published), ...published.map(upstream)] },
    // Servers are told who it is; whatever a client sent under these names, and its token, end here.
    injectRequestHeaders: [
      { name: "Authorization", values: [] },
      { name: "X-Forwarded-Email", values: [{ claimSource: { claim: "email" } }] },
      { name: "X-Forwarded-User", values: [{ claimSource: { claim: "user" } }] },
    ],
    providers: [provider(facts)],
  });
}

/** Rewritten paths come before the others, the longest expression first: this one is longer than any route's. */
function denied(routes: readonly EdgeRoute[]): object {
  return {
    id: "denied",
    path: beneath(routes, deniedPath),
    rewriteTarget: "/",
    static: true,
    staticCode: 403,
  };
}

function upstream({ name, path, keepsPath, workload }: EdgeRoute): object {
  return {
    id: name,
    ...(keepsPath ? { path } : { path: `^${path}(.*)$`, rewriteTarget: "/$1" }),
    uri: `https://${serviceHost(workload)}:${String(httpPort(workload))}`,
    // Longer than Prometheus' and Thanos' own limit of a query (2 m), so that theirs is the answer.
    timeout: "150s",
  };
}

/** People's provider: any that speaks OpenID Connect; Entra ID by `https://login.microsoftonline.com/TENANT/v2.0`. */
function provider({ oidc }: ClusterFacts): object {
  return {
    id: "people",
    provider: "oidc",
    clientID: oidc.clientId,
    clientSecretFile: `${credentialsMount}/client-secret`,
    scope: "openid email profile",
    code_challenge_method: "S256",
    oidcConfig: {
      issuerURL: oidc.issuer,
      audienceClaims: ["aud"],
      // `userIDClaim` stays unset: it is an old name of this one, and would have `email_verified` ignored.
      emailClaim: "email",
      groupsClaim: "groups",
      enabledSigningAlgs: ["RS256"],
      insecureSkipNonce: false,
      insecureSkipIssuerVerification: false,
      insecureAllowUnverifiedEmail: false,
    },
  };
}

/** `oauth2_proxy.cfg`. */
export function proxySessions(system: System, facts: ClusterFacts): string {
  const { emailDomain, jwt } = system.access;
  const published = edgeRoutes(system).filter(({ login }) => login === "oauth2-proxy");
  return toml({
    email_domains: [emailDomain ?? "*"],
    redirect_url: `https://${facts.hostname}/oauth2/callback`,
    // `__Host-`: browsers take such a cookie from this very host only, and only with Secure and the path `/`.
    cookie_name: "__Host-vigil",
    cookie_secret_file: `${credentialsMount}/cookie-secret`,
    cookie_secure: true,
    cookie_httponly: true,
    cookie_samesite: "lax",
    cookie_expire: "8h0m0s",
    cookie_csrf_per_request: true,
    // Tokens stay out of the cookie, which would not fit into one with those of Entra ID.
    session_cookie_minimal: true,
    skip_provider_button: true,
    // The ingress is the only client; it replaces these headers (see ingressSnippet).
    reverse_proxy: true,
    trusted_proxy_ips: [facts.networkCidr],
    real_client_ip_header: "X-Real-IP",
    skip_jwt_bearer_tokens: true,
    // A token that is not valid is as good as none: 401 on an API, the login page for a browser.
    bearer_token_login_fallback: true,
    ...(jwt && { extra_jwt_issuers: [`${jwt.issuer}=${jwt.audience}`] }),
    api_routes: [beneath(published, apiPath)],
    silence_ping_logging: true,
  });
}

function toml(settings: Readonly<Record<string, unknown>>): string {
  return Object.entries(settings)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`)
    .join("");
}

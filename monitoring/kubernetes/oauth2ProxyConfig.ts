/**
 * The two files that oauth2-proxy reads: upstreams, listeners and provider in YAML, sessions and API clients in TOML.
 * No secret is in them: they name the files that hold secrets.
 *
 * @see https://oauth2-proxy.github.io/oauth2-proxy/configuration/alpha-config
 * @see https://oauth2-proxy.github.io/oauth2-proxy/configuration/overview
 */
import type { System } from "../model.ts";
import { toYaml } from "../yaml.ts";
import { apiPath, beneath, deniedPath, edgeRoutes, httpOrigin, type EdgeRoute } from "./edgeRoutes.ts";
import type { ClusterFacts } from "./model.ts";
import { tlsMount } from "./names.ts";
import { portOf } from "./thanos/addresses.ts";

/** Where the pod finds its secrets, and the stack's authority apart from the pod's own certificate. */
export const credentialsMount = "/etc/oauth2-proxy/credentials";
export const authorityMount = "/etc/oauth2-proxy/authority";
/** And the programs that have no e-mail. */
export const programsMount = "/etc/oauth2-proxy/programs";

/** `oauth2_proxy.yml`. */
export function proxyRouting(system: System, facts: ClusterFacts): string {
  const published = edgeRoutes(system).filter(({ login }) => login === "oauth2-proxy");
  return toYaml({
    server: {
      secureBindAddress: `0.0.0.0:${String(portOf(system, "oauth2-proxy", "http"))}`,
      tls: {
        key: { fromFile: `${tlsMount}/tls.key` },
        cert: { fromFile: `${tlsMount}/tls.crt` },
        minVersion: "TLS1.2",
      },
    },
    metricsServer: { bindAddress: `0.0.0.0:${String(portOf(system, "oauth2-proxy", "metrics"))}` },
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
    uri: httpOrigin(workload),
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
  const { emailDomain } = system.access;
  const jwt = facts.oidc.jwt ?? system.access.jwt;
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
    // Besides the domain's addresses. Where a token has no e-mail, its subject is taken for one.
    ...(programsWithoutEmail(facts) !== undefined && {
      authenticated_emails_file: `${programsMount}/subjects`,
    }),
    api_routes: [beneath(published, apiPath)],
    silence_ping_logging: true,
  });
}

/**
 * Text of the file of programs without an e-mail, one subject a line: `sub` of a token of Entra's client credentials is the
 * id of the program's service principal. Undefined where none is given.
 *
 * @see https://github.com/oauth2-proxy/oauth2-proxy/blob/v7.15.3/pkg/apis/middleware/session.go
 * @see https://github.com/oauth2-proxy/oauth2-proxy/blob/v7.15.3/validator.go
 */
export function programsWithoutEmail({ oidc }: ClusterFacts): string | undefined {
  const subjects = oidc.jwt?.subjects ?? [];
  return subjects.length === 0 ? undefined : subjects.map((subject) => `${csvField(subject)}\n`).join("");
}

function csvField(subject: string): string {
  return `"${subject.replaceAll('"', '""')}"`;
}

function toml(settings: Readonly<Record<string, unknown>>): string {
  return Object.entries(settings)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`)
    .join("");
}

/** oauth2-proxy lets in whom it knows, and its sessions stay with whom they belong to. */
import { isEverybody } from "../facts/networks.ts";
import { durationSeconds } from "../facts/amounts.ts";
import { proxiesOf, proxyTypes, type Oauth2Proxy } from "../facts/oauth2Proxies.ts";
import { releaseOf, valueOf } from "../facts/releases.ts";
import { readTextsOf } from "../facts/scripts.ts";
import { isReference, yamlText } from "../facts/settings.ts";
import type { Fault, ResourcePolicy } from "../policy.ts";
import { everyOne, isMap, quoted } from "../resource.ts";

const common = { concern: "auth", covers: [], types: proxyTypes } as const;

function proxyPolicy(
  policy: Omit<ResourcePolicy, "types" | "check" | "concern" | "covers"> & {
    readonly look: (proxy: Oauth2Proxy) => Iterable<Fault>;
  },
): ResourcePolicy {
  const { look, ...rest } = policy;
  return {
    ...common,
    ...rest,
    *check(resource) {
      yield* everyOne(proxiesOf(resource), look);
    },
  };
}

export const authProxyCookies = proxyPolicy({
  id: "auth-oauth2-proxy-cookies",
  severity: "high",
  description:
    "The session cookie travels over TLS only, no script reads it, no other site sends it, and it ends within a day; what signs it and what oauth2-proxy is known by to the provider are written into no value.",
  remedy:
    "Set cookie_secure and cookie_httponly to true, cookie_samesite to lax or strict, cookie_expire to 24h or less, and give cookie_secret and client_secret by a file or a Secret",
  *look({ path, options, complete }) {
    for (const name of ["cookie_secure", "cookie_httponly"]) {
      const [value = "true"] = options(name);
      if (!/^(?:true|t|1)$/i.test(value))
        yield { path: `${path} ${name}`, problem: `${quoted(value)}, expected true` };
    }
    const [site] = options("cookie_samesite");
    if ((site !== undefined || complete) && site !== "lax" && site !== "strict")
      yield { path: `${path} cookie_samesite`, problem: `${quoted(site)}, expected lax or strict` };
    const [ends = complete ? "168h" : undefined] = options("cookie_expire");
    const seconds = durationSeconds(ends);
    if (ends !== undefined && seconds === undefined)
      yield { path: `${path} cookie_expire`, problem: `${quoted(ends)}, expected a duration` };
    if (seconds !== undefined && (seconds <= 0 || seconds > 86_400))
      yield { path: `${path} cookie_expire`, problem: `${quoted(ends)}, expected a day or less` };
    for (const name of ["cookie_secret", "client_secret"])
      for (const value of options(name))
        if (!isReference(value))
          yield {
            path: `${path} ${name}`,
            problem: /^X+$/.test(value)
              ? "is the chart's own, which everybody knows"
              : "is written in the clear",
          };
  },
});

/** Options that let in members of something only. */
const memberships = [
  "allowed_groups",
  "allowed_roles",
  "github_org",
  "github_team",
  "github_users",
  "gitlab_groups",
  "gitlab_projects",
  "google_groups",
  "keycloak_groups",
];

export const authProxyPeople = proxyPolicy({
  id: "auth-oauth2-proxy-people",
  severity: "critical",
  description:
    "oauth2-proxy names whose people may come in, asks all of them, trusts headers of its own proxy only, and knows its provider by TLS.",
  remedy:
    "Set email_domains to the organisation's own (or allowed_groups), with reverse_proxy the addresses in trusted_proxy_ips, an https issuer, and no trusted_ips, skip_auth_… and insecure_…",
  *look({ path, options, complete }) {
    const domains = options("email_domains")
      .flatMap((list) => list.split(","))
      .map((domain) => domain.trim());
    const isMember = memberships.some((name) => options(name).some((value) => value !== ""));
    if (domains.includes("*") && !isMember)
      yield { path: `${path} email_domains`, problem: "is everybody's (*)" };
    if (domains.length === 0 && complete && options("authenticated_emails_file").length === 0)
      yield { path: `${path} email_domains`, problem: "is not set" };
    const proxies = options("trusted_proxy_ips").flatMap((list) => list.split(","));
    if (isTrue(options("reverse_proxy")) && (proxies.length > 0 ? proxies.some(isEverybody) : complete))
      yield {
        path: `${path} trusted_proxy_ips`,
        problem: `${proxies.length > 0 ? "are everybody's" : "is not set"}, so that anybody may claim an address`,
      };
    if (isTrue(options("skip_auth_preflight")))
      yield { path: `${path} skip_auth_preflight`, problem: "lets requests pass without a log-in" };
    for (const name of ["skip_auth_routes", "skip_auth_regex", "trusted_ips"])
      if (options(name).some((value) => value !== ""))
        yield { path: `${path} ${name}`, problem: "lets requests pass without a log-in" };
    for (const name of [
      "ssl_insecure_skip_verify",
      "ssl_upstream_insecure_skip_verify",
      "insecure_oidc_allow_unverified_email",
      "insecure_oidc_skip_issuer_verification",
      "insecure_oidc_skip_nonce",
    ])
      if (isTrue(options(name))) yield { path: `${path} ${name}`, problem: "is true" };
    if (options("oidc_issuer_url").some(inTheClear))
      yield { path: `${path} oidc_issuer_url`, problem: "is asked in the clear" };
  },
});

function isTrue(values: readonly string[]): boolean {
  return values.some((value) => /^(?:true|t|1)$/i.test(value));
}

function inTheClear(address: string): boolean {
  return /^http:\/\/(?!localhost\b|127\.|\[::1\])/i.test(address);
}

export const authProxyTokens: ResourcePolicy = {
  ...common,
  id: "auth-oauth2-proxy-tokens",
  severity: "critical",
  description:
    "Tokens are verified: their issuer, audience, signature and nonce, and that an address belongs to its owner; nothing is asked or served in the clear.",
  remedy:
    "In the alpha configuration set every insecureSkip… and insecureAllow… to false, https issuers and upstreams, a secureBindAddress, TLS1.2 or newer, audienceClaims, and enabledSigningAlgs without none and HS256",
  *check(resource) {
    const release = releaseOf(resource);
    const data = release?.chart === "oauth2-proxy" ? valueOf(release, "alphaConfig.configData") : undefined;
    yield* everyOne(
      [
        ...(isMap(data) ? [{ path: "values.alphaConfig.configData", text: yamlText(data) }] : []),
        ...readTextsOf(resource),
      ].filter(({ text }) => /^[\s-]*(?:oidcConfig|upstreamConfig|injectRequestHeaders):/im.test(text)),
      ({ path, text }) => alphaConfig(path, text.replaceAll(/^\s*#.*$/gm, "")),
    );
  },
};

/** @see https://oauth2-proxy.github.io/oauth2-proxy/configuration/alpha-config */
function* alphaConfig(path: string, text: string): Generator<Fault> {
  for (const [, name, value] of text.matchAll(/\b(insecure\w+):\s*["']?(\w+)/gi))
    if (isTrue([value ?? ""]) || value === "yes" || value === "on")
      yield { path, problem: `has ${String(name)}` };
  if (/\boidcConfig:/i.test(text) && !/\binsecureSkipNonce:/i.test(text))
    yield { path, problem: "has insecureSkipNonce, which is on by itself" };
  for (const [, key, address = ""] of text.matchAll(/\b(uri|\w+URL):\s*["']?(http:[^\s"',}]+)/gi))
    if (inTheClear(address)) yield { path, problem: `has ${String(key)} ${address}, in the clear` };
  const [, algorithms = ""] =
    /\benabledSigningAlgs:[ \t]*(\[[^\]]*\]|(?:\s*-[ \t]*["']?\w+["']?)+)/i.exec(text) ?? [];
  if (/\b(?:none|HS\d{3})\b/i.test(algorithms))
    yield { path, problem: "takes tokens that nobody or anybody signed" };
  if (/\baudienceClaims:\s*\[\s*\]/i.test(text)) yield { path, problem: "takes tokens for anybody" };
  // Of files there is a policy for every program's.
  if (path.startsWith("values.") && /\bminVersion:\s*["']?TLS1\.[01]\b/i.test(text))
    yield { path, problem: "speaks an old TLS" };
  const [, server = ""] = /^([ \t]*)server:[ \t]*((?:\r?\n\1[ \t]+.*)+)/im.exec(text)?.slice(1) ?? [];
  if (
    /\bbindAddress:\s*["']?(?!127\.|localhost)\S/i.test(server) &&
    !/\bsecureBindAddress:\s*["']?[^\s"']/i.test(server)
  )
    yield { path, problem: "serves in the clear" };
}

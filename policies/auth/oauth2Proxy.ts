/** oauth2-proxy lets in whom it knows, and its sessions stay with whom they belong to. */
import { releaseOf, releaseTypes } from "../facts/releases.ts";
import { assigned } from "../facts/settings.ts";
import { textsOf } from "../facts/texts.ts";
import { podTypes } from "../facts/podTemplates.ts";
import { processesOf } from "../facts/processes.ts";
import type { Fault, ResourcePolicy } from "../policy.ts";
import { at, everyOne, isMap, quoted, type Resource } from "../resource.ts";

const common = {
  concern: "auth",
  covers: [],
  types: ["kubernetes:core/v1:ConfigMap", "kubernetes:core/v1:Secret", ...releaseTypes, ...podTypes],
} as const;

interface Proxy {
  readonly path: string;
  /** By its name in the configuration file: `cookie_secure`. */
  readonly option: (name: string) => string | undefined;
}

/** Files, arguments and values that configure the sessions of an oauth2-proxy. */
function proxiesOf(resource: Resource): readonly Proxy[] {
  const files = textsOf(resource)
    .filter(({ text }) => /^\s*(?:cookie_\w+|email_domains)\s*=/m.test(text))
    .map(({ path, text }) => ({ path, option: (name: string) => assigned(text, name) }));
  const release = releaseOf(resource);
  const extra = release?.chart === "oauth2-proxy" ? at(release.values, "extraArgs") : undefined;
  const values = isMap(extra)
    ? [
        {
          path: "values.extraArgs",
          option: (name: string) => {
            const value =
              extra[name.replaceAll("_", "-").replace(/s$/, "")] ?? extra[name.replaceAll("_", "-")];
            return typeof value === "string"
              ? value
              : value === undefined
                ? undefined
                : JSON.stringify(value);
          },
        },
      ]
    : [];
  const processes = processesOf(resource)
    .filter(({ flag }) => flag("oidc-issuer-url") !== undefined || flag("cookie-secret") !== undefined)
    .map(({ path, flag }) => ({
      path,
      option: (name: string) => {
        const value = flag(name.replaceAll("_", "-")) ?? flag(name.replaceAll("_", "-").replace(/s$/, ""));
        return value === undefined ? undefined : String(value);
      },
    }));
  return [...files, ...values, ...processes];
}

function proxyPolicy(
  policy: Omit<ResourcePolicy, "types" | "check" | "concern" | "covers"> & {
    readonly look: (proxy: Proxy) => Iterable<Fault>;
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
    "The session cookie travels over TLS only, no script reads it, no other site sends it, and it ends within a day.",
  remedy:
    "Set cookie_secure and cookie_httponly to true, cookie_samesite to lax or strict, and cookie_expire to 24h or less",
  *look({ path, option }) {
    for (const name of ["cookie_secure", "cookie_httponly"])
      if ((option(name) ?? "true") !== "true")
        yield { path: `${path} ${name}`, problem: `${quoted(option(name))}, expected true` };
    const site = option("cookie_samesite");
    if (site !== "lax" && site !== "strict")
      yield { path: `${path} cookie_samesite`, problem: `${quoted(site)}, expected lax or strict` };
    const [, hours] = /^(\d+)h/.exec(option("cookie_expire") ?? "168h") ?? [];
    if (hours !== undefined && Number(hours) > 24)
      yield { path: `${path} cookie_expire`, problem: `${quoted(option("cookie_expire"))}, more than a day` };
    const secret = option("cookie_secret");
    if (secret !== undefined) yield { path: `${path} cookie_secret`, problem: "is written in the clear" };
  },
});

export const authProxyPeople = proxyPolicy({
  id: "auth-oauth2-proxy-people",
  severity: "critical",
  description: "oauth2-proxy names whose people may come in, and trusts headers of its own proxy only.",
  remedy:
    "Set email_domains to the organisation's own, and with reverse_proxy the addresses in trusted_proxy_ips",
  *look({ path, option }) {
    const domains = option("email_domains");
    if (domains === undefined || /["'[\s,]\*["'\]\s,]|^\*$/.test(` ${domains} `))
      yield {
        path: `${path} email_domains`,
        problem: domains === undefined ? "is not set" : "is everybody's (*)",
      };
    if (
      option("reverse_proxy") === "true" &&
      (option("trusted_proxy_ips") ?? option("trusted_ips")) === undefined
    )
      yield {
        path: `${path} trusted_proxy_ips`,
        problem: "is not set, so that anybody may claim an address",
      };
    if (/(?:^|[\s"',[])(?:0\.0\.0\.0|::)\/0/.test(option("trusted_proxy_ips") ?? option("trusted_ips") ?? ""))
      yield {
        path: `${path} trusted_proxy_ips`,
        problem: "is everybody, so that anybody may claim an address",
      };
    if (
      option("skip_auth_preflight") === "true" ||
      option("skip_auth_routes") !== undefined ||
      option("skip_auth_regex") !== undefined
    )
      yield { path: `${path} skip_auth_routes`, problem: "lets requests pass without a log-in" };
    for (const name of [
      "ssl_insecure_skip_verify",
      "insecure_oidc_allow_unverified_email",
      "insecure_oidc_skip_issuer_verification",
    ])
      if (option(name) === "true") yield { path: `${path} ${name}`, problem: "is true" };
  },
});

export const authProxyTokens: ResourcePolicy = {
  ...common,
  id: "auth-oauth2-proxy-tokens",
  severity: "critical",
  description:
    "Tokens are verified: their issuer, audience, signature and nonce, and that an address belongs to its owner.",
  remedy:
    "Set every insecureSkip… and insecureAllow… to false, https issuers and upstreams, and enabledSigningAlgs without none and HS256",
  types: ["kubernetes:core/v1:ConfigMap", "kubernetes:core/v1:Secret", ...releaseTypes],
  *check(resource) {
    yield* everyOne(
      textsOf(resource).filter(({ text }) => /\boidcConfig:/.test(text)),
      function* ({ path, text }): Generator<Fault> {
        for (const [, name, value] of text.matchAll(/\b(insecure\w+):\s*["']?(\w+)/g))
          if (value === "true") yield { path, problem: `has ${String(name)}` };
        for (const [, key, value] of text.matchAll(
          /\b(issuerURL|uri|loginURL|redeemURL):\s*["']?(http:\S+)/g,
        ))
          yield { path, problem: `has ${String(key)} ${String(value)}, in the clear` };
        if (/^\s*enabledSigningAlgs:\s*(?:\n\s*-\s*)?.*(?:none|HS\d{3})/im.test(text))
          yield { path, problem: "takes tokens that nobody or anybody signed" };
        if (/audienceClaims:\s*\[\s*\]/.test(text)) yield { path, problem: "takes tokens for anybody" };
        if (/minVersion:\s*["']?TLS1\.[01]\b/.test(text)) yield { path, problem: "speaks an old TLS" };
        if (
          !/\bsecureBindAddress:/.test(text) &&
          /\bbindAddress:\s*["']?(?!127\.)/.test(text) &&
          !/metricsServer/.test(text)
        )
          yield { path, problem: "serves in the clear" };
      },
    );
  },
};

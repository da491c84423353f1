/** Grafana lets nobody in that it does not know, and no secret of it is everybody's. */
import { grafanasOf, grafanaTypes, type Grafana } from "../facts/grafana.ts";
import { durationDays } from "../facts/amounts.ts";
import type { Fault, ResourcePolicy } from "../policy.ts";
import { everyOne, quoted } from "../resource.ts";

type GrafanaPolicy = Omit<ResourcePolicy, "types" | "check" | "concern"> & {
  readonly look: (grafana: Grafana) => Iterable<Fault>;
};

function grafanaPolicy({ look, ...policy }: GrafanaPolicy): ResourcePolicy {
  return {
    ...policy,
    concern: "auth",
    types: grafanaTypes,
    *check(resource) {
      yield* everyOne(grafanasOf(resource), look);
    },
  };
}

export const authGrafanaAnonymous = grafanaPolicy({
  id: "auth-grafana-anonymous",
  severity: "critical",
  description: "Nobody sees Grafana without logging in, and nobody makes an account for themselves.",
  remedy:
    "Set auth.anonymous enabled, users allow_sign_up, public_dashboards enabled and snapshots external_enabled to false",
  covers: [],
  *look({ path, setting }) {
    for (const [section, key, wanted, initial] of [
      ["auth.anonymous", "enabled", "false", "false"],
      ["users", "allow_sign_up", "false", "false"],
      ["public_dashboards", "enabled", "false", "true"],
      ["snapshots", "external_enabled", "false", "true"],
      ["users", "viewers_can_edit", "false", "false"],
      ["security", "allow_embedding", "false", "false"],
      ["security", "disable_initial_admin_creation", "false", "false"],
    ] as const) {
      const value = setting(section, key) ?? initial;
      if (value !== wanted)
        yield { path: `${path} [${section}] ${key}`, problem: `${quoted(value)}, expected ${wanted}` };
    }
    const role = setting("users", "auto_assign_org_role") ?? "Viewer";
    if (role !== "Viewer" && role !== "None")
      yield { path: `${path} [users] auto_assign_org_role`, problem: `${quoted(role)}, expected Viewer` };
  },
});

const knownPasswords = ["admin", "password", "prom-operator", "strongpassword", "grafana", "changeme"];

export const authGrafanaPassword = grafanaPolicy({
  id: "auth-grafana-password",
  severity: "critical",
  description:
    "The administrator's password of Grafana is a secret of this stack, and written into no value.",
  remedy: "Give it by admin.existingSecret, or by a file ($__file{…} or GF_SECURITY_ADMIN_PASSWORD__FILE)",
  covers: ["CKV_SECRET_6"],
  *look({ path, writtenPassword, defaultPassword }) {
    const { value } = writtenPassword;
    if (defaultPassword)
      yield { path, problem: "says no administrator's password, so that it is one that everybody knows" };
    else if (
      typeof value === "string" &&
      !/^\$__(?:file|env|vault)\{/.test(value) &&
      !value.startsWith("{{") &&
      value !== "[secret]"
    )
      yield {
        path: writtenPassword.path,
        problem: knownPasswords.includes(value.toLowerCase())
          ? "is a password that everybody knows"
          : "is written in the clear",
      };
  },
});

export const authGrafanaKey = grafanaPolicy({
  id: "auth-grafana-secret-key",
  severity: "critical",
  description:
    "Grafana encrypts the secrets of its data sources with a key of this stack: its default is public.",
  remedy: "Set security secret_key to a file of the stack's own: $__file{…}",
  covers: [],
  *look({ path, setting }) {
    const key = setting("security", "secret_key");
    const where = `${path} [security] secret_key`;
    if (key === undefined || key === "" || key === "SW2YcwTIb9zpOOhoPsMm")
      yield {
        path: where,
        problem: key ? "is Grafana's public default" : "is not set, which is Grafana's public default",
      };
    else if (!/^\$__(?:file|env|vault)\{/.test(key) && !key.startsWith("{{"))
      yield { path: where, problem: "is written in the clear" };
  },
});

export const authGrafanaSessions = grafanaPolicy({
  id: "auth-grafana-sessions",
  severity: "high",
  description: "A session of Grafana's travels over TLS only, is sent by no other site, and ends.",
  remedy:
    'Set security cookie_secure to true and cookie_samesite to "lax" or "strict", server protocol to https or the TLS of a proxy, and log-in lifetimes',
  covers: [],
  *look({ path, setting }) {
    if (setting("security", "cookie_secure") !== "true")
      yield {
        path: `${path} [security] cookie_secure`,
        problem: `${quoted(setting("security", "cookie_secure"))}, expected true`,
      };
    const site = setting("security", "cookie_samesite") ?? "lax";
    if (!["lax", "strict"].includes(site))
      yield {
        path: `${path} [security] cookie_samesite`,
        problem: `${quoted(site)}, expected lax or strict`,
      };
    const protocol = setting("server", "protocol") ?? "http";
    if (protocol !== "https" && protocol !== "h2")
      yield { path: `${path} [server] protocol`, problem: `${quoted(protocol)}, expected https` };
    for (const [key, days] of [
      ["login_maximum_inactive_lifetime_duration", 7],
      ["login_maximum_lifetime_duration", 30],
    ] as const) {
      const life = setting("auth", key);
      if (life !== undefined && (durationDays(life) ?? Infinity) > days)
        yield {
          path: `${path} [auth] ${key}`,
          problem: `${quoted(life)}, expected ${String(days)}d at most`,
        };
    }
    const tls = setting("server", "min_tls_version") ?? "TLS1.2";
    if (!["TLS1.2", "TLS1.3"].includes(tls))
      yield { path: `${path} [server] min_tls_version`, problem: `${quoted(tls)}, expected TLS1.2` };
  },
});

export const authGrafanaLogin = grafanaPolicy({
  id: "auth-grafana-login",
  severity: "high",
  description:
    "Where Grafana is for many, people log in at the organisation's own door, whose word on roles counts.",
  remedy:
    "Enable auth.generic_oauth (or your provider's) with use_pkce, role_attribute_strict, and no insecure e-mail look-up",
  covers: [],
  *look({ path, setting, published }) {
    const providers = [
      "generic_oauth",
      "azuread",
      "okta",
      "google",
      "github",
      "gitlab",
      "saml",
      "jwt",
      "proxy",
    ];
    const chosen = providers.find((name) => setting(`auth.${name}`, "enabled") === "true");
    if (chosen === undefined && published)
      yield { path, problem: "publishes a Grafana whose people have passwords of its own" };
    // Those that speak OAuth; the others have no such settings.
    if (chosen !== undefined && !["saml", "jwt", "proxy"].includes(chosen)) {
      const provider = `auth.${chosen}`;
      // The roles of the others come by mappings of their groups.
      for (const key of ["use_pkce", ...(chosen === "generic_oauth" ? ["role_attribute_strict"] : [])])
        if (setting(provider, key) !== "true")
          yield {
            path: `${path} [${provider}] ${key}`,
            problem: `${quoted(setting(provider, key))}, expected true`,
          };
      const secret = setting(provider, "client_secret");
      if (secret !== undefined && !/^\$__(?:file|env|vault)\{/.test(secret) && !secret.startsWith("{{"))
        yield { path: `${path} [${provider}] client_secret`, problem: "is written in the clear" };
      for (const address of ["auth_url", "token_url", "api_url"])
        if (setting(provider, address)?.startsWith("http://") === true)
          yield { path: `${path} [${provider}] ${address}`, problem: "is asked in the clear" };
      for (const [section, key] of [
        ["auth", "disable_login_form"],
        ["auth", "oauth_allow_insecure_email_lookup"],
        ["auth.basic", "enabled"],
      ] as const) {
        const wanted = key === "disable_login_form" ? "true" : "false";
        const value = setting(section, key) ?? (key === "enabled" ? "true" : "false");
        if (value !== wanted)
          yield { path: `${path} [${section}] ${key}`, problem: `${quoted(value)}, expected ${wanted}` };
      }
    }
  },
});

/** Grafana lets nobody in that it does not know, and no secret of it is everybody's. */
import { durationDays } from "../facts/amounts.ts";
import { grafanasOf, grafanaTypes, type Grafana } from "../facts/grafana.ts";
import { isReference } from "../facts/settings.ts";
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

/** What holds: what is said, or Grafana's own default, where nothing else can say it. Truth is spelt `true` and `false`. */
function valueIn(
  { setting, complete }: Grafana,
  section: string,
  key: string,
  initial: string,
): string | undefined {
  const value = setting(section, key) ?? (complete ? initial : undefined);
  if (value === undefined || isReference(value)) return undefined;
  if (/^(?:1|t|true|y|yes|on)$/i.test(value)) return "true";
  return /^(?:0|f|false|n|no|off)$/i.test(value) ? "false" : value;
}

/** The fault of a setting that is something else than it must be; none where it is not said here. */
function* expect(
  grafana: Grafana,
  section: string,
  key: string,
  initial: string,
  wanted: readonly string[],
): Generator<Fault> {
  const value = valueIn(grafana, section, key, initial);
  if (value === undefined || wanted.includes(value.toLowerCase())) return;
  yield {
    path: `${grafana.path} [${section}] ${key}`,
    problem: `${quoted(grafana.setting(section, key))}, expected ${wanted.join(" or ")}`,
  };
}

export const authGrafanaAnonymous = grafanaPolicy({
  id: "auth-grafana-anonymous",
  severity: "critical",
  description:
    "Nobody sees Grafana, a dashboard, a snapshot or a frame of it without logging in, nobody makes an account for themselves, who is new only looks, and there is an administrator.",
  remedy:
    "Set auth.anonymous enabled, users allow_sign_up and viewers_can_edit, public_dashboards enabled, snapshots external_enabled, security allow_embedding and disable_initial_admin_creation to false, users auto_assign_org_role to Viewer or None",
  covers: [],
  *look(grafana) {
    for (const [section, key, wanted, initial] of [
      ["auth.anonymous", "enabled", "false", "false"],
      ["users", "allow_sign_up", "false", "false"],
      ["public_dashboards", "enabled", "false", "true"],
      ["snapshots", "external_enabled", "false", "true"],
      ["users", "viewers_can_edit", "false", "false"],
      ["security", "allow_embedding", "false", "false"],
      ["security", "disable_initial_admin_creation", "false", "false"],
    ] as const)
      yield* expect(grafana, section, key, initial, [wanted]);
    yield* expect(grafana, "users", "auto_assign_org_role", "Viewer", ["viewer", "none"]);
  },
});

const knownPasswords = ["admin", "password", "prom-operator", "strongpassword", "grafana", "changeme"];

export const authGrafanaPassword = grafanaPolicy({
  id: "auth-grafana-password",
  severity: "critical",
  description:
    "The administrator's password of Grafana is a secret of this stack, and written into no value.",
  remedy: "Give it by admin.existingSecret, or by a file ($__file{…} or GF_SECURITY_ADMIN_PASSWORD__FILE)",
  covers: [],
  *look({ path, passwords, defaultPassword }) {
    if (defaultPassword)
      yield { path, problem: "says no administrator's password, so that it is one that everybody knows" };
    for (const { path: where, value } of passwords)
      if (!isReference(value))
        yield {
          path: where,
          problem: knownPasswords.includes(String(value).toLowerCase())
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
  remedy: "Set security secret_key to a file of the stack's own: $__file{…} or GF_SECURITY_SECRET_KEY__FILE",
  covers: [],
  *look({ path, setting, complete }) {
    const key = setting("security", "secret_key");
    const where = `${path} [security] secret_key`;
    if (key === undefined) {
      if (complete) yield { path: where, problem: "is not set, which is Grafana's public default" };
    } else if (key === "" || key === "SW2YcwTIb9zpOOhoPsMm")
      yield { path: where, problem: "is Grafana's public default" };
    else if (!isReference(key)) yield { path: where, problem: "is written in the clear" };
  },
});

export const authGrafanaSessions = grafanaPolicy({
  id: "auth-grafana-sessions",
  severity: "high",
  description:
    "A session of Grafana's travels over TLS only, is sent by no other site, and ends after 7 days of silence and 30 at the most.",
  remedy:
    'Set security cookie_secure to true and cookie_samesite to "lax" or "strict", server protocol to https or h2, min_tls_version to TLS1.2, and auth login_maximum_lifetime_duration to 30d or less',
  covers: [],
  *look(grafana) {
    yield* expect(grafana, "security", "cookie_secure", "false", ["true"]);
    yield* expect(grafana, "security", "cookie_samesite", "lax", ["lax", "strict"]);
    yield* expect(grafana, "server", "protocol", "http", ["https", "h2"]);
    yield* expect(grafana, "server", "min_tls_version", "TLS1.2", ["tls1.2", "tls1.3"]);
    for (const [key, most] of [
      ["login_maximum_inactive_lifetime_duration", 7],
      ["login_maximum_lifetime_duration", 30],
    ] as const) {
      const value = grafana.setting("auth", key);
      if (value === undefined || value === "") continue;
      const days = durationDays(value);
      if (days === undefined || days <= 0 || days > most)
        yield {
          path: `${grafana.path} [auth] ${key}`,
          problem: `${quoted(value)}, expected ${String(most)}d or less`,
        };
    }
  },
});

const providers = [
  "generic_oauth",
  "azuread",
  "okta",
  "google",
  "github",
  "gitlab",
  "grafana_com",
  "saml",
  "jwt",
  "proxy",
].map((name) => `auth.${name}`);

export const authGrafanaLogin = grafanaPolicy({
  id: "auth-grafana-login",
  severity: "high",
  description:
    "A Grafana that its chart publishes has people log in at the organisation's own door; wherever there is such a door, it is the only one, it is asked over TLS, and its word on roles counts.",
  remedy:
    "Enable auth.generic_oauth (with role_attribute_strict) or your provider's, with use_pkce and its client_secret in a file; set auth disable_login_form, and turn auth.basic and insecure e-mail look-up off; give auth.proxy a whitelist",
  covers: [],
  *look(grafana) {
    const { path, setting, published } = grafana;
    const chosen = providers.filter((section) => valueIn(grafana, section, "enabled", "false") === "true");
    if (chosen.length === 0) {
      if (published) yield { path, problem: "publishes a Grafana whose people have passwords of its own" };
      return;
    }
    for (const section of chosen) {
      const isGeneric = section === "auth.generic_oauth";
      if (!["auth.saml", "auth.jwt", "auth.proxy"].includes(section))
        yield* expect({ ...grafana, complete: true }, section, "use_pkce", "false", ["true"]);
      if (isGeneric)
        yield* expect({ ...grafana, complete: true }, section, "role_attribute_strict", "false", ["true"]);
      const secret = setting(section, "client_secret");
      if (secret !== undefined && !isReference(secret))
        yield { path: `${path} [${section}] client_secret`, problem: "is written in the clear" };
      for (const address of ["auth_url", "token_url", "api_url", "jwk_set_url"])
        if (setting(section, address)?.toLowerCase().startsWith("http://") === true)
          yield { path: `${path} [${section}] ${address}`, problem: "is asked in the clear" };
    }
    if (chosen.includes("auth.proxy") && !setting("auth.proxy", "whitelist"))
      yield {
        path: `${path} [auth.proxy] whitelist`,
        problem: "is not set, so that anybody may say who they are",
      };
    yield* expect(grafana, "auth", "disable_login_form", "false", ["true"]);
    yield* expect(grafana, "auth", "oauth_allow_insecure_email_lookup", "false", ["false"]);
    yield* expect(grafana, "auth.basic", "enabled", "true", ["false"]);
  },
});

/**
 * How people come into Grafana: by the identity provider only. Their groups say what they may do; everybody else sees.
 *
 * @see https://grafana.com/docs/grafana/latest/setup-grafana/configure-security/configure-authentication/generic-oauth/
 */
import { fileReference } from "../../dashboards/provisioning.ts";
import type { System } from "../../model.ts";
import type { ClusterFacts, OidcFacts } from "../model.ts";
import { tlsMount } from "../names.ts";

/** Sections of Grafana's configuration. */
export type Settings = Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>>;

/** Where Grafana's pod finds its secrets, and their names there. */
export const secretsMount = "/etc/vigil/secrets";
export const clientSecret = "oauth-client-secret";
export const license = "grafana-enterprise-license";
export const samlMetadata = "grafana-saml-metadata";

/** No passwords, no sign-up form, no anonymous visitors: one provider, to which everybody is sent at once. */
export function loginSettings(system: System, facts: ClusterFacts): Settings {
  const provider = system.access.grafana.saml ? saml(facts.oidc) : oauth(system, facts.oidc);
  return {
    auth: {
      disable_login_form: true,
      oauth_allow_insecure_email_lookup: false,
      // A session ends with the working day, or after two hours without use.
      login_maximum_inactive_lifetime_duration: "2h",
      login_maximum_lifetime_duration: "12h",
    },
    "auth.anonymous": { enabled: false },
    "auth.basic": { enabled: false },
    ...provider,
  };
}

/** Whether the issuer is Entra ID, whose tokens Grafana knows by themselves. */
function isEntra(issuer: string): boolean {
  return new URL(issuer).hostname === "login.microsoftonline.com";
}

function oauth(system: System, oidc: OidcFacts): Settings {
  const common = {
    enabled: true,
    client_id: oidc.clientId,
    client_secret: fileReference(`${secretsMount}/${clientSecret}`),
    scopes: "openid profile email",
    use_pkce: true,
    auto_login: true,
    // The provider says who there is; the account is made at the first visit.
    allow_sign_up: true,
    ...(system.access.emailDomain === undefined ? {} : { allowed_domains: system.access.emailDomain }),
  };
  return isEntra(oidc.issuer)
    ? { "auth.azuread": entra(oidc, common) }
    : { "auth.generic_oauth": generic(oidc, common) };
}

type Common = Readonly<Record<string, string | boolean>>;

function generic(oidc: OidcFacts, common: Common): Common {
  return {
    ...common,
    name: "Single sign-on",
    ...oidcEndpoints(oidc),
    role_attribute_path: rolePath(oidc),
    role_attribute_strict: true,
  };
}

/** JMESPath over the claims. A filter is false where there are no groups at all; `contains` would fail, and keep people out. */
function rolePath({ adminGroup, editorGroup }: OidcFacts): string {
  const member = (group: string, role: string) =>
    `groups[?@ == '${group.replaceAll("'", "\\'")}'] && '${role}'`;
  return [
    ...(adminGroup === undefined ? [] : [member(adminGroup, "Admin")]),
    ...(editorGroup === undefined ? [] : [member(editorGroup, "Editor")]),
    "'Viewer'",
  ].join(" || ");
}

/** Groups are object ids there; `org_mapping` gives each its role, and the star everybody else's. */
function entra(oidc: OidcFacts, common: Common): Common {
  const tenant = new URL(oidc.issuer).pathname.split("/")[1] ?? "";
  const base = `https://login.microsoftonline.com/${tenant}/oauth2/v2.0`;
  return {
    ...common,
    name: "Microsoft Entra ID",
    client_authentication: "client_secret_post",
    auth_url: `${base}/authorize`,
    token_url: `${base}/token`,
    allowed_organizations: tenant,
    org_mapping: [
      ...(oidc.adminGroup === undefined ? [] : [`${oidc.adminGroup}:1:Admin`]),
      ...(oidc.editorGroup === undefined ? [] : [`${oidc.editorGroup}:1:Editor`]),
      "*:1:Viewer",
    ].join(" "),
  };
}

/** Paths of providers that do not keep to those of the last row, by what their issuers look like. */
const providers: readonly { readonly issuer: RegExp; readonly paths: readonly [string, string, string] }[] = [
  // Keycloak
  {
    issuer: /\/realms\/[^/]+$/,
    paths: [
      "/protocol/openid-connect/auth",
      "/protocol/openid-connect/token",
      "/protocol/openid-connect/userinfo",
    ],
  },
  // Okta's own and custom authorization servers
  { issuer: /\.okta\.com\/oauth2\/[^/]+$/, paths: ["/v1/authorize", "/v1/token", "/v1/userinfo"] },
  { issuer: /\.okta\.com$/, paths: ["/oauth2/v1/authorize", "/oauth2/v1/token", "/oauth2/v1/userinfo"] },
  { issuer: /\.auth0\.com$/, paths: ["/authorize", "/oauth/token", "/userinfo"] },
];

/**
 * Grafana asks for the three addresses that an issuer's discovery document would name, and reads no such document.
 * @throws where the issuer is of no known provider and no addresses are given, see `grafanaFindings`
 */
export function oidcEndpoints({ issuer, endpoints }: Pick<OidcFacts, "issuer" | "endpoints">): {
  auth_url: string;
  token_url: string;
  api_url: string;
} {
  if (endpoints !== undefined)
    return { auth_url: endpoints.authorization, token_url: endpoints.token, api_url: endpoints.userinfo };
  const base = issuer.replace(/\/$/, "");
  const paths = providers.find((provider) => provider.issuer.test(base))?.paths;
  if (paths === undefined) throw new Error(`the endpoints of issuer ${issuer} are not known; give them`);
  const [authorize, token, userinfo] = paths;
  return { auth_url: base + authorize, token_url: base + token, api_url: base + userinfo };
}

/** Whether Grafana's addresses of an issuer follow from its name. */
export function isKnownIssuer(issuer: string): boolean {
  return isEntra(issuer) || providers.some((provider) => provider.issuer.test(issuer.replace(/\/$/, "")));
}

/** Only with an Enterprise licence, see `grafanaFindings`. */
function saml({ adminGroup, editorGroup }: OidcFacts): Settings {
  return {
    enterprise: { license_path: `${secretsMount}/${license}` },
    "auth.saml": {
      enabled: true,
      auto_login: true,
      allow_sign_up: true,
      allow_idp_initiated: false,
      certificate_path: `${tlsMount}/tls.crt`,
      private_key_path: `${tlsMount}/tls.key`,
      idp_metadata_path: `${secretsMount}/${samlMetadata}`,
      assertion_attribute_name: "displayName",
      assertion_attribute_login: "mail",
      assertion_attribute_email: "mail",
      assertion_attribute_role: "groups",
      ...(adminGroup === undefined ? {} : { role_values_admin: adminGroup }),
      ...(editorGroup === undefined ? {} : { role_values_editor: editorGroup }),
    },
  };
}

import type { Finding } from "../../checks/finding.ts";
import type { System } from "../../model.ts";
import { isKnownIssuer, license, samlMetadata } from "./grafanaLogin.ts";
import type { OidcFacts } from "../model.ts";

/**
 * What of Grafana cannot work as asked.
 *
 * @param given names of the secrets that the stack's configuration gives
 */
export function grafanaFindings(
  system: System,
  given: readonly string[],
  oidc: Pick<OidcFacts, "issuer" | "endpoints">,
): Finding[] {
  if (!system.components.some(({ component }) => component === "grafana")) return [];
  return system.access.grafana.saml ? samlFindings(given) : oauthFindings(oidc);
}

/** An issuer that is missing altogether is said by the platform. */
function oauthFindings({ issuer, endpoints }: Pick<OidcFacts, "issuer" | "endpoints">): Finding[] {
  if (issuer === "" || endpoints !== undefined || isKnownIssuer(issuer)) return [];
  return [
    {
      key: "vigil:oidc.endpoints",
      message: `missing, and Grafana knows those of Entra ID, Keycloak, Okta and Auth0, not of ${issuer}`,
      mend: `set authorization, token and userinfo as ${issuer.replace(/\/$/, "")}/.well-known/openid-configuration names them`,
    },
  ];
}

function samlFindings(given: readonly string[]): Finding[] {
  const key = "access.grafana.saml";
  if (!given.includes(license))
    return [
      {
        key,
        message: "SAML needs a Grafana Enterprise licence, and none is given",
        mend: `give the licence as secret "${license}", or use OAuth2 and leave saml out`,
      },
    ];
  if (!given.includes(samlMetadata))
    return [
      {
        key,
        message: "SAML needs the metadata of the identity provider, and none is given",
        mend: `give its XML as secret "${samlMetadata}"`,
      },
    ];
  return [];
}

/** The secret of the stack's client at the identity provider. */
import type { System } from "../model.ts";

/** Names under which a system may declare it, the first found counts. */
const known = ["oauth2-client-secret", "grafana-oauth-client-secret"];

/**
 * Name of the secret: oauth2-proxy and Grafana are one client at the provider (`oidc.clientId`), so that both use the same.
 * @throws when the system declares none
 */
export function clientSecretOf({ name: system, secrets }: System): string {
  const found = known.find((candidate) => secrets.some(({ name }) => name === candidate));
  if (found === undefined)
    throw new Error(
      `system ${system}: secrets have none of ${known.join(", ")}, with which people log in: declare one`,
    );
  return found;
}

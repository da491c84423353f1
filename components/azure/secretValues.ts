import { RandomBytes } from "@pulumi/random/randomBytes.js";
import { RandomPassword } from "@pulumi/random/randomPassword.js";
import type { SecretDeclaration } from "../../monitoring/model.ts";
import * as pulumi from "../pulumi.ts";

/**
 * The value of a secret: as given, or made at random once and kept in the stack's state, encrypted.
 * @throws {pulumi.RunError} when it is neither given nor one that is made
 */
export function secretValue(
  { name, generated }: SecretDeclaration,
  given: pulumi.Output<string> | undefined,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  // What the configuration holds is secret already; what is not marked here would stand in plain text in the state.
  if (given !== undefined) return pulumi.secret(given);
  if (!generated)
    throw new pulumi.RunError(`vigil:secrets.${name}: missing, and nobody but you can give it a value`);
  if (name === cookieSecret)
    return pulumi.secret(new RandomBytes(name, { length: 32 }, options).base64.apply(urlSafe));
  return pulumi.secret(new RandomPassword(name, { length: 40, special: false }, options).result);
}

/**
 * oauth2-proxy decodes what looks like URL-safe base64 and wants 16, 24 or 32 bytes; any other text of a fitting length
 * would be taken as the key itself.
 *
 * @see https://oauth2-proxy.github.io/oauth2-proxy/configuration/overview#generating-a-cookie-secret
 */
const cookieSecret = "oauth2-cookie-secret";

function urlSafe(base64: string): string {
  return base64.replaceAll("+", "-").replaceAll("/", "_");
}

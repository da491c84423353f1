/** Providers come to their cloud by an identity, with no key in the program or the state. */
import type { ResourcePolicy } from "../policy.ts";

/** What a provider may be given to come in with, and is not to be. */
export const credentials: Readonly<Record<string, readonly string[]>> = {
  "pulumi:providers:aws": ["accessKey", "secretKey"],
  "pulumi:providers:aws-native": ["accessKey", "secretKey"],
  "pulumi:providers:azure-native": ["clientSecret", "clientCertificatePassword"],
  "pulumi:providers:azure": ["clientSecret", "clientCertificatePassword"],
  "pulumi:providers:azuread": ["clientSecret", "clientCertificatePassword"],
};

export const authProviderKeys: ResourcePolicy = {
  id: "auth-provider-keys",
  concern: "auth",
  severity: "critical",
  description:
    "A provider of a cloud is given no key: whoever runs the program comes by an identity of its own.",
  remedy: "Remove the key and log in by OIDC, a role or az login; then revoke it: it has been in the state",
  covers: ["CKV_AWS_41"],
  types: Object.keys(credentials),
  *check({ type, props }) {
    for (const name of credentials[type] ?? [])
      if (props[name] !== undefined && props[name] !== "")
        yield { path: name, problem: "is a key that never ends" };
  },
};

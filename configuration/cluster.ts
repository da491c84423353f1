/** What a stack on Kubernetes says of its cluster, network, storage, identity provider and edge. */
import type { z } from "zod";
import { address, exactly, flag, integer, listOf, mapOf, oneOf, text } from "./values.ts";
import { z as zod } from "zod";

const optionalText = zod.string({ error: "a text" }).trim().default("");
export const cidr = text.regex(/^\d{1,3}(?:\.\d{1,3}){3}\/(?:[0-9]|[12]\d|3[0-2])$/, {
  error: "a network such as 10.40.0.0/16",
});
const url = text.regex(/^https:\/\/[^\s/]+(?:\/\S*)?$/, { error: "an address that begins with https://" });

/** `existing`: the stack is put on a cluster that is there; its own objects are all that is created. */
export const cluster = exactly({
  mode: oneOf("create", "existing").default("create"),
  /** @default `vigil-STACK` */
  name: optionalText,
  /** AKS: the resource group of an existing cluster. */
  resourceGroup: optionalText,
  /** AKS: whether an existing cluster enforces network policies with Cilium, as one that is created does. Asked for there. */
  cilium: flag.exactOptional(),
  /**
   * What an existing cluster has already: a cert-manager that watches every namespace, as release `cert-manager` in the
   * namespace of that name; the kinds of the Prometheus Operator.
   */
  installed: listOf(oneOf("cert-manager", "operator-crds")).default([]),
  /** Kubernetes' minor version. */
  version: text.regex(/^1\.\d{2}$/, { error: "a minor version such as 1.34" }).default("1.34"),
  /** Whether the API server has an address of the cluster's network only. */
  private: flag.default(true),
  /** Who may reach a public API server. */
  authorizedRanges: listOf(cidr).default([]),
  /** Entra groups (object ids), or IAM roles (ARNs), that administer the cluster. */
  administrators: listOf(text).default([]),
  /** The nodes of the monitoring pool. `size` is the cloud's name of a machine. */
  nodes: exactly({
    size: optionalText,
    min: integer(1, 100).default(3),
    max: integer(1, 100).default(6),
  }).default({
    size: "",
    min: 3,
    max: 6,
  }),
});

/** Of a cluster that is created. Nobody knows that of one that is there already, so there `given` is asked for. */
export const network = exactly({ cidr: cidr.exactOptional() }).transform(({ cidr: given }) => ({
  cidr: given ?? "10.40.0.0/16",
  given: given !== undefined,
}));

/** `existing`: bucket, container and key are there already, and stay as they are. */
export const storage = exactly({
  mode: oneOf("create", "existing").default("create"),
  /** Azure: the storage account. @default derived from the subscription and the stack's name */
  account: optionalText,
  /** Azure: the resource group of an existing account. */
  resourceGroup: optionalText,
  /** AWS: ARN or alias of an existing key. */
  kmsKey: optionalText,
  /** Region of a second copy of everything in the bucket; empty: none. */
  replicateTo: optionalText,
});

/** Where people log in. */
export const oidc = exactly({
  issuer: url.or(zod.literal("")).default(""),
  clientId: optionalText,
  adminGroup: optionalText,
  editorGroup: optionalText,
  /** As the issuer's discovery document names them. @default known for Entra ID, Keycloak, Okta and Auth0 */
  endpoints: exactly({ authorization: url, token: url, userinfo: url }).exactOptional(),
  /** Tokens of programs that are admitted; instead of the system's own. @default the system's */
  jwt: exactly({
    issuer: url,
    audience: text,
    /** Values of `sub` of programs whose tokens name no e-mail; needed where the system has an e-mail domain. */
    subjects: listOf(text).default([]),
  }).exactOptional(),
});

export const edge = exactly({
  /** @default the system's own */
  hostname: optionalText,
  certificate: oneOf("acme", "internal").default("acme"),
  /** Address of the ACME account. */
  email: optionalText,
  acmeServer: url.default("https://acme-v02.api.letsencrypt.org/directory"),
  internal: flag.default(false),
  allowedCidrs: listOf(cidr).default(["0.0.0.0/0"]),
});

export const globalView = listOf(
  exactly({
    name: text,
    address,
    serverName: text.exactOptional(),
    /** Network from which the other cluster's queries come. */
    networkCidr: cidr.exactOptional(),
  }),
);

/** Digests by image repository, for those who pin images. */
export const images = mapOf(
  text.regex(/^sha256:[0-9a-f]{64}$/, { error: "a digest, sha256: and 64 hexadecimal digits" }),
);

/** Everything above, as a stack's configuration holds it. */
export interface ClusterConfig {
  readonly cluster: z.output<typeof cluster>;
  readonly network: z.output<typeof network>;
  readonly storage: z.output<typeof storage>;
  readonly oidc: z.output<typeof oidc>;
  readonly edge: z.output<typeof edge>;
  readonly globalView: z.output<typeof globalView>;
  readonly images: z.output<typeof images>;
}

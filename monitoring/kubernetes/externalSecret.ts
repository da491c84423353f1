/**
 * Kubernetes Secrets that external-secrets fills from the cloud's store: the stack itself never carries a value.
 *
 * @see https://external-secrets.io/latest/api/externalsecret/
 */
import type { ClusterFacts, KubernetesObject } from "./model.ts";
import { ownObject, secretStoreName } from "./names.ts";

export interface ExternalSecretOptions {
  /** Name of the Kubernetes Secret, and of the ExternalSecret that makes it. */
  readonly name: string;
  readonly namespace: string;
  /** Name of the stack's secret (`system.secrets`) by key of the Kubernetes Secret. */
  readonly keys: Readonly<Record<string, string>>;
  /** Keys that are made of others, in external-secrets' template language: `user:{{ .password }}`. */
  readonly template?: Readonly<Record<string, string>>;
}

/** An `ExternalSecret`, read again every hour, whose Secret goes with it. */
export function externalSecret(facts: ClusterFacts, options: ExternalSecretOptions): KubernetesObject {
  const { name, namespace, keys, template } = options;
  return ownObject({
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
    metadata: { name, namespace },
    spec: {
      refreshInterval: "1h0m0s",
      secretStoreRef: { kind: "ClusterSecretStore", name: secretStoreName },
      target: {
        name,
        creationPolicy: "Owner",
        deletionPolicy: "Retain",
        ...(template && { template: { engineVersion: "v2", mergePolicy: "Merge", data: template } }),
      },
      data: Object.entries(keys).map(([secretKey, secret]) => ({
        secretKey,
        remoteRef: { key: remoteKey(facts, secret) },
      })),
    },
  });
}

/** Name of a stack's secret in the cloud's store. */
function remoteKey({ secretStore }: ClusterFacts, secret: string): string {
  return secretStore.kind === "secrets-manager" ? `${secretStore.prefix}${secret}` : secret;
}

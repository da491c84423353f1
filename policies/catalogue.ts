/** Every policy of the pack, by concern. */
import * as encryptionAws from "./encryption/aws.ts";
import * as encryptionAzure from "./encryption/azure.ts";
import * as exposureAws from "./exposure/aws.ts";
import * as exposureAzure from "./exposure/azure.ts";
import * as identityAws from "./identity/aws.ts";
import * as identityAzure from "./identity/azure.ts";
import * as retentionCompactor from "./retention/compactor.ts";
import * as retentionLifecycle from "./retention/lifecycle.ts";
import * as retentionPrometheus from "./retention/prometheus.ts";
import type { Policy } from "./policy.ts";

import * as exposureKubernetes from "./exposure/kubernetes.ts";
import * as identityKubernetes from "./identity/kubernetes.ts";
import * as resiliencePods from "./resilience/pods.ts";

import * as authGrafana from "./auth/grafana.ts";
import * as authKeys from "./auth/keys.ts";

const modules: readonly Readonly<Record<string, unknown>>[] = [
  authGrafana,
  authKeys,
  retentionPrometheus,
  retentionCompactor,
  retentionLifecycle,
  encryptionAws,
  encryptionAzure,
  exposureAws,
  exposureAzure,
  identityAws,
  identityAzure,
  exposureKubernetes,
  identityKubernetes,
  resiliencePods,
];

export const policies: readonly Policy[] = modules
  .flatMap((module) => Object.values(module))
  .filter(isPolicy);

function isPolicy(value: unknown): value is Policy {
  return typeof value === "object" && value !== null && "remedy" in value;
}

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

import * as authEndpoints from "./auth/endpoints.ts";
import * as authOauth2Proxy from "./auth/oauth2Proxy.ts";
import * as retentionProtection from "./retention/protection.ts";

import * as encryptionTexts from "./encryption/texts.ts";
import * as exposureClouds from "./exposure/clouds.ts";
import * as exposureIssuers from "./exposure/issuers.ts";
import * as resilienceAutoscaling from "./resilience/autoscaling.ts";
import * as exposurePeers from "./exposure/peers.ts";
import * as retentionReplication from "./retention/replication.ts";
import * as authReleases from "./auth/releases.ts";
import * as exposureReleases from "./exposure/releases.ts";
import * as identityReleases from "./identity/releases.ts";
import * as resilienceReleases from "./resilience/releases.ts";
import * as retentionReleases from "./retention/releases.ts";

const modules: readonly Readonly<Record<string, unknown>>[] = [
  authGrafana,
  authKeys,
  authEndpoints,
  authOauth2Proxy,
  retentionProtection,
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
  authReleases,
  encryptionTexts,
  exposureClouds,
  exposureIssuers,
  exposurePeers,
  retentionReplication,
  resilienceAutoscaling,
  exposureReleases,
  identityReleases,
  resilienceReleases,
  retentionReleases,
];

export const policies: readonly Policy[] = policiesOf(modules);

/** What of the modules' exports is a policy. */
export function policiesOf(from: readonly Readonly<Record<string, unknown>>[]): readonly Policy[] {
  return from.flatMap((module) => Object.values(module)).filter(isPolicy);
}

function isPolicy(value: unknown): value is Policy {
  return typeof value === "object" && value !== null && "remedy" in value;
}

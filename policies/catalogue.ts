/** Every policy of the pack, by concern. */
import * as authEndpoints from "./auth/endpoints.ts";
import * as authGrafana from "./auth/grafana.ts";
import * as authHaproxy from "./auth/haproxy.ts";
import * as authIngress from "./auth/ingress.ts";
import * as authKeys from "./auth/keys.ts";
import * as authOauth2Proxy from "./auth/oauth2Proxy.ts";
import * as authOperated from "./auth/operated.ts";
import * as authPasswords from "./auth/passwords.ts";
import * as authPeers from "./auth/peers.ts";
import * as authPodSecrets from "./auth/podSecrets.ts";
import * as authProviders from "./auth/providers.ts";
import * as authReleases from "./auth/releases.ts";
import * as authUserData from "./auth/userData.ts";
import * as costTags from "./cost/tags.ts";
import * as encryptionAws from "./encryption/aws.ts";
import * as encryptionAwsCopies from "./encryption/awsCopies.ts";
import * as encryptionAwsListeners from "./encryption/awsListeners.ts";
import * as encryptionAzure from "./encryption/azure.ts";
import * as encryptionAzureDisks from "./encryption/azureDisks.ts";
import * as encryptionAzureKeys from "./encryption/azureKeys.ts";
import * as encryptionCertificates from "./encryption/certificates.ts";
import * as encryptionTexts from "./encryption/texts.ts";
import * as exposureAks from "./exposure/aks.ts";
import * as exposureAws from "./exposure/aws.ts";
import * as exposureAwsBalancers from "./exposure/awsBalancers.ts";
import * as exposureAwsNetworkAcls from "./exposure/awsNetworkAcls.ts";
import * as exposureAwsSharing from "./exposure/awsSharing.ts";
import * as exposureAzure from "./exposure/azure.ts";
import * as exposureAzureDatagrams from "./exposure/azureDatagrams.ts";
import * as exposureAzureNetworks from "./exposure/azureNetworks.ts";
import * as exposureClouds from "./exposure/clouds.ts";
import * as exposureIssuers from "./exposure/issuers.ts";
import * as exposureKubernetes from "./exposure/kubernetes.ts";
import * as exposureKubernetesServices from "./exposure/kubernetesServices.ts";
import * as exposureKubernetesWorkloads from "./exposure/kubernetesWorkloads.ts";
import * as exposureNetworkPolicies from "./exposure/networkPolicies.ts";
import * as exposureReleases from "./exposure/releases.ts";
import * as identityAks from "./identity/aks.ts";
import * as identityAws from "./identity/aws.ts";
import * as identityAwsAttachments from "./identity/awsAttachments.ts";
import * as identityAwsPasswords from "./identity/awsPasswords.ts";
import * as identityAzure from "./identity/azure.ts";
import * as identityAzureMachines from "./identity/azureMachines.ts";
import * as identityKubernetes from "./identity/kubernetes.ts";
import * as identityReleases from "./identity/releases.ts";
import * as identityS3 from "./identity/s3.ts";
import * as resilienceAks from "./resilience/aks.ts";
import * as resilienceAws from "./resilience/aws.ts";
import * as resilienceAzure from "./resilience/azure.ts";
import * as resilienceKubernetesObjects from "./resilience/kubernetesObjects.ts";
import * as resilienceOperated from "./resilience/operated.ts";
import * as resiliencePods from "./resilience/pods.ts";
import * as resilienceReleaseValues from "./resilience/releaseValues.ts";
import * as resilienceReleases from "./resilience/releases.ts";
import * as resilienceWorkloads from "./resilience/workloads.ts";
import * as retentionAwsBalancers from "./retention/awsBalancers.ts";
import * as retentionAzureLogs from "./retention/azureLogs.ts";
import * as retentionCompactor from "./retention/compactor.ts";
import * as retentionLifecycle from "./retention/lifecycle.ts";
import * as retentionPrometheus from "./retention/prometheus.ts";
import * as retentionProtection from "./retention/protection.ts";
import * as retentionReleases from "./retention/releases.ts";
import * as retentionReplication from "./retention/replication.ts";
import * as retentionStorageClasses from "./retention/storageClasses.ts";
import type { Policy } from "./policy.ts";

const modules: readonly Readonly<Record<string, unknown>>[] = [
  authEndpoints,
  authGrafana,
  authHaproxy,
  authIngress,
  authKeys,
  authOauth2Proxy,
  authOperated,
  authPasswords,
  authPeers,
  authPodSecrets,
  authProviders,
  authReleases,
  authUserData,
  costTags,
  encryptionAws,
  encryptionAwsCopies,
  encryptionAwsListeners,
  encryptionAzure,
  encryptionAzureDisks,
  encryptionAzureKeys,
  encryptionCertificates,
  encryptionTexts,
  exposureAks,
  exposureAws,
  exposureAwsBalancers,
  exposureAwsNetworkAcls,
  exposureAwsSharing,
  exposureAzure,
  exposureAzureDatagrams,
  exposureAzureNetworks,
  exposureClouds,
  exposureIssuers,
  exposureKubernetes,
  exposureKubernetesServices,
  exposureKubernetesWorkloads,
  exposureNetworkPolicies,
  exposureReleases,
  identityAks,
  identityAws,
  identityAwsAttachments,
  identityAwsPasswords,
  identityAzure,
  identityAzureMachines,
  identityKubernetes,
  identityReleases,
  identityS3,
  resilienceAks,
  resilienceAws,
  resilienceAzure,
  resilienceKubernetesObjects,
  resilienceOperated,
  resiliencePods,
  resilienceReleaseValues,
  resilienceReleases,
  resilienceWorkloads,
  retentionAwsBalancers,
  retentionAzureLogs,
  retentionCompactor,
  retentionLifecycle,
  retentionPrometheus,
  retentionProtection,
  retentionReleases,
  retentionReplication,
  retentionStorageClasses,
];

export const policies: readonly Policy[] = policiesOf(modules);

/** What of the modules' exports is a policy. */
export function policiesOf(from: readonly Readonly<Record<string, unknown>>[]): readonly Policy[] {
  return from.flatMap((module) => Object.values(module)).filter(isPolicy);
}

function isPolicy(value: unknown): value is Policy {
  return typeof value === "object" && value !== null && "remedy" in value;
}

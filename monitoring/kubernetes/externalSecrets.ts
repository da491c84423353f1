/** external-secrets, which copies a stack's secrets from the cloud's store, and the store that it reads. */
import type { System } from "../model.ts";
import { apiTokenMount, apiTokenVolume } from "./apiToken.ts";
import { charts } from "./charts.ts";
import { containerSecurity, podSecurity, serviceAccount } from "./exporters/pods.ts";
import { pinned, pullPolicy } from "./images.ts";
import type { ClusterFacts, HelmRelease, KubernetesObject, Part } from "./model.ts";
import { internalIssuer, namespaces, ownObject, secretStoreName } from "./names.ts";
import { acrossZones, apart, oneAtATime } from "./placement.ts";

const name = "external-secrets";
const namespace = namespaces.externalSecrets;
const image = "ghcr.io/external-secrets/external-secrets";

/** The release, and then what needs its kinds. */
export function externalSecretsParts(system: System, facts: ClusterFacts): Part[] {
  return [
    {
      name,
      about: "Copies the stack's secrets from the cloud's store into Kubernetes.",
      // The certificate of its webhook is the stack's.
      after: ["certificates"],
      objects: [serviceAccount({ name, namespace })],
      release: release(facts),
    },
    {
      name: "secret-store",
      about: "The cloud's store of secrets, for the stack's own namespace.",
      after: [name],
      objects: [secretStore(system, facts)],
    },
  ];
}

/**
 * `external-secrets.io/v1` only: the older versions are not served. On AWS there is no `auth`: the controller's own
 * identity (Pod Identity) is used.
 *
 * @see https://external-secrets.io/latest/provider/azure-key-vault/
 * @see https://external-secrets.io/latest/provider/aws-access/
 */
function secretStore(system: System, { secretStore: store }: ClusterFacts): KubernetesObject {
  const provider =
    store.kind === "key-vault"
      ? {
          azurekv: {
            authType: "WorkloadIdentity",
            vaultUrl: store.url,
            tenantId: store.tenant,
            serviceAccountRef: { name, namespace },
          },
        }
      : { aws: { service: "SecretsManager", region: store.region } };
  return ownObject({
    apiVersion: "external-secrets.io/v1",
    kind: "ClusterSecretStore",
    metadata: { name: secretStoreName },
    // Without conditions every namespace of the cluster could have the stack's secrets copied to it.
    spec: { provider, conditions: [{ namespaces: [system.namespace] }] },
  });
}

function release(facts: ClusterFacts): HelmRelease {
  const controller = parts(facts, name);
  const azure = facts.cloud === "azure";
  return {
    name,
    namespace,
    chart: name,
    workloads: [],
    values: {
      ...controller,
      installCRDs: true,
      leaderElect: true,
      log: { level: "info" },
      // Kinds that the stack does not use are not watched, and need no rights.
      processClusterExternalSecret: false,
      processClusterPushSecret: false,
      processPushSecret: false,
      processClusterGenerator: false,
      crds: {
        createClusterExternalSecret: false,
        createClusterPushSecret: false,
        createPushSecret: false,
        createClusterGenerator: false,
      },
      serviceAccount: { create: false, name, automount: false },
      podLabels: azure ? { "azure.workload.identity/use": "true" } : {},
      livenessProbe: { enabled: true },
      readinessProbe: { enabled: true },
      webhook: {
        ...parts(facts, `${name}-webhook`),
        serviceAccount: { automount: false },
        livenessProbe: { enabled: true },
        certManager: { enabled: true, cert: webhookCertificate },
      },
      // It would do what cert-manager does, with the right to change every webhook of the cluster.
      certController: { create: false },
    },
  };
}

const webhookCertificate = {
  issuerRef: { group: "cert-manager.io", kind: "ClusterIssuer", name: internalIssuer },
  duration: "2160h0m0s",
  renewBefore: "720h0m0s",
  privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
};

/** What each of its two Deployments is given. Both speak to the API server: to write Secrets, and to look stores up. */
function parts(facts: ClusterFacts, deployment: string): Record<string, unknown> {
  const selector = { "app.kubernetes.io/name": deployment, "app.kubernetes.io/instance": name };
  return {
    replicaCount: 2,
    // The chart writes `repository:tag`; a digest is part of what it takes for the tag.
    image: {
      repository: image,
      tag: pinned(facts, image, `v${charts[name].version}`),
      pullPolicy: pullPolicy(facts, image),
    },
    affinity: apart(selector),
    topologySpreadConstraints: acrossZones(selector),
    strategy: oneAtATime,
    podDisruptionBudget: { enabled: true, minAvailable: 1 },
    podSecurityContext: podSecurity,
    securityContext: containerSecurity,
    extraVolumes: [apiTokenVolume],
    extraVolumeMounts: [apiTokenMount],
    resources: { requests: { cpu: "25m", memory: "96Mi" }, limits: { cpu: "200m", memory: "256Mi" } },
  };
}

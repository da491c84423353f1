/** What everything else stands on: namespaces with Pod Security labels, their defaults, and the storage class. */
import type { Labels, System } from "../model.ts";
import type { ClusterFacts, KubernetesObject, Part } from "./model.ts";
import { namespaces, ownObject } from "./names.ts";

type PodSecurity = "restricted" | "privileged";

/**
 * Namespaces of a stack and the Pod Security Standard that each enforces. Only the node exporter's is not `restricted`:
 * it reads the node's file system and sees the node's network, or it has nothing to say.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export function namespacesOf(
  system: System,
  { installed = [] }: Pick<ClusterFacts, "installed">,
): Readonly<Record<string, PodSecurity>> {
  return {
    [system.namespace]: "restricted",
    // Whoever installed it there has the namespace.
    ...(installed.includes("cert-manager") ? {} : { [namespaces.certManager]: "restricted" }),
    [namespaces.externalSecrets]: "restricted",
    [namespaces.edge]: "restricted",
    [namespaces.nodes]: "privileged",
  };
}

export function foundation(system: System, facts: ClusterFacts): Part {
  const all = Object.entries(namespacesOf(system, facts));
  return {
    name: "foundation",
    about: "Namespaces with Pod Security, their defaults for containers, and the storage class.",
    after: [],
    objects: [
      ...all.map(([name, level]) => namespace(name, level, facts)),
      ...all.map(([name]) => containerDefaults(name)),
      storageClass(facts),
    ],
  };
}

function namespace(name: string, level: PodSecurity, { version }: ClusterFacts): KubernetesObject {
  const labels: Labels = Object.fromEntries(
    ["enforce", "warn", "audit"].flatMap((mode): [string, string][] => [
      [`pod-security.kubernetes.io/${mode}`, level],
      [`pod-security.kubernetes.io/${mode}-version`, `v${version}`],
    ]),
  );
  return ownObject({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels } });
}

/** For pods that somebody else makes, such as the solvers of ACME challenges; the stack's own state their sizes. */
function containerDefaults(namespace: string): KubernetesObject {
  return ownObject({
    apiVersion: "v1",
    kind: "LimitRange",
    metadata: { name: "container-defaults", namespace },
    spec: {
      limits: [
        {
          type: "Container",
          defaultRequest: { cpu: "50m", memory: "64Mi" },
          default: { cpu: "250m", memory: "256Mi" },
        },
      ],
    },
  });
}

/** A volume is made where its pod lands, may grow, and outlives its claim: nobody loses a disk by deleting a release. */
function storageClass(facts: ClusterFacts): KubernetesObject {
  return ownObject({
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: facts.storageClass },
    ...(facts.cloud === "azure" ? azureDisk(facts) : elasticBlockStore),
    reclaimPolicy: "Retain",
    volumeBindingMode: "WaitForFirstConsumer",
    allowVolumeExpansion: true,
  });
}

/**
 * Premium SSD, encrypted by Azure, in every zone where the cluster has several, so that a pod may return in another. In a
 * group that outlives the cluster where there is one: AKS deletes the group of the nodes, whatever is in it.
 *
 * @see https://github.com/kubernetes-sigs/azuredisk-csi-driver/blob/master/docs/driver-parameters.md
 */
function azureDisk({ zones, diskGroup }: ClusterFacts): Pick<KubernetesObject, "provisioner" | "parameters"> {
  return {
    provisioner: "disk.csi.azure.com",
    parameters: {
      skuName: zones > 1 ? "Premium_ZRS" : "Premium_LRS",
      ...(diskGroup !== undefined && { resourceGroup: diskGroup }),
      networkAccessPolicy: "DenyAll",
      publicNetworkAccess: "Disabled",
    },
  };
}

/** @see https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/parameters.md */
const elasticBlockStore = {
  provisioner: "ebs.csi.aws.com",
  parameters: { type: "gp3", encrypted: "true" },
} as const;

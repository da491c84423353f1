/** Volumes that Kubernetes makes outlive their claims, encrypted. */
import type { ResourcePolicy } from "../policy.ts";
import { quoted, type Properties } from "../resource.ts";

export const retentionStorageClass: ResourcePolicy = {
  id: "retention-storage-class",
  concern: "retention",
  severity: "high",
  description: "Volumes of a storage class are encrypted, and stay when their claim goes.",
  remedy:
    'Set reclaimPolicy to "Retain"; on EBS parameters.encrypted to "true", on Azure networkAccessPolicy "DenyAll"',
  covers: [],
  types: ["kubernetes:storage.k8s.io/v1:StorageClass"],
  *check({ props }) {
    if (props["reclaimPolicy"] !== "Retain")
      yield { path: "reclaimPolicy", problem: `${quoted(props["reclaimPolicy"])}, expected "Retain"` };
    // The drivers read their names in any case.
    const parameters = Object.entries((props["parameters"] ?? {}) as Properties);
    const parameter = (name: string): unknown =>
      parameters.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
    const provisioner = String(props["provisioner"]);
    if (ebs.includes(provisioner) && String(parameter("encrypted")) !== "true")
      yield { path: "parameters.encrypted", problem: `${quoted(parameter("encrypted"))}, expected "true"` };
    if (azureDisk.includes(provisioner)) {
      if (!["DenyAll", "AllowPrivate"].includes(String(parameter("networkAccessPolicy"))))
        yield {
          path: "parameters.networkAccessPolicy",
          problem: `${quoted(parameter("networkAccessPolicy"))}, expected "DenyAll"`,
        };
      if (parameter("publicNetworkAccess") !== "Disabled")
        yield {
          path: "parameters.publicNetworkAccess",
          problem: `${quoted(parameter("publicNetworkAccess"))}, expected "Disabled"`,
        };
    }
    if (props["allowVolumeExpansion"] !== true)
      yield { path: "allowVolumeExpansion", problem: "is not true: a full disk could not grow" };
  },
};

/** With the names that Kubernetes hands over to them, and EKS' own in its automatic mode. */
const ebs = ["ebs.csi.aws.com", "ebs.csi.eks.amazonaws.com", "kubernetes.io/aws-ebs"];

const azureDisk = ["disk.csi.azure.com", "kubernetes.io/azure-disk"];

import type { Provider } from "@pulumi/kubernetes/provider.js";
import type * as pulumi from "../pulumi.ts";

/** What a cloud gives to the stack on its cluster: AKS and EKS differ in this and in nothing above it. */
export interface CloudCluster {
  /** Speaks to the cluster; its identifier is set, so that new credentials are not a new cluster. */
  readonly provider: Provider;
  /** The cluster, where the stack created it: with it goes everything on it. */
  readonly deletedWith: pulumi.Resource | undefined;
  /** Annotations of the service accounts that act in the cloud, by `NAMESPACE/NAME`. */
  readonly serviceAccountAnnotations: Readonly<Record<string, pulumi.Input<Record<string, string>>>>;
  /** What must be there before the first workload: bucket, identities, secrets. */
  readonly dependsOn: readonly pulumi.Resource[];
  /** The stack's outputs: names of cluster, bucket and identities, and the kubeconfig as a secret. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

import { FederatedIdentityCredential } from "@pulumi/azure-native/managedidentity/federatedIdentityCredential.js";
import { UserAssignedIdentity } from "@pulumi/azure-native/managedidentity/userAssignedIdentity.js";
import * as pulumi from "../pulumi.ts";

export interface WorkloadIdentityArgs {
  readonly resourceGroup: pulumi.Input<string>;
  readonly location: string;
  readonly identity: string;
  /** Issuer of the cluster's tokens. */
  readonly issuer: pulumi.Input<string>;
  readonly namespace: string;
  readonly serviceAccount: string;
}

/**
 * An identity of Azure that the pods of one service account act as: they show the cluster's token for it. Nothing that
 * could be copied exists.
 *
 * @see https://learn.microsoft.com/azure/aks/workload-identity-overview
 */
export class AzureWorkloadIdentity extends pulumi.ComponentResource {
  readonly clientId: pulumi.Output<string>;
  readonly principalId: pulumi.Output<string>;
  readonly federation: pulumi.Resource;

  constructor(name: string, args: WorkloadIdentityArgs, options?: pulumi.ComponentResourceOptions) {
    super("vigil:azure:WorkloadIdentity", name, {}, options);
    const { resourceGroup: resourceGroupName, location, namespace, serviceAccount } = args;
    const identity = new UserAssignedIdentity(
      name,
      { resourceGroupName, location, resourceName: args.identity },
      { parent: this },
    );
    this.federation = new FederatedIdentityCredential(
      name,
      {
        resourceGroupName,
        resourceName: identity.name,
        federatedIdentityCredentialResourceName: "cluster",
        issuer: args.issuer,
        subject: `system:serviceaccount:${namespace}:${serviceAccount}`,
        audiences: ["api://AzureADTokenExchange"],
      },
      { parent: this },
    );
    this.clientId = identity.clientId;
    this.principalId = identity.principalId;
    this.registerOutputs({ clientId: this.clientId });
  }
}

import { ObjectReplicationPolicy } from "@pulumi/azure-native/storage/objectReplicationPolicy.js";
import * as pulumi from "../pulumi.ts";
import type { BlobAccount } from "./blobAccount.ts";

export interface BucketReplicationArgs {
  readonly resourceGroup: pulumi.Input<string>;
  readonly container: string;
  readonly source: { readonly name: string; readonly account: BlobAccount };
  readonly destination: { readonly name: string; readonly account: BlobAccount };
}

/**
 * Copies every object, and every version of it, to an account of another region: the backup. What the compactor deletes
 * is deleted there too, and stays as a version for as long as the lifecycle keeps those.
 *
 * @see https://learn.microsoft.com/azure/storage/blobs/object-replication-overview
 */
export class BucketReplication extends pulumi.ComponentResource {
  constructor(name: string, args: BucketReplicationArgs, options?: pulumi.ComponentResourceOptions) {
    super("vigil:azure:BucketReplication", name, {}, options);
    const { resourceGroup: resourceGroupName, container, source, destination } = args;
    const accounts = { sourceAccount: source.account.id, destinationAccount: destination.account.id };
    const rule = {
      sourceContainer: container,
      destinationContainer: container,
      // Everything, also what was there before the policy.
      filters: { minCreationTime: "1601-01-01T00:00:00Z" },
    };
    // Azure numbers the policy at the destination, and the source's must have that number.
    const received = new ObjectReplicationPolicy(
      `${name}-received`,
      {
        resourceGroupName,
        accountName: destination.name,
        objectReplicationPolicyId: "default",
        ...accounts,
        rules: [rule],
      },
      {
        parent: this,
        dependsOn: [source.account.service, destination.account.service, destination.account.container],
      },
    );
    new ObjectReplicationPolicy(
      `${name}-sent`,
      {
        resourceGroupName,
        accountName: source.name,
        objectReplicationPolicyId: received.policyId,
        ...accounts,
        rules: [{ ...rule, ruleId: received.rules.apply((rules) => rules?.[0]?.ruleId) }],
      },
      { parent: this, dependsOn: [source.account.container] },
    );
    this.registerOutputs({});
  }
}

import type { LifecycleRule } from "../../monitoring/kubernetes/tiersAzure.ts";
import * as pulumi from "../pulumi.ts";
import { containerId } from "./arm.ts";
import { BlobAccount } from "./blobAccount.ts";
import { BucketReplication } from "./bucketReplication.ts";
import type { AzureLogs } from "./logs.ts";
import { PrivateAccess, type PrivateNetwork } from "./privateAccess.ts";

export interface BlobBucketArgs {
  /** Resource group of the accounts, and of what leads to them. */
  readonly dataGroup: pulumi.Input<string>;
  readonly resourceGroup: pulumi.Input<string>;
  readonly location: string;
  readonly account: string;
  readonly container: string;
  readonly rules: readonly LifecycleRule[];
  /** A second copy of everything, in another region. */
  readonly replica?: { readonly location: string; readonly account: string };
  /** The stack's own network, where it has one: then the account has no public address. */
  readonly network?: PrivateNetwork;
  readonly logs: AzureLogs;
}

/** The bucket of a stack on Azure: a container, its way into the network, and its copy. */
export class BlobBucket extends pulumi.ComponentResource {
  /** The scope of the roles of those who use it. */
  readonly scope: pulumi.Output<string>;
  /** What must be there before the first block. */
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, args: BlobBucketArgs, options?: pulumi.ComponentResourceOptions) {
    super("vigil:azure:Bucket", name, {}, options);
    const { account, container, location, logs, network, replica, rules } = args;
    const parent = { parent: this };
    const shared = { resourceGroup: args.dataGroup, container, rules, logs };
    const primary = new BlobAccount(
      name,
      { ...shared, location, account, hidden: network !== undefined, replicated: replica !== undefined },
      parent,
    );
    if (replica !== undefined) {
      const copy = new BlobAccount(
        `${name}-replica`,
        { ...shared, ...replica, hidden: true, replicated: false },
        parent,
      );
      new BucketReplication(
        `${name}-replication`,
        {
          resourceGroup: args.dataGroup,
          container,
          source: { name: account, account: primary },
          destination: { name: replica.account, account: copy },
        },
        parent,
      );
    }
    const access =
      network &&
      new PrivateAccess(
        `${name}-access`,
        {
          resourceGroup: args.resourceGroup,
          location,
          kind: "blob",
          target: primary.id,
          targetName: account,
          network,
        },
        parent,
      );
    this.scope = primary.id.apply((id) => containerId(id, container));
    this.ready = [primary.container, ...(access ? [access.ready] : [])];
    this.registerOutputs({ scope: this.scope });
  }
}

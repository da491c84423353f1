import type { StackConfig } from "../../configuration/parse.ts";
import { azureLifecycle } from "../../monitoring/kubernetes/tiersAzure.ts";
import type { System } from "../../monitoring/model.ts";
import type * as pulumi from "../pulumi.ts";
import { accountId, containerId } from "./arm.ts";
import { BlobBucket, type BlobBucketArgs } from "./bucket.ts";
import type { AzureNames } from "./names.ts";

/** A bucket, whether the stack made it or found it. */
export interface ChosenBucket {
  /** Id of the container: the scope of the roles of those who use it. */
  readonly scope: pulumi.Input<string>;
  /** Name of the resource group of its account. */
  readonly group: string;
  readonly ready: readonly pulumi.Resource[];
}

export interface BucketChoice extends Omit<BlobBucketArgs, "rules" | "replica"> {
  readonly name: string;
  readonly config: StackConfig<unknown>;
  readonly system: System;
  readonly names: AzureNames;
  readonly subscription: string;
  readonly parent: pulumi.Resource;
}

/** The bucket that the configuration asks for. One that is there already keeps its settings and its lifecycle. */
export function chosenBucket(choice: BucketChoice): ChosenBucket {
  const { name, config, system, names, subscription, parent, ...args } = choice;
  const { mode, resourceGroup, replicateTo } = config.kubernetes.storage;
  if (mode === "existing")
    return {
      scope: containerId(accountId(subscription, resourceGroup, args.account), args.container),
      group: resourceGroup,
      ready: [],
    };
  const bucket = new BlobBucket(
    `${name}-bucket`,
    {
      ...args,
      rules: azureLifecycle(system, args.container),
      ...(replicateTo !== "" && { replica: { location: replicateTo, account: names.replicaAccount } }),
    },
    { parent },
  );
  return { scope: bucket.scope, group: names.dataGroup, ready: bucket.ready };
}

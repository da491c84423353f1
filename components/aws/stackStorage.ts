import { getKeyOutput } from "@pulumi/aws/kms/getKey.js";
import { Provider } from "@pulumi/aws/provider.js";
import type { ClusterConfig } from "../../configuration/cluster.ts";
import type { System } from "../../monitoring/model.ts";
import * as pulumi from "../pulumi.ts";
import { keyAlias, replicaBucket } from "./names.ts";
import { Replication } from "./replication.ts";
import { BlockStorage } from "./storage.ts";

export interface StackStorageArgs {
  readonly system: System;
  readonly cluster: string;
  readonly region: string;
  readonly account: pulumi.Output<string>;
  readonly wanted: ClusterConfig["storage"];
  /** Of everything in the second region. */
  readonly tags: Readonly<Record<string, string>>;
}

/** Where a stack's blocks are: a bucket that is made, with a copy elsewhere where one is asked for, or one that is there. */
export class StackStorage extends pulumi.ComponentResource {
  /** The bucket's key; undefined where an existing bucket has none but S3's own. */
  readonly keyArn: pulumi.Output<string> | undefined;
  /** To be waited for before anything is put. */
  readonly ready: readonly pulumi.Resource[];
  readonly replica: { readonly bucket: string; readonly region: string } | undefined;

  constructor(name: string, args: StackStorageArgs, options?: pulumi.ComponentResourceOptions) {
    super("vigil:eks:StackStorage", name, {}, options);
    const { mode, kmsKey, replicateTo } = args.wanted;
    const bucket = args.system.longTerm.bucket.name;
    if (mode === "existing") {
      this.keyArn = this.#existingKey(kmsKey);
      this.ready = [];
    } else {
      const storage = this.#blocks(name, bucket, args.region, args);
      this.keyArn = storage.keyArn;
      this.ready = storage.blocks.guards;
      if (replicateTo !== "") this.replica = this.#replicate(name, storage, args);
    }
    this.registerOutputs({ keyArn: this.keyArn });
  }

  #existingKey(kmsKey: string): pulumi.Output<string> | undefined {
    if (kmsKey === "") return undefined;
    return kmsKey.startsWith("arn:")
      ? pulumi.output(kmsKey)
      : getKeyOutput({ keyId: kmsKey }, { parent: this }).arn;
  }

  #replicate(name: string, storage: BlockStorage, args: StackStorageArgs) {
    const { cluster, region, tags, wanted } = args;
    const source = args.system.longTerm.bucket.name;
    const target = { bucket: replicaBucket(source), region: wanted.replicateTo };
    const elsewhere = new Provider(
      `${name}-aws-${target.region}`,
      { region: target.region, defaultTags: { tags } },
      { parent: this },
    );
    const copy = this.#blocks(`${name}-replica`, target.bucket, target.region, args, elsewhere);
    new Replication(
      `${name}-replication`,
      { source: { storage, bucket: source, region }, target: { storage: copy, ...target }, cluster },
      { parent: this },
    );
    return target;
  }

  #blocks(
    name: string,
    bucket: string,
    region: string,
    { system, account }: StackStorageArgs,
    aws?: Provider,
  ): BlockStorage {
    return new BlockStorage(
      name,
      { system, bucket, region, keyAlias: keyAlias(bucket), account },
      { parent: this, ...(aws && { providers: { aws } }) },
    );
  }
}

import { s3Lifecycle, unfinishedUploads, type LifecycleRule } from "../../monitoring/kubernetes/tiersAws.ts";
import type { System } from "../../monitoring/model.ts";
import * as pulumi from "../pulumi.ts";
import { S3Bucket } from "./bucket.ts";
import { blockBucketPolicy, logBucketPolicy } from "./bucketPolicies.ts";
import { RotatedKey } from "./key.ts";
import { accessLogBucket, partitionOf } from "./names.ts";

export interface BlockStorageArgs {
  readonly system: System;
  readonly bucket: string;
  readonly region: string;
  /** `alias/…`, of the key that is made for it. */
  readonly keyAlias: string;
  readonly account: pulumi.Output<string>;
}

/** Days for which a bucket's access log is kept. */
const accessLogDays = 365;

/** A bucket of blocks in one region, with its key, tiers and access log. */
export class BlockStorage extends pulumi.ComponentResource {
  readonly blocks: S3Bucket;
  readonly keyArn: pulumi.Output<string>;

  constructor(name: string, args: BlockStorageArgs, options?: pulumi.ComponentResourceOptions) {
    super("vigil:eks:BlockStorage", name, {}, options);
    const parent = { parent: this };
    const { bucket, region, account, keyAlias } = args;
    const partition = partitionOf(region);
    const bucketArn = bucketArnOf(bucket, region);
    const key = new RotatedKey(
      `${name}-key`,
      { alias: keyAlias, about: `Blocks in the bucket ${bucket}.` },
      parent,
    );
    this.keyArn = key.arn;
    const logs = new S3Bucket(
      `${name}-access-logs`,
      {
        bucket: accessLogBucket(bucket),
        lifecycle: accessLogLifecycle,
        policy: account.apply((id) =>
          logBucketPolicy(bucketArnOf(accessLogBucket(bucket), region), bucketArn, id),
        ),
      },
      parent,
    );
    this.blocks = new S3Bucket(
      `${name}-blocks`,
      {
        bucket,
        keyArn: key.arn,
        lifecycle: s3Lifecycle(args.system),
        policy: pulumi
          .all([key.arn, account])
          .apply(([arn, id]) =>
            blockBucketPolicy(bucketArn, [arn, keyAlias, `arn:${partition}:kms:${region}:${id}:${keyAlias}`]),
          ),
        logTo: logs.bucket.bucket,
      },
      { ...parent, dependsOn: [...logs.guards] },
    );
    this.registerOutputs({ bucket: this.blocks.bucket.bucket, keyArn: this.keyArn });
  }
}

const accessLogLifecycle: readonly LifecycleRule[] = [
  { id: "access-log", expiration: { days: accessLogDays } },
  { id: "old-versions", noncurrentVersionExpiration: { noncurrentDays: 7 } },
  unfinishedUploads,
];

/** Buckets' ARNs name neither region nor account. */
export function bucketArnOf(bucket: string, region: string): string {
  return `arn:${partitionOf(region)}:s3:::${bucket}`;
}

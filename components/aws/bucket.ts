import { Bucket } from "@pulumi/aws/s3/bucket.js";
import { BucketLifecycleConfiguration } from "@pulumi/aws/s3/bucketLifecycleConfiguration.js";
import { BucketLogging } from "@pulumi/aws/s3/bucketLogging.js";
import { BucketOwnershipControls } from "@pulumi/aws/s3/bucketOwnershipControls.js";
import { BucketPolicy } from "@pulumi/aws/s3/bucketPolicy.js";
import { BucketPublicAccessBlock } from "@pulumi/aws/s3/bucketPublicAccessBlock.js";
import { BucketServerSideEncryptionConfiguration } from "@pulumi/aws/s3/bucketServerSideEncryptionConfiguration.js";
import { BucketVersioning } from "@pulumi/aws/s3/bucketVersioning.js";
import type { LifecycleRule } from "../../monitoring/kubernetes/tiersAws.ts";
import * as pulumi from "../pulumi.ts";
import type { PolicyDocument } from "./policies.ts";

export interface S3BucketArgs {
  /** Its name, in one namespace with everybody's. */
  readonly bucket: pulumi.Input<string>;
  /** ARN of the key of its objects; without one they have S3's own, as S3 demands of a bucket of access logs. */
  readonly keyArn?: pulumi.Output<string>;
  readonly lifecycle: readonly LifecycleRule[];
  readonly policy: pulumi.Input<PolicyDocument>;
  /** Name of the bucket that its access log goes to. */
  readonly logTo?: pulumi.Input<string>;
}

/**
 * A bucket that no one outside reaches: encrypted, versioned, over TLS only, owned by its account alone. It and all its
 * settings stay when the stack goes, so that what is kept is kept as safely.
 */
export class S3Bucket extends pulumi.ComponentResource {
  /** The bucket's name, known when everything that guards it is there. */
  readonly bucket: Bucket;
  readonly versioning: BucketVersioning;
  /** To be waited for before anything is put. */
  readonly guards: readonly pulumi.Resource[];

  constructor(name: string, args: S3BucketArgs, options?: pulumi.ComponentResourceOptions) {
    super("vigil:eks:S3Bucket", name, {}, options);
    const kept = { parent: this, retainOnDelete: true };
    this.bucket = new Bucket(
      name,
      { bucket: args.bucket, tags: { Name: args.bucket } },
      { ...kept, protect: true },
    );
    const bucket = this.bucket.bucket;
    const closed = new BucketPublicAccessBlock(
      name,
      {
        bucket,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      kept,
    );
    this.versioning = new BucketVersioning(
      name,
      { bucket, versioningConfiguration: { status: "Enabled" } },
      kept,
    );
    const encryption = new BucketServerSideEncryptionConfiguration(
      name,
      {
        bucket,
        rules: [
          args.keyArn === undefined
            ? { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }
            : {
                applyServerSideEncryptionByDefault: {
                  sseAlgorithm: "aws:kms",
                  kmsMasterKeyId: args.keyArn,
                },
                // One request to KMS for many objects: Thanos reads thousands.
                bucketKeyEnabled: true,
              },
        ],
      },
      kept,
    );
    const policy = new BucketPolicy(
      name,
      { bucket, policy: pulumi.output(args.policy).apply((document) => JSON.stringify(document)) },
      // S3 refuses a policy while it still takes public ones.
      { ...kept, dependsOn: [closed] },
    );
    new BucketOwnershipControls(name, { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } }, kept);
    new BucketLifecycleConfiguration(
      name,
      {
        bucket,
        // Moving a small object costs more than it saves.
        transitionDefaultMinimumObjectSize: "all_storage_classes_128K",
        rules: args.lifecycle.map(lifecycleRule),
      },
      // A rule about old versions needs versions.
      { ...kept, dependsOn: [this.versioning] },
    );
    if (args.logTo !== undefined)
      new BucketLogging(
        name,
        {
          bucket,
          targetBucket: args.logTo,
          targetPrefix: pulumi.output(args.bucket).apply((own) => `${own}/`),
        },
        kept,
      );
    this.guards = [closed, encryption, policy, this.versioning];
    this.registerOutputs({ bucket });
  }
}

function lifecycleRule({ transitions, ...rule }: LifecycleRule) {
  return {
    ...rule,
    status: "Enabled",
    filter: {},
    ...(transitions && { transitions: transitions.map((transition) => ({ ...transition })) }),
  };
}

import { Alias } from "@pulumi/aws/kms/alias.js";
import { Key } from "@pulumi/aws/kms/key.js";
import * as pulumi from "../pulumi.ts";
import { partitionOf } from "./names.ts";
import { policy, type PolicyDocument } from "./policies.ts";

export interface RotatedKeyArgs {
  /** `alias/…`. */
  readonly alias: string;
  /** What it encrypts, in one sentence. */
  readonly about: string;
  /** @default the account's own: IAM policies say who may use the key */
  readonly policy?: pulumi.Input<string>;
}

/** A key of the stack's own, rotated every year. What it encrypted can be read with it alone, so it is never deleted. */
export class RotatedKey extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  readonly key: Key;

  constructor(name: string, args: RotatedKeyArgs, options?: pulumi.ComponentResourceOptions) {
    super("vigil:eks:RotatedKey", name, {}, options);
    const kept = { parent: this, protect: true, retainOnDelete: true };
    this.key = new Key(
      name,
      {
        description: args.about,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        ...(args.policy === undefined ? {} : { policy: args.policy }),
      },
      kept,
    );
    new Alias(name, { name: args.alias, targetKeyId: this.key.keyId }, kept);
    this.arn = this.key.arn;
    this.registerOutputs({ arn: this.arn });
  }
}

export interface LogKeyScope {
  readonly account: string;
  readonly region: string;
  /** Names of the log groups, up to a `*`. */
  readonly logGroups: string;
}

/**
 * The policy of a key that CloudWatch encrypts log groups with. `*` is this key alone in a key's own policy, and without
 * the account's `kms:*` nobody could ever manage it again.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 */
export function logKeyPolicy({ account, region, logGroups }: LogKeyScope): PolicyDocument {
  const partition = partitionOf(region);
  return policy(
    {
      Sid: "AccountByIam",
      Effect: "Allow",
      Principal: { AWS: `arn:${partition}:iam::${account}:root` },
      Action: "kms:*",
      Resource: "*",
    },
    {
      Sid: "CloudWatchLogs",
      Effect: "Allow",
      Principal: { Service: `logs.${region}.amazonaws.com` },
      Action: [
        "kms:Encrypt",
        "kms:Decrypt",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
        "kms:GenerateDataKey",
        "kms:DescribeKey",
      ],
      Resource: "*",
      Condition: {
        ArnLike: {
          "kms:EncryptionContext:aws:logs:arn": `arn:${partition}:logs:${region}:${account}:log-group:${logGroups}`,
        },
      },
    },
  );
}

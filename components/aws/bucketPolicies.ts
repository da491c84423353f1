/** Policies of buckets and of what copies them. */
import { policy, useKey, type PolicyDocument, type Statement } from "./policies.ts";

/** Refuses everything without TLS 1.2. A refusal is for everybody and everything: its `*` grants nothing. */
function refusePlaintext(bucketArn: string): Statement[] {
  const everything = { Principal: "*", Action: "s3:*", Resource: [bucketArn, `${bucketArn}/*`] } as const;
  return [
    {
      Sid: "RefusePlaintext",
      Effect: "Deny",
      ...everything,
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
    {
      Sid: "RefuseOldTls",
      Effect: "Deny",
      ...everything,
      Condition: { NumericLessThan: { "s3:TlsVersion": "1.2" } },
    },
  ];
}

/**
 * TLS only, and no object that is encrypted in any way but with the bucket's key. Objects that are put without a word about
 * encryption get that key by the bucket's default, so only those that ask for something else are refused.
 *
 * @param keys every name that a client may give the key: its ARN, its alias
 */
export function blockBucketPolicy(bucketArn: string, keys: readonly string[]): PolicyDocument {
  const put = { Principal: "*", Action: "s3:PutObject", Resource: `${bucketArn}/*` } as const;
  return policy(
    ...refusePlaintext(bucketArn),
    {
      Sid: "RefuseOtherEncryption",
      Effect: "Deny",
      ...put,
      Condition: { StringNotEqualsIfExists: { "s3:x-amz-server-side-encryption": "aws:kms" } },
    },
    {
      Sid: "RefuseOtherKeys",
      Effect: "Deny",
      ...put,
      Condition: { StringNotEqualsIfExists: { "s3:x-amz-server-side-encryption-aws-kms-key-id": keys } },
    },
  );
}

/** TLS only, and S3 itself may write the access log of one bucket of the same account. */
export function logBucketPolicy(bucketArn: string, sourceArn: string, account: string): PolicyDocument {
  return policy(...refusePlaintext(bucketArn), {
    Sid: "AccessLog",
    Effect: "Allow",
    Principal: { Service: "logging.s3.amazonaws.com" },
    Action: "s3:PutObject",
    Resource: `${bucketArn}/*`,
    Condition: { ArnLike: { "aws:SourceArn": sourceArn }, StringEquals: { "aws:SourceAccount": account } },
  });
}

/** TLS only: identities' own policies say who puts what. */
export function tlsBucketPolicy(bucketArn: string): PolicyDocument {
  return policy(...refusePlaintext(bucketArn));
}

export interface ReplicationReach {
  readonly source: { readonly bucketArn: string; readonly keyArn: string; readonly region: string };
  readonly target: { readonly bucketArn: string; readonly keyArn: string; readonly region: string };
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html */
export function replicationPolicy({ source, target }: ReplicationReach): PolicyDocument {
  return policy(
    {
      Sid: "ReadSource",
      Effect: "Allow",
      Action: ["s3:GetReplicationConfiguration", "s3:ListBucket"],
      Resource: source.bucketArn,
    },
    {
      Sid: "ReadVersions",
      Effect: "Allow",
      Action: ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"],
      Resource: `${source.bucketArn}/*`,
    },
    {
      Sid: "WriteCopies",
      Effect: "Allow",
      Action: ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"],
      Resource: `${target.bucketArn}/*`,
    },
    useKey("SourceKey", source.keyArn, "s3", source.region, []),
    {
      ...useKey("TargetKey", target.keyArn, "s3", target.region, []),
      Action: ["kms:Encrypt", "kms:GenerateDataKey"],
    },
  );
}

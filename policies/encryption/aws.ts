/** AWS: what rests is encrypted with a key of the account's own, and nothing comes in the clear. */
import { bucketNames } from "../retention/lifecycle.ts";
import type { StackPolicy } from "../policy.ts";
import { logsTo, ownEncryption, ownPolicy, s3BucketTypes, type EncryptionRule } from "../facts/buckets.ts";
import { at, attached, everyOne, listAt, quoted, type StackResource } from "../resource.ts";
import { isAtLeast, isOneOf, isTrue, requirementPolicy } from "../requirement.ts";
import { comparisonsOf, statementsOf, type Statement } from "../facts/policyDocuments.ts";

/** AWS' own keys have aliases that begin with `alias/aws/`, and policies that nobody can change. */
const isOwnKey = {
  accepts: (value: unknown) =>
    typeof value === "string" && value !== "" && !/(?:^|:)alias\/aws\//.test(value),
  expected: "the ARN of a key of the account's own",
} as const;

const encryptionTypes = [
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
] as const;
const loggingTypes = [
  "aws:s3/bucketLogging:BucketLogging",
  "aws:s3/bucketLoggingV2:BucketLoggingV2",
] as const;

const keyAlgorithms: readonly unknown[] = ["aws:kms", "aws:kms:dsse"];
/**
 * S3 delivers access logs to a bucket whose default is SSE-S3 only.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
 */
const logAlgorithms: readonly unknown[] = ["AES256"];

export const encryptionS3Key: StackPolicy = {
  id: "encryption-s3-key",
  concern: "encryption",
  severity: "high",
  description:
    "A bucket encrypts with a KMS key of the account's own; one of access logs with S3's, as S3 demands.",
  remedy:
    'Give the bucket a BucketServerSideEncryptionConfiguration with sseAlgorithm "aws:kms", a kmsMasterKeyId and bucketKeyEnabled, one of access logs "AES256"',
  covers: ["CKV_AWS_19", "CKV_AWS_145", "CIS AWS 2.1.1", "AVD-AWS-0088", "AVD-AWS-0132"],
  *inspect(stack) {
    const buckets = stack.ofType(...s3BucketTypes);
    yield* everyOne(buckets, function* (bucket) {
      const names = bucketNames(bucket);
      const takesLogs =
        attached(stack, bucket, loggingTypes, "targetBucket", names).length > 0 ||
        buckets.some((other) => logsTo(other, bucket, names));
      const beside = attached(stack, bucket, encryptionTypes, "bucket", names);
      const configured =
        beside.length > 0
          ? beside.map((resource) => ({ resource, rules: encryptionRules(resource) }))
          : [{ resource: bucket, rules: ownEncryption(bucket) }];
      for (const { resource, rules } of configured) {
        if (rules.length === 0) yield { resource: bucket, path: "", problem: "has no encryption of its own" };
        for (const { path, rule } of rules) {
          const byDefault =
            at(rule, "applyServerSideEncryptionByDefault") ??
            at(rule, "applyServerSideEncryptionByDefaults", 0);
          const algorithm = at(byDefault, "sseAlgorithm");
          const accepted = takesLogs ? logAlgorithms : keyAlgorithms;
          if (!accepted.includes(algorithm))
            yield {
              resource,
              path: `${path}.applyServerSideEncryptionByDefault.sseAlgorithm`,
              problem: `${quoted(algorithm)}, expected ${JSON.stringify(accepted[0])}${takesLogs ? ", as access logs go there" : ""}`,
            };
          if (takesLogs) continue;
          // There is none for two layers: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingDSSEncryption.html
          if (algorithm !== "aws:kms:dsse" && at(rule, "bucketKeyEnabled") !== true)
            yield { resource, path: `${path}.bucketKeyEnabled`, problem: "is off: every object asks KMS" };
          // Last, since a preview may not know it.
          const key = at(byDefault, "kmsMasterKeyId");
          if (accepted.includes(algorithm) && !isOwnKey.accepts(key))
            yield {
              resource,
              path: `${path}.applyServerSideEncryptionByDefault.kmsMasterKeyId`,
              problem: `${quoted(key)}, so that AWS' own key is used, which nobody can restrict`,
            };
        }
      }
    });
  },
};

/** Where none is there it is asked as of one that says nothing. */
function encryptionRules({ props }: StackResource): readonly EncryptionRule[] {
  const rules = listAt(props, "rules");
  return (rules.length === 0 ? [undefined] : rules).map((rule, index) => ({
    path: `rules[${String(index)}]`,
    rule,
  }));
}

export const encryptionS3Transport: StackPolicy = {
  id: "encryption-s3-transport",
  concern: "encryption",
  severity: "high",
  description: "A bucket refuses everybody who does not come over TLS.",
  remedy:
    'Give the bucket a policy that denies "s3:*" to "*" on the bucket and its objects where aws:SecureTransport is false',
  covers: ["CKV_AWS_379", "CIS AWS 2.1.2"],
  *inspect(stack) {
    yield* everyOne(stack.ofType(...s3BucketTypes), function* (bucket) {
      const beside = attached(
        stack,
        bucket,
        ["aws:s3/bucketPolicy:BucketPolicy"],
        "bucket",
        bucketNames(bucket),
      );
      const policies =
        beside.length > 0
          ? beside.map((resource) => ({ resource, document: resource.props["policy"] }))
          : [{ resource: bucket, document: ownPolicy(bucket) }];
      for (const { resource, document } of policies) {
        if (document === undefined) {
          yield { resource, path: "", problem: "has no policy, so it answers in the clear" };
          continue;
        }
        // The bucket and its objects may be refused by a statement each.
        const refused = (statementsOf(document) ?? [])
          .filter(refusesPlaintext)
          .flatMap(({ resources }) => resources);
        const refuses = refused.some(isWholeBucket) && refused.some(isEveryObject);
        if (!refuses) yield { resource, path: "policy", problem: "lets requests in that come without TLS" };
      }
    });
  },
};

function refusesPlaintext({ effect, principals, actions, condition }: Statement): boolean {
  const [only, ...others] = comparisonsOf(condition);
  return (
    effect === "Deny" &&
    principals.includes("*") &&
    actions.some((action) => ["*", "s3:*"].includes(action.toLowerCase())) &&
    // A second comparison would leave what it does not hold for in the clear.
    others.length === 0 &&
    (only?.operator === "bool" || only?.operator === "boolifexists") &&
    only.key === "aws:securetransport" &&
    only.values.some((value) => value.toLowerCase() === "false")
  );
}

/** A `*` in an ARN stands for slashes too. */
function isWholeBucket(name: string): boolean {
  return !name.includes("/");
}

function isEveryObject(name: string): boolean {
  return /^[^/]*\/?\*$/.test(name);
}

export const encryptionEbs = requirementPolicy({
  id: "encryption-ebs",
  concern: "encryption",
  severity: "high",
  description: "Every volume of an instance is encrypted.",
  remedy: "Set encrypted to true on the volume, the instance's block devices or the launch template's",
  covers: ["CKV_AWS_3", "CKV_AWS_8", "AVD-AWS-0026", "AVD-AWS-0131"],
  requires: [
    { type: "aws:ebs/volume:Volume", path: "encrypted", ...isTrue },
    { type: "aws:ec2/instance:Instance", path: "rootBlockDevice.encrypted", ...isTrue },
    {
      type: "aws:ec2/instance:Instance",
      path: "ebsBlockDevices[].encrypted",
      ...isTrue,
      unless: ({ props }) => listAt(props, "ebsBlockDevices").length === 0,
    },
    {
      type: "aws:ec2/launchTemplate:LaunchTemplate",
      path: "blockDeviceMappings[].ebs.encrypted",
      ...isOneOf("true", true),
      except: isNoEbs,
    },
  ],
});

/** A device of the image's that is left out, or a disk of the host's own, whose hardware encrypts it. */
function isNoEbs(mapping: unknown): boolean {
  return ["noDevice", "virtualName"].some(
    (key) => typeof at(mapping, key) === "string" && at(mapping, key) !== "",
  );
}

/** What stands for nothing, in a program and in a state. */
const nothing: readonly unknown[] = [undefined, null, ""];

export const encryptionKmsRotation = requirementPolicy({
  id: "encryption-kms-rotation",
  concern: "encryption",
  severity: "medium",
  description: "A symmetric key rotates every year.",
  remedy: "Set enableKeyRotation to true",
  covers: ["CKV_AWS_7", "CIS AWS 3.6", "AVD-AWS-0065"],
  requires: [
    {
      type: "aws:kms/key:Key",
      path: "enableKeyRotation",
      ...isTrue,
      // KMS rotates no asymmetric keys, and none in a store of somebody else's.
      unless: ({ props }) =>
        ![...nothing, "SYMMETRIC_DEFAULT"].includes(props["customerMasterKeySpec"]) ||
        !nothing.includes(props["customKeyStoreId"]),
    },
  ],
});

export const encryptionKmsWindow = requirementPolicy({
  id: "encryption-kms-window",
  concern: "encryption",
  severity: "medium",
  description:
    "A key that somebody deletes by mistake can be kept for 30 days: what it encrypted is lost with it.",
  remedy: "Set deletionWindowInDays to 30",
  covers: [],
  requires: [
    {
      type: "aws:kms/key:Key",
      path: "deletionWindowInDays",
      // AWS' own default is 30.
      accepts: (value) => value === undefined || (typeof value === "number" && value >= 30),
      expected: "30, or nothing",
    },
  ],
});

export const encryptionEksSecrets = requirementPolicy({
  id: "encryption-eks-secrets",
  concern: "encryption",
  severity: "high",
  description: "A cluster encrypts its Secrets with a KMS key of the account's own.",
  remedy: 'Set encryptionConfig.provider.keyArn, and resources to ["secrets"]',
  covers: ["CKV_AWS_58", "CIS EKS 5.3.1", "AVD-AWS-0039"],
  requires: [
    { type: "aws:eks/cluster:Cluster", path: "encryptionConfig.provider.keyArn", ...isOwnKey },
    {
      type: "aws:eks/cluster:Cluster",
      path: "encryptionConfig.resources",
      accepts: (value) => Array.isArray(value) && value.includes("secrets"),
      expected: '["secrets"]',
    },
  ],
});

export const encryptionLogs = requirementPolicy({
  id: "encryption-logs",
  concern: "encryption",
  severity: "medium",
  description: "A log group is encrypted with a KMS key of the account's own, and kept for a year.",
  remedy: "Set kmsKeyId, and retentionInDays to 365 or more (0 keeps for ever)",
  covers: ["CKV_AWS_158", "CKV_AWS_338", "AVD-AWS-0017"],
  requires: [
    { type: "aws:cloudwatch/logGroup:LogGroup", path: "kmsKeyId", ...isOwnKey },
    {
      type: "aws:cloudwatch/logGroup:LogGroup",
      path: "retentionInDays",
      accepts: (value) => value === undefined || value === 0 || isAtLeast(365, "days").accepts(value),
      expected: "365 or more, or 0 for ever",
    },
  ],
});

export const encryptionSecretsManager = requirementPolicy({
  id: "encryption-secrets-manager",
  concern: "encryption",
  severity: "medium",
  description:
    "A stored secret is encrypted with a KMS key of the account's own, and can be had back for 30 days.",
  remedy: "Set kmsKeyId, and recoveryWindowInDays to 30",
  covers: ["CKV_AWS_149", "AVD-AWS-0098"],
  requires: [
    { type: "aws:secretsmanager/secret:Secret", path: "kmsKeyId", ...isOwnKey },
    {
      type: "aws:secretsmanager/secret:Secret",
      path: "recoveryWindowInDays",
      accepts: (value) => value === undefined || (typeof value === "number" && value >= 30),
      expected: "30, or nothing",
    },
  ],
});

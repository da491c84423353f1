/** AWS: what rests is encrypted with a key of the account's own, and nothing comes in the clear. */
import { bucketNames, s3BucketTypes } from "../retention/lifecycle.ts";
import type { StackPolicy } from "../policy.ts";
import { at, attached, everyOne, listAt, quoted } from "../resource.ts";
import { isAtLeast, isOneOf, isSet, isTrue, requirementPolicy } from "../requirement.ts";
import { statementsOf } from "../facts/policyDocuments.ts";

const encryptionTypes = [
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
] as const;
const loggingTypes = [
  "aws:s3/bucketLogging:BucketLogging",
  "aws:s3/bucketLoggingV2:BucketLoggingV2",
] as const;

export const encryptionS3Key: StackPolicy = {
  id: "encryption-s3-key",
  concern: "encryption",
  severity: "high",
  description:
    "A bucket encrypts with a KMS key of the account's own; one of access logs with S3's, as S3 demands.",
  remedy:
    'Give the bucket a BucketServerSideEncryptionConfiguration with sseAlgorithm "aws:kms", a kmsMasterKeyId and bucketKeyEnabled',
  covers: ["CKV_AWS_19", "CKV_AWS_145", "CIS AWS 2.1.1", "AVD-AWS-0088", "AVD-AWS-0132"],
  *inspect(stack) {
    const logs = stack.ofType(...loggingTypes);
    yield* everyOne(stack.ofType(...s3BucketTypes), function* (bucket) {
      const names = bucketNames(bucket);
      const takesLogs = logs.some(
        ({ props, origins }) =>
          origins["targetBucket"]?.includes(bucket.urn) === true || names.includes(props["targetBucket"]),
      );
      const configured = attached(stack, bucket, encryptionTypes, "bucket", names);
      if (configured.length === 0)
        yield { resource: bucket, path: "", problem: "has no encryption of its own" };
      for (const resource of configured)
        for (const [index, rule] of listAt(resource.props, "rules").entries()) {
          const path = `rules[${String(index)}]`;
          const algorithm = at(rule, "applyServerSideEncryptionByDefault", "sseAlgorithm");
          const key = at(rule, "applyServerSideEncryptionByDefault", "kmsMasterKeyId");
          if (
            takesLogs
              ? typeof algorithm !== "string"
              : algorithm !== "aws:kms" && algorithm !== "aws:kms:dsse"
          )
            yield {
              resource,
              path: `${path}.applyServerSideEncryptionByDefault.sseAlgorithm`,
              problem: `${quoted(algorithm)}, expected "aws:kms"`,
            };
          else if (!takesLogs && (key === undefined || key === ""))
            yield {
              resource,
              path: `${path}.applyServerSideEncryptionByDefault.kmsMasterKeyId`,
              problem: "is not set, so that AWS' own key is used, which nobody can restrict",
            };
          if (!takesLogs && at(rule, "bucketKeyEnabled") !== true)
            yield { resource, path: `${path}.bucketKeyEnabled`, problem: "is off: every object asks KMS" };
        }
    });
  },
};

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
      const policies = attached(
        stack,
        bucket,
        ["aws:s3/bucketPolicy:BucketPolicy"],
        "bucket",
        bucketNames(bucket),
      );
      if (policies.length === 0) {
        yield { resource: bucket, path: "", problem: "has no policy, so it answers in the clear" };
        return;
      }
      for (const resource of policies) {
        const statements = statementsOf(resource.props["policy"]) ?? [];
        const refuses = statements.some(
          ({ effect, principals, actions, resources, condition }) =>
            effect === "Deny" &&
            principals.includes("*") &&
            actions.some((action) => action === "s3:*" || action === "*") &&
            resources.some((name) => name === "*" || !name.includes("/")) &&
            resources.some((name) => name === "*" || name.endsWith("/*")) &&
            String(at(condition, "Bool", "aws:SecureTransport")) === "false",
        );
        if (!refuses) yield { resource, path: "policy", problem: "lets requests in that come without TLS" };
      }
    });
  },
};

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
    },
  ],
});

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
      // KMS rotates no asymmetric keys.
      unless: ({ props }) => {
        const spec = props["customerMasterKeySpec"];
        return spec !== undefined && spec !== "SYMMETRIC_DEFAULT";
      },
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
    { type: "aws:eks/cluster:Cluster", path: "encryptionConfig.provider.keyArn", ...isSet("a key's ARN") },
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
    { type: "aws:cloudwatch/logGroup:LogGroup", path: "kmsKeyId", ...isSet("a key's ARN") },
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
    { type: "aws:secretsmanager/secret:Secret", path: "kmsKeyId", ...isSet("a key's ARN") },
    {
      type: "aws:secretsmanager/secret:Secret",
      path: "recoveryWindowInDays",
      accepts: (value) => value === undefined || (typeof value === "number" && value >= 30),
      expected: "30, or nothing",
    },
  ],
});

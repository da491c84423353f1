import * as encryptionPolicies from "../../policies/encryption/aws.ts";
import {
  encryptionEbs,
  encryptionEksSecrets,
  encryptionKmsRotation,
  encryptionKmsWindow,
  encryptionLogs,
  encryptionS3Key,
  encryptionS3Transport,
  encryptionSecretsManager,
} from "../../policies/encryption/aws.ts";
import { testNoneIsLeftOut } from "./cases.ts";
import { testCloudPolicy } from "./declared.ts";
import { unknown, type Given } from "./evaluation.ts";

const keyArn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd";
const bucketArn = "arn:aws:s3:::gl-blocks";
const kms = { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn };
const s3Key = { sseAlgorithm: "AES256" };
const allowance = {
  Effect: "Allow",
  Principal: { Service: "logging.s3.amazonaws.com" },
  Action: "s3:PutObject",
  Resource: `${bucketArn}/*`,
};

describe("Policies of encryption in AWS", () => {
  testCloudPolicy({
    policy: encryptionS3Key,
    passes: {
      "the account's own key": [bucket(), encrypted(kms)],
      "two layers of it, for which there is no bucket key": [
        bucket(),
        encrypted({ ...kms, sseAlgorithm: "aws:kms:dsse" }, false),
      ],
      "a configuration that names the bucket": [bucket(), { ...encrypted(kms), from: {} }],
      "the older types": [
        { ...bucket(), type: "aws:s3/bucketV2:BucketV2" },
        {
          ...encrypted(kms),
          type: "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
        },
      ],
      "the account's own key beside a bucket of access logs whose name is not known yet": [
        bucket(),
        encrypted(kms),
        { ...bucket(), name: "logs", props: { bucket: unknown } },
        { ...logTo(unknown), from: { targetBucket: "logs" } },
        {
          ...encrypted(s3Key, false),
          name: "encryption-of-logs",
          props: { bucket: unknown, rules: [rule(s3Key, false)] },
          from: { bucket: "logs" },
        },
      ],
      "S3's own key where access logs go": [bucket(), logTo("gl-blocks"), encrypted(s3Key, false)],
    },
    fails: {
      "S3's own key": {
        stack: [bucket(), encrypted(s3Key)],
        says: /^encryption .*rules\[0\]\.applyServerSideEncryptionByDefault\.sseAlgorithm is "AES256", expected "aws:kms"/m,
      },
      "S3's own key in another bucket than that of access logs": {
        stack: [bucket(), logTo("gl-logs"), encrypted(s3Key)],
        says: /is "AES256", expected "aws:kms"/,
      },
      "KMS without a key": {
        stack: [bucket(), encrypted({ sseAlgorithm: "aws:kms" })],
        says: /kmsMasterKeyId is not set/,
      },
      "AWS' own key by its name": {
        stack: [bucket(), encrypted({ ...kms, kmsMasterKeyId: "alias/aws/s3" })],
        says: /kmsMasterKeyId is "alias\/aws\/s3", so that AWS' own key is used/,
      },
      "no bucket key": {
        stack: [bucket(), encrypted(kms, false)],
        says: /bucketKeyEnabled is off: every object asks KMS/,
      },
      "no bucket key, beside a key that is not known yet": {
        stack: [bucket(), encrypted({ ...kms, kmsMasterKeyId: unknown }, false)],
        says: /bucketKeyEnabled is off/,
      },
      "S3's own key beside a bucket of access logs whose name is not known yet": {
        stack: [
          bucket(),
          encrypted(s3Key),
          { ...bucket(), name: "logs", props: {} },
          { ...logTo(unknown), from: { targetBucket: "logs" } },
        ],
        says: /^encryption .*is "AES256", expected "aws:kms"/m,
      },
      "a second rule that is weaker": {
        stack: [bucket(), encryption([rule(kms), rule(s3Key)])],
        says: /rules\[1\].*is "AES256"/,
      },
      "a key where access logs go, which S3 does not write with": {
        stack: [bucket(), logTo("gl-blocks"), encrypted(kms)],
        says: /sseAlgorithm is "aws:kms", expected "AES256", as access logs go there/,
      },
      "any word for an algorithm where access logs go": {
        stack: [bucket(), logTo("gl-blocks"), encrypted({ sseAlgorithm: "none" })],
        says: /sseAlgorithm is "none", expected "AES256"/,
      },
      "a configuration without rules": {
        stack: [bucket(), encryption(undefined)],
        says: /^encryption .*rules\[0\]\.applyServerSideEncryptionByDefault\.sseAlgorithm is not set/m,
      },
      "an empty list of rules": {
        stack: [bucket(), encryption([])],
        says: /rules\[0\].*sseAlgorithm is not set, expected "aws:kms"/,
      },
      "no rules where access logs go": {
        stack: [bucket(), logTo("gl-blocks"), encryption([])],
        says: /rules\[0\].*sseAlgorithm is not set/,
      },
      "another bucket's configuration": {
        stack: [bucket(), { ...encrypted(kms), props: { bucket: "another" }, from: {} }],
        says: /^blocks .* has no encryption of its own/m,
      },
    },
    absent: { stack: [bucket()], says: /^blocks .* has no encryption of its own/ },
    unknown: [bucket(), encrypted({ ...kms, kmsMasterKeyId: unknown })],
  });

  testCloudPolicy({
    policy: encryptionS3Transport,
    passes: {
      "a refusal of what comes in the clear": [bucket(), bucketPolicy(refusal())],
      "one beside other statements": [bucket(), bucketPolicy(allowance, refusal())],
      "a document that is no text": [
        bucket(),
        { ...bucketPolicy(), props: { bucket: "gl-blocks", policy: { Statement: refusal() } } },
      ],
      "one in other letters, which are the same to IAM": [
        bucket(),
        bucketPolicy(refusal({ Action: "S3:*", Condition: { Bool: { "AWS:securetransport": "False" } } })),
      ],
      "one that names truth as such": [
        bucket(),
        bucketPolicy(refusal({ Condition: { BoolIfExists: { "aws:SecureTransport": [false] } } })),
      ],
      "a refusal of the bucket, and one of its objects": [
        bucket(),
        bucketPolicy(refusal({ Resource: bucketArn }), refusal({ Resource: `${bucketArn}/*` })),
      ],
      "one of all that begins with the bucket's name": [
        bucket(),
        bucketPolicy(refusal({ Resource: `${bucketArn}*` })),
      ],
      "one of everything and everybody": [
        bucket(),
        bucketPolicy(refusal({ Principal: { AWS: "*" }, Action: "*", Resource: "*" })),
      ],
    },
    fails: {
      "a policy that refuses nothing": {
        stack: [bucket(), bucketPolicy(allowance)],
        says: /^policy .*policy lets requests in that come without TLS/m,
      },
      "a refusal of TLS": {
        stack: [bucket(), bucketPolicy(refusal({ Condition: { Bool: { "aws:SecureTransport": "true" } } }))],
        says: /without TLS/,
      },
      "a refusal of one user": {
        stack: [
          bucket(),
          bucketPolicy(refusal({ Principal: { AWS: "arn:aws:iam::111122223333:user/one" } })),
        ],
        says: /without TLS/,
      },
      "a refusal of reading": {
        stack: [bucket(), bucketPolicy(refusal({ Action: "s3:GetObject" }))],
        says: /without TLS/,
      },
      "a refusal of the bucket alone": {
        stack: [bucket(), bucketPolicy(refusal({ Resource: bucketArn }))],
        says: /without TLS/,
      },
      "a refusal of the objects alone": {
        stack: [bucket(), bucketPolicy(refusal({ Resource: `${bucketArn}/*` }))],
        says: /without TLS/,
      },
      "a refusal of some objects": {
        stack: [bucket(), bucketPolicy(refusal({ Resource: [bucketArn, `${bucketArn}/steps/*`] }))],
        says: /without TLS/,
      },
      "a refusal of some actions": {
        stack: [bucket(), bucketPolicy(refusal({ Action: ["s3:Get*", "s3:Put*"] }))],
        says: /without TLS/,
      },
      "a refusal of those who come from one network": {
        stack: [
          bucket(),
          bucketPolicy(
            refusal({
              Condition: {
                Bool: { "aws:SecureTransport": "false" },
                IpAddress: { "aws:SourceIp": "198.51.100.0/24" },
              },
            }),
          ),
        ],
        says: /without TLS/,
      },
      "a refusal where another key is false": {
        stack: [bucket(), bucketPolicy(refusal({ Condition: { Bool: { "aws:ViaAWSService": "false" } } }))],
        says: /without TLS/,
      },
      "a refusal of all but the bucket": {
        stack: [
          bucket(),
          bucketPolicy(refusal({ Resource: undefined, NotResource: [bucketArn, `${bucketArn}/*`] })),
        ],
        says: /without TLS/,
      },
      "an allowance in the refusal's words": {
        stack: [bucket(), bucketPolicy(refusal({ Effect: "Allow" }))],
        says: /without TLS/,
      },
      "what is no document": {
        stack: [bucket(), { ...bucketPolicy(), props: { bucket: "gl-blocks", policy: "Deny" } }],
        says: /without TLS/,
      },
    },
    absent: { stack: [bucket()], says: /^blocks .* has no policy/ },
    // It is made of the bucket's ARN, which a first preview does not know.
    unknown: [bucket(), { ...bucketPolicy(), props: { bucket: "gl-blocks", policy: unknown } }],
  });

  describe("by the bucket's own inputs", () => {
    testCloudPolicy({
      policy: encryptionS3Key,
      passes: {
        "a rule": [bucket({ serverSideEncryptionConfiguration: { rule: rule(kms) } })],
        "lists of one": [
          {
            ...bucket({
              serverSideEncryptionConfigurations: [
                { rules: [{ applyServerSideEncryptionByDefaults: [kms], bucketKeyEnabled: true }] },
              ],
            }),
            type: "aws:s3/bucketV2:BucketV2",
          },
        ],
        "a configuration beside it, whose rule AWS says of the bucket too": [
          bucket({ serverSideEncryptionConfiguration: { rule: rule(s3Key, false) } }),
          encrypted(kms),
        ],
        "S3's own key where another's access log goes": [
          bucket(),
          encrypted(s3Key, false),
          {
            ...bucket({
              bucket: "other",
              serverSideEncryptionConfiguration: { rule: rule(kms) },
              logging: { targetBucket: "gl-blocks" },
            }),
            name: "other",
          },
        ],
        "S3's own key where the access log of an older type goes, whose name is not known yet": [
          bucket({ bucket: unknown }),
          encrypted(s3Key, false),
          {
            ...bucket({
              bucket: "other",
              serverSideEncryptionConfigurations: [
                { rules: [{ applyServerSideEncryptionByDefaults: [kms], bucketKeyEnabled: true }] },
              ],
              loggings: [{ targetBucket: unknown }],
            }),
            type: "aws:s3/bucketV2:BucketV2",
            name: "other",
            from: { loggings: "blocks" },
          },
        ],
      },
      fails: {
        "S3's own key": {
          stack: [bucket({ serverSideEncryptionConfiguration: { rule: rule(s3Key) } })],
          says: /^blocks .*serverSideEncryptionConfiguration\.rule\..*sseAlgorithm is "AES256", expected "aws:kms"/m,
        },
        "an output of AWS' own that is not known yet": {
          stack: [bucket({ serverSideEncryptionConfiguration: unknown })],
          says: /has no encryption of its own/,
        },
      },
      absent: { stack: [bucket({ policy: "" })], says: /has no encryption of its own/ },
      unknown: [
        {
          ...bucket({ serverSideEncryptionConfiguration: { rule: unknown } }),
          from: { serverSideEncryptionConfiguration: "key" },
        },
      ],
    });

    testCloudPolicy({
      policy: encryptionS3Transport,
      passes: {
        "a refusal of what comes in the clear": [
          bucket({ policy: JSON.stringify({ Statement: refusal() }) }),
        ],
        "a policy beside it, which AWS says of the bucket too": [
          bucket({ policy: JSON.stringify({ Statement: allowance }) }),
          bucketPolicy(refusal()),
        ],
      },
      fails: {
        "a policy that refuses nothing": {
          stack: [bucket({ policy: JSON.stringify({ Statement: allowance }) })],
          says: /^blocks .*policy lets requests in that come without TLS/m,
        },
        "an output of AWS' own that is not known yet": {
          stack: [bucket({ policy: unknown })],
          says: /^blocks .* has no policy/m,
        },
      },
      absent: { stack: [bucket({ policy: "" })], says: /has no policy/ },
      unknown: [{ ...bucket({ policy: unknown }), from: { policy: "key" } }],
    });
  });

  testCloudPolicy({
    policy: encryptionEbs,
    passes: {
      "an encrypted volume": [volume({ encrypted: true })],
      "an instance with one disk": [instance({ rootBlockDevice: { encrypted: true } })],
      "an instance with two disks": [
        instance({
          rootBlockDevice: { encrypted: true },
          ebsBlockDevices: [{ deviceName: "/dev/sdf", encrypted: true }],
        }),
      ],
      "a template, whose inputs are texts": [template([{ ebs: { encrypted: "true" } }])],
      "a template that leaves out a device of the image, and uses the host's own disk": [
        template([
          { deviceName: "/dev/xvda", noDevice: "", virtualName: "", ebs: { encrypted: "true" } },
          { deviceName: "/dev/xvdb", noDevice: "true" },
          { deviceName: "/dev/xvdc", virtualName: "ephemeral0" },
        ]),
      ],
    },
    fails: {
      "a volume in the clear": { stack: [volume({ encrypted: false })], says: /encrypted is false/ },
      "an instance's disk in the clear": {
        stack: [instance({ rootBlockDevice: { encrypted: false } })],
        says: /rootBlockDevice\.encrypted is false/,
      },
      "a second disk in the clear": {
        stack: [instance({ rootBlockDevice: { encrypted: true }, ebsBlockDevices: [{}] })],
        says: /ebsBlockDevices\[0\]\.encrypted is not set/,
      },
      "a disk in the clear, beside others that are not known yet": {
        stack: [instance({ rootBlockDevice: { encrypted: false }, ebsBlockDevices: unknown })],
        says: /rootBlockDevice\.encrypted is false/,
      },
      "a template's disk in the clear, beside one that is not known yet": {
        stack: [template([{ ebs: unknown }, { ebs: { encrypted: "false" } }])],
        says: /blockDeviceMappings\[1\]\.ebs\.encrypted is "false"/,
      },
      "a template's second disk in the clear": {
        stack: [template([{ ebs: { encrypted: "true" } }, { ebs: { volumeSize: 60 } }])],
        says: /blockDeviceMappings\[1\]\.ebs\.encrypted is not set/,
      },
      "a template's disk that says so": {
        stack: [template([{ ebs: { encrypted: "false" } }])],
        says: /blockDeviceMappings\[0\]\.ebs\.encrypted is "false"/,
      },
      "a template that leaves out a device, and says nothing of the others": {
        stack: [template([{ deviceName: "/dev/xvdb", noDevice: "true" }])],
        says: /blockDeviceMappings\[\]\.ebs\.encrypted is not set/,
      },
      "a template with a word for no device that is none": {
        stack: [template([{ deviceName: "/dev/xvda", noDevice: "", ebs: { volumeSize: 60 } }])],
        says: /blockDeviceMappings\[0\]\.ebs\.encrypted is not set/,
      },
      "a template that leaves its disks to the image": {
        stack: [template([])],
        says: /blockDeviceMappings\[\]\.ebs\.encrypted is not set/,
      },
    },
    absent: {
      stack: [volume({}), { ...instance({}), name: "machine" }, { ...template(), name: "template" }],
      says: /subject .* encrypted is not[^]*machine .*rootBlockDevice\.encrypted is not[^]*template .*\.encrypted is not/,
    },
    unknown: [volume({ encrypted: unknown })],
  });

  testCloudPolicy({
    policy: encryptionKmsRotation,
    passes: {
      "a key that rotates": [key({ enableKeyRotation: true })],
      "one whose kind is said": [
        key({ enableKeyRotation: true, customerMasterKeySpec: "SYMMETRIC_DEFAULT" }),
      ],
      "an asymmetric key, which cannot": [key({ customerMasterKeySpec: "RSA_4096" })],
      "a key in a store of the account's own, which cannot": [key({ customKeyStoreId: "cks-1234" })],
    },
    fails: {
      "a key in a state, which has empty texts": {
        stack: [key({ enableKeyRotation: false, customKeyStoreId: "", customerMasterKeySpec: "" })],
        says: /enableKeyRotation is false, expected true/,
      },
      "a key that stays": {
        stack: [key({ enableKeyRotation: false })],
        says: /enableKeyRotation is false, expected true/,
      },
    },
    absent: { stack: [key({})], says: /enableKeyRotation is not set/ },
    unknown: [key({ enableKeyRotation: unknown })],
  });

  testCloudPolicy({
    policy: encryptionKmsWindow,
    passes: {
      "30 days": [key({ deletionWindowInDays: 30 })],
      "a state that says that nothing is set": [key({ deletionWindowInDays: null })],
    },
    fails: {
      "a week": { stack: [key({ deletionWindowInDays: 7 })], says: /deletionWindowInDays is 7, expected 30/ },
    },
    // AWS' own default is 30.
    absent: { stack: [key({})] },
    unknown: [key({ deletionWindowInDays: unknown })],
  });

  testCloudPolicy({
    policy: encryptionEksSecrets,
    passes: {
      "Secrets by the account's own key": [cluster({ provider: { keyArn }, resources: ["secrets"] })],
    },
    fails: {
      "no key": {
        stack: [cluster({ provider: { keyArn: "" }, resources: ["secrets"] })],
        says: /encryptionConfig\.provider\.keyArn is "", expected the ARN of a key of the account's own/,
      },
      "AWS' own key": {
        stack: [
          cluster({
            provider: { keyArn: "arn:aws:kms:eu-west-1:111122223333:alias/aws/eks" },
            resources: ["secrets"],
          }),
        ],
        says: /keyArn is "arn:aws:kms:eu-west-1:111122223333:alias\/aws\/eks", expected/,
      },
      "no Secrets": {
        stack: [cluster({ provider: { keyArn }, resources: [] })],
        says: /encryptionConfig\.resources is \[\], expected \["secrets"\]/,
      },
      "no Secrets, beside a key that is not known yet": {
        stack: [cluster({ provider: { keyArn: unknown }, resources: [] })],
        says: /encryptionConfig\.resources is \[\]/,
      },
    },
    absent: { stack: [cluster(undefined)], says: /keyArn is not set[^]*resources is not set/ },
    unknown: [cluster({ provider: { keyArn: unknown }, resources: ["secrets"] })],
  });

  testCloudPolicy({
    policy: encryptionLogs,
    passes: {
      "a year": [logGroup({ kmsKeyId: keyArn, retentionInDays: 365 })],
      "for ever": [logGroup({ kmsKeyId: keyArn, retentionInDays: 0 })],
      "for ever, by saying nothing": [logGroup({ kmsKeyId: keyArn })],
    },
    fails: {
      "a month": {
        stack: [logGroup({ kmsKeyId: keyArn, retentionInDays: 30 })],
        says: /retentionInDays is 30, expected 365 or more/,
      },
      "no key": { stack: [logGroup({ kmsKeyId: "", retentionInDays: 365 })], says: /kmsKeyId is ""/ },
    },
    absent: { stack: [logGroup({})], says: /kmsKeyId is not set/ },
    unknown: [logGroup({ kmsKeyId: unknown, retentionInDays: 365 })],
  });

  testCloudPolicy({
    policy: encryptionSecretsManager,
    passes: {
      "a secret that can be had back": [secret({ kmsKeyId: keyArn, recoveryWindowInDays: 30 })],
      "AWS' own default": [secret({ kmsKeyId: keyArn })],
    },
    fails: {
      "AWS' own key": {
        stack: [secret({ kmsKeyId: "alias/aws/secretsmanager" })],
        says: /kmsKeyId is "alias\/aws\/secretsmanager"/,
      },
      "one that is gone at once": {
        stack: [secret({ kmsKeyId: keyArn, recoveryWindowInDays: 0 })],
        says: /recoveryWindowInDays is 0, expected 30, or nothing/,
      },
    },
    absent: { stack: [secret({})], says: /kmsKeyId is not set/ },
    unknown: [secret({ kmsKeyId: unknown })],
  });

  testNoneIsLeftOut(encryptionPolicies);
});

function bucket(props: object = {}): Given {
  return { type: "aws:s3/bucket:Bucket", name: "blocks", props: { bucket: "gl-blocks", ...props } };
}

function rule(applyServerSideEncryptionByDefault: object, bucketKeyEnabled = true): object {
  return { applyServerSideEncryptionByDefault, bucketKeyEnabled };
}

function encrypted(byDefault: object, bucketKeyEnabled?: boolean): Given {
  return encryption([rule(byDefault, bucketKeyEnabled)]);
}

function encryption(rules: unknown): Given {
  return {
    type: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    name: "encryption",
    props: { bucket: "gl-blocks", rules },
    from: { bucket: "blocks" },
  };
}

/** The access log of another bucket. */
function logTo(targetBucket: string): Given {
  return {
    type: "aws:s3/bucketLogging:BucketLogging",
    name: "logging",
    props: { bucket: "another", targetBucket, targetPrefix: "another/" },
  };
}

function bucketPolicy(...statements: object[]): Given {
  return {
    type: "aws:s3/bucketPolicy:BucketPolicy",
    name: "policy",
    props: {
      bucket: "gl-blocks",
      policy: JSON.stringify({ Version: "2012-10-17", Statement: statements }),
    },
    from: { bucket: "blocks" },
  };
}

function refusal(changes: object = {}): object {
  return {
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: [bucketArn, `${bucketArn}/*`],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
    ...changes,
  };
}

function volume(props: object): Given {
  return { type: "aws:ebs/volume:Volume", props: { ...props } };
}

function instance(props: object): Given {
  return { type: "aws:ec2/instance:Instance", props: { ...props } };
}

function template(blockDeviceMappings?: object[]): Given {
  return { type: "aws:ec2/launchTemplate:LaunchTemplate", props: { blockDeviceMappings } };
}

function key(props: object): Given {
  return { type: "aws:kms/key:Key", props: { ...props } };
}

function cluster(encryptionConfig: object | undefined): Given {
  return { type: "aws:eks/cluster:Cluster", props: { encryptionConfig } };
}

function logGroup(props: object): Given {
  return { type: "aws:cloudwatch/logGroup:LogGroup", props: { ...props } };
}

function secret(props: object): Given {
  return { type: "aws:secretsmanager/secret:Secret", props: { ...props } };
}

import * as protectionPolicies from "../../policies/retention/protection.ts";
import {
  retentionAzureAccessLog,
  retentionAzureRedundancy,
  retentionAzureVersions,
  retentionCopy,
  retentionInstanceKept,
  retentionProtected,
  retentionS3AccessLog,
  retentionS3Versions,
  retentionVaultDays,
} from "../../policies/retention/protection.ts";
import { testNoneIsLeftOut, testPolicy } from "./cases.ts";
import { unknown, type Given } from "./evaluation.ts";

const logBucket: Given = { type: "aws:s3/bucket:Bucket", name: "logs", props: { bucket: "gl-logs" } };
const cluster: Given = {
  type: "azure-native:containerservice:ManagedCluster",
  name: "cluster",
  props: { resourceName: "aks-blocks" },
};

describe("Policies of retention: what is not deleted by mistake", () => {
  testPolicy({
    policy: retentionProtected,
    passes: {
      "a protected bucket": [{ ...bucket(), protect: true }],
      "a protected account with its container": [
        { ...account(), protect: true },
        { type: "azure-native:storage:BlobContainer", name: "blocks", props: {}, protect: true },
      ],
      "what holds nothing": [{ type: "aws:ec2/vpc:Vpc", props: {} }],
      "a bucket that refuses to go with its objects": [{ ...bucket({ forceDestroy: false }), protect: true }],
    },
    fails: {
      "a bucket": { stack: [bucket()], says: /^blocks \(aws:s3\/bucket:Bucket\): is not protected/ },
      ...Object.fromEntries(
        [
          "aws:s3/bucketV2:BucketV2",
          "aws:kms/key:Key",
          "aws:ebs/volume:Volume",
          "azure-native:storage:StorageAccount",
          "azure-native:storage:BlobContainer",
          "azure-native:storage:FileShare",
          "azure-native:keyvault:Vault",
          "azure-native:keyvault:Key",
          "azure-native:compute:Disk",
          "azure-native:dataprotection:BackupVault",
          "aws:kms/replicaKey:ReplicaKey",
          "aws:efs/fileSystem:FileSystem",
          "aws:backup/vault:Vault",
          "azure-native:storage/v20240101:StorageAccount",
        ].map((type) => [type, { stack: [{ type, props: {} }], says: /is not protected/ }]),
      ),
      "a protected bucket that goes with its objects": {
        stack: [{ ...bucket({ forceDestroy: true }), protect: true }],
        says: /forceDestroy is true: objects go with the bucket/,
      },
    },
    absent: { stack: [bucket()], says: /is not protected/ },
    unknown: [{ ...bucket({ forceDestroy: unknown }), protect: true }],
  });

  testPolicy({
    policy: retentionInstanceKept,
    passes: {
      "an instance that stays": [instance({ disableApiTermination: true })],
      "a root that goes, and a volume that stays": [
        instance({
          disableApiTermination: true,
          rootBlockDevice: { deleteOnTermination: true },
          ebsBlockDevices: [{ deviceName: "/dev/xvdb", deleteOnTermination: false }],
        }),
      ],
      "one that only stops": [
        instance({ disableApiTermination: true, instanceInitiatedShutdownBehavior: "stop" }),
      ],
    },
    fails: {
      "one that may be ended": {
        stack: [instance({ disableApiTermination: false })],
        says: /disableApiTermination is false, expected true/,
      },
      "a volume that goes with it": {
        stack: [
          instance({
            disableApiTermination: true,
            ebsBlockDevices: [
              { deviceName: "/dev/xvdb", deleteOnTermination: false },
              { deviceName: "/dev/xvdc", deleteOnTermination: true },
            ],
          }),
        ],
        says: /ebsBlockDevices\[1\]\.deleteOnTermination is true, expected false/,
      },
      "a volume that goes with it by AWS' own": {
        stack: [instance({ disableApiTermination: true, ebsBlockDevices: [{ deviceName: "/dev/xvdb" }] })],
        says: /ebsBlockDevices\[0\]\.deleteOnTermination is not set, expected false/,
      },
      "one that ends itself": {
        stack: [instance({ disableApiTermination: true, instanceInitiatedShutdownBehavior: "terminate" })],
        says: /instanceInitiatedShutdownBehavior is "terminate", expected "stop"/,
      },
    },
    absent: { stack: [instance({})], says: /disableApiTermination is not set/ },
    unknown: [instance({ disableApiTermination: unknown })],
  });

  testPolicy({
    policy: retentionVaultDays,
    passes: {
      "90 days": [vault({ softDeleteRetentionInDays: 90 })],
      "Azure's own 90 days": [vault({ enablePurgeProtection: true })],
    },
    fails: {
      "a week": {
        stack: [vault({ softDeleteRetentionInDays: 7 })],
        says: /softDeleteRetentionInDays is 7, expected 90/,
      },
      "a word for 90": { stack: [vault({ softDeleteRetentionInDays: "90" })], says: /is "90", expected 90/ },
    },
    absent: { stack: [vault({})] },
    unknown: [vault({ softDeleteRetentionInDays: unknown })],
  });
});

describe("Policies of retention: what can be had back", () => {
  testPolicy({
    policy: retentionS3Versions,
    passes: {
      "a bucket that keeps versions": [bucket(), versioning("Enabled")],
      "one that is named": [bucket(), { ...versioning("Enabled"), from: {} }],
      "a bucket that says it itself": [bucket({ versioning: { enabled: true } })],
      "an older bucket that says it itself": [
        { ...bucket({ versionings: [{ enabled: true }] }), type: "aws:s3/bucketV2:BucketV2" },
      ],
      "the older type": [
        { ...bucket(), type: "aws:s3/bucketV2:BucketV2" },
        { ...versioning("Enabled"), type: "aws:s3/bucketVersioningV2:BucketVersioningV2" },
      ],
    },
    fails: {
      "versions that are no longer kept": {
        stack: [bucket(), versioning("Suspended")],
        says: /^versions .*versioningConfiguration\.status is "Suspended", expected "Enabled"/m,
      },
      "a bucket that says no itself": {
        stack: [bucket({ versioning: { enabled: false } })],
        says: /^blocks .*: keeps no versions/m,
      },
      "versions of another bucket": {
        stack: [bucket(), { ...versioning("Enabled"), props: { bucket: "another" }, from: {} }],
        says: /^blocks .*: keeps no versions/m,
      },
      "versioning that says nothing": {
        stack: [bucket(), { ...versioning("Enabled"), props: { bucket: "gl-blocks" } }],
        says: /status is not set/,
      },
    },
    absent: { stack: [bucket()], says: /keeps no versions/ },
    unknown: [bucket(), versioning(unknown)],
  });

  testPolicy({
    policy: retentionAzureVersions,
    passes: {
      "versions, and 30 days of what was deleted": [account(), service({})],
      "a service that is named": [account(), { ...service({}), from: {} }],
      "a change feed for a month": [account(), service({ changeFeed: { retentionInDays: 30 } })],
      "a change feed for ever": [account(), service({ changeFeed: { enabled: true } })],
    },
    fails: {
      "no versions": {
        stack: [account(), service({ isVersioningEnabled: false })],
        says: /isVersioningEnabled is false, expected true/,
      },
      "deleted blobs for a day": {
        stack: [account(), service({ deleteRetentionPolicy: { enabled: true, days: 1 } })],
        says: /^service .*: deleteRetentionPolicy\.days is 1, expected 7 or more/m,
      },
      "deleted blobs that can be deleted for good": {
        stack: [
          account(),
          service({ deleteRetentionPolicy: { enabled: true, days: 30, allowPermanentDelete: true } }),
        ],
        says: /deleteRetentionPolicy\.allowPermanentDelete is true/,
      },
      "deleted blobs for no time at all": {
        stack: [account(), service({ deleteRetentionPolicy: { enabled: false, days: 30 } })],
        says: /: deleteRetentionPolicy\.enabled is false, expected true/,
      },
      "deleted containers for a day": {
        stack: [account(), service({ containerDeleteRetentionPolicy: { enabled: true, days: 1 } })],
        says: /containerDeleteRetentionPolicy\.days is 1/,
      },
      "deleted containers without a number of days": {
        stack: [account(), service({ containerDeleteRetentionPolicy: { enabled: true } })],
        says: /containerDeleteRetentionPolicy\.days is not set/,
      },
      "a change feed that ends before a copy that was held up": {
        stack: [account(), service({ changeFeed: { retentionInDays: 1 } })],
        says: /changeFeed\.retentionInDays is 1, expected 7/,
      },
      "the service of another account": {
        stack: [account(), { ...service({ accountName: "another" }), from: {} }],
        says: /^account .*: keeps no versions and gives nothing deleted back/m,
      },
    },
    absent: { stack: [account()], says: /keeps no versions/ },
    unknown: [account(), service({ isVersioningEnabled: unknown })],
  });

  testPolicy({
    policy: retentionCopy,
    passes: {
      "a stack that need have none": [bucket(), account()],
      "everything, deletions included": [bucket(), replication({})],
      "everything, by an empty prefix": [bucket(), replication({ filter: { prefix: "" } })],
      "a copy in Azure": [account(), azureReplication([{ sourceContainer: "blocks" }])],
    },
    fails: {
      "a copy that is off": {
        stack: [bucket(), replication({ status: "Disabled" })],
        says: /rules\[0\]\.status is "Disabled", expected "Enabled"/,
      },
      "a copy without deletions": {
        stack: [bucket(), replication({ deleteMarkerReplication: { status: "Disabled" } })],
        says: /deleteMarkerReplication\.status is "Disabled"/,
      },
      "a copy without what KMS encrypts": {
        stack: [bucket(), replication({ sourceSelectionCriteria: {} })],
        says: /sseKmsEncryptedObjects\.status is not set/,
      },
      "a copy of some objects": {
        stack: [bucket(), replication({ filter: { prefix: "debug/" } })],
        says: /rules\[0\]\.filter leaves other objects out/,
      },
      "a copy of objects with a tag": {
        stack: [bucket(), replication({ filter: { tag: { key: "copy", value: "yes" } } })],
        says: /rules\[0\]\.filter leaves other objects out/,
      },
      "a copy of some objects, in the old words": {
        stack: [bucket(), replication({ filter: undefined, prefix: "debug/" })],
        says: /leaves other objects out/,
      },
      "a copy of some blobs": {
        stack: [account(), azureReplication([{ filters: { prefixMatch: ["debug/"] } }])],
        says: /rules\[0\]\.filters\.prefixMatch leaves blobs with other names out/,
      },
      "a copy with no key of its own": {
        stack: [bucket(), replication({ destination: { bucket: "arn:aws:s3:::copy" } })],
        says: /encryptionConfiguration\.replicaKmsKeyId is not set/,
      },
      "a copy of nothing": {
        stack: [{ ...replication({}), props: { rules: [] } }],
        says: /rules copy nothing/,
      },
      "a copy of nothing in Azure": { stack: [azureReplication([])], says: /rules copy nothing/ },
    },
    absent: { stack: [bucket()] },
    unknown: [bucket(), replication({ status: unknown })],
  });

  describe("where a copy is required", () => {
    testPolicy({
      policy: retentionCopy,
      settings: { required: true },
      passes: {
        "a bucket with its copy": [bucket(), replication({})],
        "an account with its copy": [account(), azureReplication([{ sourceContainer: "blocks" }])],
        "an account that Azure keeps in two regions": [account({ sku: { name: "Standard_GZRS" } })],
        "a stack that keeps nothing": [{ type: "aws:ec2/vpc:Vpc", props: {} }],
      },
      fails: {
        "a bucket without one": {
          stack: [bucket()],
          says: /^blocks .*: has no copy in another region/,
        },
        "an account without one": { stack: [account()], says: /^account .*: has no copy/ },
        "an account in three zones of one region": {
          stack: [account({ sku: { name: "Standard_ZRS" } })],
          says: /^account .*: has no copy/,
        },
      },
      absent: { stack: [bucket()], says: /has no copy/ },
    });
  });

  testPolicy({
    policy: retentionAzureRedundancy,
    passes: {
      "three zones": [account({ sku: { name: "Standard_ZRS" } })],
      "three zones and another region": [account({ sku: { name: "Standard_GZRS" } })],
      "two regions": [account({ sku: { name: "Standard_RAGRS" } })],
      "premium blobs in three zones": [account({ sku: { name: "Premium_ZRS" } })],
    },
    fails: {
      "one building": {
        stack: [account({ sku: { name: "Standard_LRS" } })],
        says: /sku\.name is "Standard_LRS", expected "Standard_ZRS"/,
      },
      "premium in one building": {
        stack: [account({ sku: { name: "Premium_LRS" } })],
        says: /sku\.name is "Premium_LRS"/,
      },
    },
    absent: { stack: [account()], says: /sku\.name is not set/ },
    unknown: [account({ sku: { name: unknown } })],
  });
});

describe("Policies of retention: who read and wrote", () => {
  testPolicy({
    policy: retentionS3AccessLog,
    passes: {
      "a log in another bucket": [bucket(), logBucket, logging({})],
      "a log for longer than a year": [bucket(), logBucket, logging({}), logLifecycle(400)],
      "a log in another stack's bucket": [bucket(), { ...logging({ targetBucket: "logs-of-all" }) }],
      "buckets whose names are not known yet": [
        bucket({ bucket: unknown }),
        { ...logBucket, props: { bucket: unknown } },
        {
          ...logging({ bucket: unknown, targetBucket: unknown }),
          from: { bucket: "blocks", targetBucket: "logs" },
        },
      ],
      "buckets by name only": [bucket(), logBucket, { ...logging({ bucket: "gl-blocks" }), from: {} }],
    },
    fails: {
      "a log in the bucket itself": {
        stack: [bucket(), logging({ bucket: "gl-blocks", targetBucket: "gl-blocks" })],
        says: /^logging .*: targetBucket is the bucket itself/m,
      },
      "a log in the bucket itself, whose name is not known yet": {
        stack: [
          bucket({ bucket: unknown }),
          {
            ...logging({ bucket: unknown, targetBucket: unknown }),
            from: { bucket: "blocks", targetBucket: "blocks" },
          },
        ],
        says: /^logging .*: targetBucket is the bucket itself/m,
      },
      "a log for a month": {
        stack: [bucket(), logBucket, logging({}), logLifecycle(30)],
        says: /rules\[0\]\.expiration deletes access logs after 30 days, expected 90 or more/,
      },
      "a log that its bucket itself keeps for a month": {
        stack: [
          bucket(),
          {
            ...logBucket,
            props: { bucket: "gl-logs", lifecycleRules: [{ enabled: true, expiration: { days: 30 } }] },
          },
          logging({}),
        ],
        says: /^logs .*: lifecycleRules\[0\]\.expiration deletes access logs after 30 days/m,
      },
      "the log of another bucket": {
        stack: [bucket(), { ...logging({ bucket: "another" }), from: {} }],
        says: /^blocks .*: has no access log/m,
      },
    },
    absent: { stack: [bucket()], says: /has no access log/ },
    unknown: [bucket(), logBucket, logging({}), logLifecycle(unknown)],
  });

  testPolicy({
    policy: retentionAzureAccessLog,
    passes: {
      "an account's blobs": [account(), diagnostics("stblocks/blobServices/default")],
      "a vault": [vault({}, "kv-blocks"), diagnostics("kv-blocks")],
      "a cluster": [cluster, diagnostics("aks-blocks")],
      "a setting that is made from its resource": [
        { ...vault({}), name: "vault" },
        { ...diagnostics("kv-another"), from: { resourceUri: "vault" } },
      ],
    },
    fails: {
      "logs that are all off": {
        stack: [vault({}, "kv-blocks"), diagnostics("kv-blocks", [{ enabled: false }])],
        says: /^diagnostics .*: logs are all off/m,
      },
      "one of two that is off": {
        stack: [vault({}, "kv-blocks"), diagnostics("kv-blocks", [{ enabled: true }, { enabled: false }])],
        says: /logs\[1\]\.enabled is not true/,
      },
      "metrics only": {
        stack: [vault({}, "kv-blocks"), diagnostics("kv-blocks", [])],
        says: /logs are all off/,
      },
      "the log of a resource with a longer name": {
        stack: [vault({}, "kv-blocks"), diagnostics("kv-blocks-2")],
        says: /^subject .*: writes no log/m,
      },
      "a cluster without one": { stack: [cluster], says: /^cluster .*: writes no log/ },
    },
    absent: { stack: [account(), vault({})], says: /account .*writes no log[^]*subject .*writes no log/ },
    unknown: [vault({}, "kv-blocks"), diagnostics("kv-blocks", [{ enabled: unknown }])],
  });

  testNoneIsLeftOut(protectionPolicies);
});

function bucket(props: object = {}): Given {
  return { type: "aws:s3/bucket:Bucket", name: "blocks", props: { bucket: "gl-blocks", ...props } };
}

function account(props: object = {}): Given {
  return {
    type: "azure-native:storage:StorageAccount",
    name: "account",
    props: { accountName: "stblocks", ...props },
  };
}

function instance(props: Readonly<Record<string, unknown>>): Given {
  return { type: "aws:ec2/instance:Instance", props };
}

function vault(properties: object, vaultName?: string): Given {
  return { type: "azure-native:keyvault:Vault", props: { ...(vaultName && { vaultName }), properties } };
}

function versioning(status: string): Given {
  return {
    type: "aws:s3/bucketVersioning:BucketVersioning",
    name: "versions",
    props: { bucket: "gl-blocks", versioningConfiguration: { status } },
    from: { bucket: "blocks" },
  };
}

/** With versions, and 30 days of what was deleted. */
function service(props: object): Given {
  const kept = { enabled: true, days: 30 };
  return {
    type: "azure-native:storage:BlobServiceProperties",
    name: "service",
    props: {
      accountName: "stblocks",
      isVersioningEnabled: true,
      deleteRetentionPolicy: kept,
      containerDeleteRetentionPolicy: kept,
      ...props,
    },
    from: { accountName: "account" },
  };
}

/** Of every object, its deletion, and with a key of the other region. */
function replication(rule: object): Given {
  const on = { status: "Enabled" };
  return {
    type: "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
    name: "copy",
    props: {
      bucket: "gl-blocks",
      rules: [
        {
          ...on,
          filter: {},
          deleteMarkerReplication: on,
          sourceSelectionCriteria: { sseKmsEncryptedObjects: on },
          destination: {
            bucket: "arn:aws:s3:::copy",
            encryptionConfiguration: { replicaKmsKeyId: "arn:aws:kms:us-west-2:123456789012:key/1" },
          },
          ...rule,
        },
      ],
    },
  };
}

function azureReplication(rules: readonly object[]): Given {
  return { type: "azure-native:storage:ObjectReplicationPolicy", name: "copy", props: { rules } };
}

function logging(props: object): Given {
  return {
    type: "aws:s3/bucketLogging:BucketLogging",
    name: "logging",
    props: { bucket: "gl-blocks", targetBucket: "gl-logs", targetPrefix: "blocks/", ...props },
    from: { bucket: "blocks" },
  };
}

function logLifecycle(days: unknown): Given {
  return {
    type: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    name: "log-rules",
    props: { bucket: "gl-logs", rules: [{ status: "Enabled", expiration: { days } }] },
    from: { bucket: "logs" },
  };
}

function diagnostics(
  of: string,
  logs: readonly object[] = [{ categoryGroup: "audit", enabled: true }],
): Given {
  return {
    type: "azure-native:monitor:DiagnosticSetting",
    name: "diagnostics",
    props: { resourceUri: `/subscriptions/1/resourceGroups/rg/providers/Microsoft.X/things/${of}`, logs },
  };
}

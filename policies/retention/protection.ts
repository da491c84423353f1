/** What holds measurements, or the key to them, is not deleted by mistake and can be had back. */
import type { ResourcePolicy, StackPolicy } from "../policy.ts";
import { at, attached, everyOne, isMap, known, listAt, quoted, type StackResource } from "../resource.ts";
import { isAtLeast, isNotTrue, isOneOf, requirementPolicy } from "../requirement.ts";
import { ownVersioning, s3BucketTypes } from "../facts/buckets.ts";
import { lifecycleOf, s3LifecycleTypes } from "../facts/lifecycles.ts";
import { azureAccountType, bucketNames } from "./lifecycle.ts";

const versioningTypes = [
  "aws:s3/bucketVersioning:BucketVersioning",
  "aws:s3/bucketVersioningV2:BucketVersioningV2",
] as const;
const serviceType = "azure-native:storage:BlobServiceProperties";

export const retentionProtected: StackPolicy = {
  id: "retention-protected",
  concern: "retention",
  severity: "high",
  description:
    "Buckets, accounts, containers, shares, data disks, vaults and keys are protected: a destroy stops before them.",
  remedy: "Set the resource option protect to true (and retainOnDelete, where it is to outlive the stack)",
  covers: [],
  *inspect(stack) {
    const kept = [
      ...s3BucketTypes,
      azureAccountType,
      "azure-native:storage:BlobContainer",
      "azure-native:storage:FileShare",
      "azure-native:keyvault:Vault",
      "azure-native:keyvault:Key",
      "azure-native:compute:Disk",
      "azure-native:dataprotection:BackupVault",
      "aws:kms/key:Key",
      "aws:kms/replicaKey:ReplicaKey",
      "aws:ebs/volume:Volume",
      "aws:efs/fileSystem:FileSystem",
      "aws:backup/vault:Vault",
    ];
    for (const resource of stack.ofType(...kept))
      if (!resource.protect) yield { resource, path: "", problem: "is not protected" };
    yield* everyOne(stack.ofType(...s3BucketTypes), function* (resource) {
      if (!isNotTrue.accepts(resource.props["forceDestroy"]))
        yield { resource, path: "forceDestroy", problem: "is true: objects go with the bucket" };
    });
  },
};

export const retentionS3Versions: StackPolicy = {
  id: "retention-s3-versions",
  concern: "retention",
  severity: "high",
  description: "A bucket keeps the versions that were replaced or deleted.",
  remedy: 'Give it a BucketVersioning with status "Enabled"',
  covers: ["CKV_AWS_21", "AVD-AWS-0090"],
  *inspect(stack) {
    yield* everyOne(stack.ofType(...s3BucketTypes), function* (bucket) {
      const found = attached(stack, bucket, versioningTypes, "bucket", bucketNames(bucket));
      if (found.length === 0 && ownVersioning(bucket) !== true)
        yield { resource: bucket, path: "", problem: "keeps no versions" };
      for (const resource of found) {
        const status = at(resource.props, "versioningConfiguration", "status");
        if (status !== "Enabled")
          yield {
            resource,
            path: "versioningConfiguration.status",
            problem: `${quoted(status)}, expected "Enabled"`,
          };
      }
    });
  },
};

export const retentionAzureVersions: StackPolicy = {
  id: "retention-azure-versions",
  concern: "retention",
  severity: "high",
  description:
    "A storage account keeps versions, and gives deleted blobs and containers back for a week or more.",
  remedy:
    "Give it BlobServiceProperties with isVersioningEnabled, deleteRetentionPolicy and containerDeleteRetentionPolicy of 7 days or more",
  covers: ["CKV2_AZURE_38", "CIS Azure 3.11"],
  *inspect(stack) {
    yield* everyOne(stack.ofType(azureAccountType), function* (account) {
      const found = attached(stack, account, [serviceType], "accountName", [
        known(() => account.props["accountName"], ""),
      ]);
      if (found.length === 0)
        yield { resource: account, path: "", problem: "keeps no versions and gives nothing deleted back" };
      for (const resource of found) {
        if (resource.props["isVersioningEnabled"] !== true)
          yield {
            resource,
            path: "isVersioningEnabled",
            problem: `${quoted(resource.props["isVersioningEnabled"])}, expected true`,
          };
        const feed = at(resource.props, "changeFeed", "retentionInDays");
        if (feed !== undefined && !isAtLeast(7, "days").accepts(feed))
          yield {
            resource,
            path: "changeFeed.retentionInDays",
            problem: `${quoted(feed)}, expected 7 or more: a copy that was held up for longer is never complete`,
          };
        if (!isNotTrue.accepts(at(resource.props, "deleteRetentionPolicy", "allowPermanentDelete")))
          yield {
            resource,
            path: "deleteRetentionPolicy.allowPermanentDelete",
            problem: "is true: what was deleted can be deleted for good",
          };
        for (const policy of ["deleteRetentionPolicy", "containerDeleteRetentionPolicy"]) {
          const days = at(resource.props, policy, "days");
          if (at(resource.props, policy, "enabled") !== true)
            yield {
              resource,
              path: `${policy}.enabled`,
              problem: `${quoted(at(resource.props, policy, "enabled"))}, expected true`,
            };
          else if (!isAtLeast(7, "days").accepts(days))
            yield { resource, path: `${policy}.days`, problem: `${quoted(days)}, expected 7 or more` };
        }
      }
    });
  },
};

export const retentionVaultDays = requirementPolicy({
  id: "retention-vault-days",
  concern: "retention",
  severity: "medium",
  description: "A vault gives deleted secrets back for 90 days.",
  remedy: "Set properties.softDeleteRetentionInDays to 90, or leave it out",
  covers: [],
  requires: [
    {
      type: "azure-native:keyvault:Vault",
      path: "properties.softDeleteRetentionInDays",
      // Azure's own default is 90.
      accepts: (value) => value === undefined || (typeof value === "number" && value >= 90),
      expected: "90, or nothing",
    },
  ],
});

export const retentionCopy: StackPolicy = {
  id: "retention-copy",
  concern: "retention",
  severity: "medium",
  description:
    "Where a stack must have one, a second region holds a copy of what it keeps, and the copy is complete.",
  remedy:
    "Replicate the bucket (BucketReplicationConfig with every object, deletions and KMS objects) or account (ObjectReplicationPolicy)",
  covers: [],
  settings: {
    required: { type: "boolean", default: false, description: "Whether a stack without a copy is at fault." },
  },
  *inspect(stack, { required }) {
    const copies = stack.ofType("aws:s3/bucketReplicationConfig:BucketReplicationConfig");
    const azureCopies = stack.ofType("azure-native:storage:ObjectReplicationPolicy");
    const [keeper] = stack.ofType(...s3BucketTypes, azureAccountType);
    // Azure keeps those in a second region by itself.
    const geographic = stack
      .ofType(azureAccountType)
      .filter(({ props }) => /_(?:RA)?GZ?RS$/.test(known(() => String(at(props, "sku", "name")), "")));
    const found = copies.length + azureCopies.length + geographic.length;
    if (required === true && keeper !== undefined && found === 0)
      yield { resource: keeper, path: "", problem: "has no copy in another region" };
    yield* everyOne(copies, function* (resource) {
      const rules = listAt(resource.props, "rules");
      if (rules.length === 0) yield { resource, path: "rules", problem: "copy nothing" };
      for (const [index, rule] of rules.entries()) yield* s3Rule(resource, rule, `rules[${String(index)}]`);
    });
    yield* everyOne(azureCopies, function* (resource) {
      const rules = listAt(resource.props, "rules");
      if (rules.length === 0) yield { resource, path: "rules", problem: "copy nothing" };
      for (const [index, rule] of rules.entries())
        if (listAt(rule, "filters", "prefixMatch").length > 0)
          yield {
            resource,
            path: `rules[${String(index)}].filters.prefixMatch`,
            problem: "leaves blobs with other names out",
          };
    });
  },
};

function* s3Rule(resource: StackResource, rule: unknown, path: string) {
  const filter = at(rule, "filter");
  if (at(rule, "prefix") || at(filter, "prefix") || isMap(at(filter, "tag")) || isMap(at(filter, "and")))
    yield { resource, path: `${path}.filter`, problem: "leaves other objects out" };
  for (const [steps, wanted] of [
    [["status"], "Enabled"],
    [["deleteMarkerReplication", "status"], "Enabled"],
    [["sourceSelectionCriteria", "sseKmsEncryptedObjects", "status"], "Enabled"],
  ] as const) {
    const value = at(rule, ...steps);
    if (value !== wanted)
      yield {
        resource,
        path: `${path}.${steps.join(".")}`,
        problem: `${quoted(value)}, expected "${wanted}"`,
      };
  }
  if (at(rule, "destination", "encryptionConfiguration", "replicaKmsKeyId") === undefined)
    yield {
      resource,
      path: `${path}.destination.encryptionConfiguration.replicaKmsKeyId`,
      problem: "is not set",
    };
}

export const retentionS3AccessLog: StackPolicy = {
  id: "retention-s3-access-log",
  concern: "retention",
  severity: "medium",
  description:
    "A bucket writes down who read and wrote, in another bucket, which keeps it for 90 days or more.",
  remedy: "Give it a BucketLogging with another bucket as targetBucket",
  covers: ["CKV_AWS_18", "AVD-AWS-0089"],
  *inspect(stack) {
    const types = ["aws:s3/bucketLogging:BucketLogging", "aws:s3/bucketLoggingV2:BucketLoggingV2"];
    const logs = stack.ofType(...types);
    yield* everyOne(stack.ofType(...s3BucketTypes), function* (bucket) {
      const names = bucketNames(bucket);
      const takes = logs.some(
        ({ props, origins }) =>
          origins["targetBucket"]?.includes(bucket.urn) === true ||
          names.includes(known(() => props["targetBucket"], "")),
      );
      // A record of who read and wrote is asked for months later.
      if (takes)
        for (const rules of [bucket, ...attached(stack, bucket, s3LifecycleTypes, "bucket", names)])
          for (const { path, days } of lifecycleOf(rules)?.expirations ?? [])
            if (days === undefined || days < 90)
              yield {
                resource: rules,
                path,
                problem: `deletes access logs after ${String(days ?? "a date")} days, expected 90 or more`,
              };
      if (!takes && attached(stack, bucket, types, "bucket", names).length === 0)
        yield { resource: bucket, path: "", problem: "has no access log" };
    });
    yield* everyOne(logs, function* (resource) {
      if (isItsOwn(resource)) yield { resource, path: "targetBucket", problem: "is the bucket itself" };
    });
  },
};

/** @throws the SDK's UnknownValueError where names are not known, and nothing says what they are made from */
function isItsOwn({ props, origins }: StackResource): boolean {
  const { bucket = [], targetBucket = [] } = origins;
  if (bucket.length > 0 && targetBucket.length > 0) return bucket.some((urn) => targetBucket.includes(urn));
  return props["targetBucket"] === props["bucket"];
}

export const retentionAzureAccessLog: StackPolicy = {
  id: "retention-azure-access-log",
  concern: "retention",
  severity: "medium",
  description: "A storage account, vault and cluster of Azure's write down who did what.",
  remedy:
    "Add a DiagnosticSetting for it (for a storage account for its blobServices/default), with its logs enabled",
  covers: ["CIS Azure 5.1.4", "AVD-AZU-0009"],
  *inspect(stack) {
    const settings = stack.ofType("azure-native:monitor:DiagnosticSetting");
    yield* everyOne(
      stack.ofType(
        azureAccountType,
        "azure-native:keyvault:Vault",
        "azure-native:containerservice:ManagedCluster",
      ),
      function* (subject) {
        const own = attached(stack, subject, ["azure-native:monitor:DiagnosticSetting"], "resourceUri", []);
        const name = known(
          () => subject.props["accountName"] ?? subject.props["vaultName"] ?? subject.props["resourceName"],
          "",
        );
        const byName = settings.filter(({ props }) =>
          known(() => new RegExp(`/${String(name)}(?:/|$)`).test(String(props["resourceUri"])), false),
        );
        if (own.length + byName.length === 0) yield { resource: subject, path: "", problem: "writes no log" };
      },
    );
    yield* everyOne(settings, function* (resource) {
      const logs = listAt(resource.props, "logs");
      if (!logs.some((log) => at(log, "enabled") === true))
        yield { resource, path: "logs", problem: "are all off" };
      for (const [index, log] of logs.entries())
        if (at(log, "enabled") !== true)
          yield { resource, path: `logs[${String(index)}].enabled`, problem: "is not true" };
    });
  },
};

export const retentionAzureRedundancy = requirementPolicy({
  id: "retention-azure-redundancy",
  concern: "retention",
  severity: "high",
  description: "A storage account keeps its blobs in three zones, or in two regions.",
  remedy: 'Set sku.name to "Standard_ZRS" or "Standard_GZRS" (where the region has no zones "Standard_GRS")',
  covers: [],
  requires: [
    {
      type: azureAccountType,
      path: "sku.name",
      ...isOneOf(
        "Standard_ZRS",
        "Standard_GZRS",
        "Standard_RAGZRS",
        "Premium_ZRS",
        "Standard_GRS",
        "Standard_RAGRS",
      ),
    },
  ],
});

export const retentionInstanceKept: ResourcePolicy = {
  id: "retention-instance-kept",
  concern: "retention",
  severity: "high",
  description: "An instance is not ended by mistake, and its volumes with data stay.",
  remedy:
    "Set disableApiTermination to true, and deleteOnTermination of every volume beside the root's to false",
  covers: [],
  types: ["aws:ec2/instance:Instance"],
  *check({ props }) {
    const { disableApiTermination, instanceInitiatedShutdownBehavior } = props;
    if (disableApiTermination !== true)
      yield { path: "disableApiTermination", problem: `${quoted(disableApiTermination)}, expected true` };
    if (instanceInitiatedShutdownBehavior !== undefined && instanceInitiatedShutdownBehavior !== "stop")
      yield {
        path: "instanceInitiatedShutdownBehavior",
        problem: `${quoted(instanceInitiatedShutdownBehavior)}, expected "stop", or nothing`,
      };
    // AWS' own is true.
    for (const [index, device] of listAt(props, "ebsBlockDevices").entries())
      if (at(device, "deleteOnTermination") !== false)
        yield {
          path: `ebsBlockDevices[${String(index)}].deleteOnTermination`,
          problem: `${quoted(at(device, "deleteOnTermination"))}, expected false`,
        };
  },
};

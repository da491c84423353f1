import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import { BucketReplicationConfig } from "@pulumi/aws/s3/bucketReplicationConfig.js";
import * as pulumi from "../pulumi.ts";
import { replicationPolicy } from "./bucketPolicies.ts";
import { roleName } from "./names.ts";
import { trustService } from "./policies.ts";
import { bucketArnOf, type BlockStorage } from "./storage.ts";

interface Side {
  readonly storage: BlockStorage;
  readonly bucket: string;
  readonly region: string;
}

export interface ReplicationArgs {
  readonly source: Side;
  readonly target: Side;
  readonly cluster: string;
}

/**
 * Every new object, a second time in another region. Deletions follow as markers, so that the copy is one that a
 * compactor can go on with; the versions behind them stay there for their own thirty days, whatever happens to the first.
 */
export class Replication extends pulumi.ComponentResource {
  constructor(
    name: string,
    { source, target, cluster }: ReplicationArgs,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super("vigil:eks:Replication", name, {}, options);
    const kept = { parent: this, retainOnDelete: true };
    const role = new Role(
      name,
      {
        name: roleName(cluster, source.region, "replication"),
        description: `Copies ${source.bucket} to ${target.region}.`,
        // S3 is not documented to name the source account when it takes this role, so no condition asks for it.
        assumeRolePolicy: JSON.stringify(trustService("s3.amazonaws.com")),
      },
      kept,
    );
    const keys = pulumi.all([source.storage.keyArn, target.storage.keyArn]);
    const rights = new RolePolicy(
      name,
      {
        name: "replication",
        role: role.name,
        policy: keys.apply(([sourceKey, targetKey]) =>
          JSON.stringify(
            replicationPolicy({ source: reach(source, sourceKey), target: reach(target, targetKey) }),
          ),
        ),
      },
      kept,
    );
    new BucketReplicationConfig(
      name,
      {
        bucket: source.storage.blocks.bucket.bucket,
        role: role.arn,
        rules: [
          {
            id: "everything",
            status: "Enabled",
            priority: 0,
            filter: {},
            deleteMarkerReplication: { status: "Enabled" },
            sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
            destination: {
              bucket: bucketArnOf(target.bucket, target.region),
              encryptionConfiguration: { replicaKmsKeyId: target.storage.keyArn },
            },
          },
        ],
      },
      {
        ...kept,
        // S3 refuses to copy from or to a bucket without versions.
        dependsOn: [rights, source.storage.blocks.versioning, target.storage.blocks.versioning],
      },
    );
    this.registerOutputs({});
  }
}

function reach({ bucket, region }: Side, keyArn: string) {
  return { bucketArn: bucketArnOf(bucket, region), keyArn, region };
}

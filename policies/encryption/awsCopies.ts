/** AWS: disks, images, snapshots and objects are encrypted with a key of the account's own, copies too. */
import { isSet, isTrue, requirementPolicy } from "../requirement.ts";
import { listAt } from "../resource.ts";

const key = isSet("a key's ARN");

export const encryptionEbsKey = requirementPolicy({
  id: "encryption-ebs-key",
  concern: "encryption",
  severity: "medium",
  description: "A volume and the copy of a snapshot are encrypted with a KMS key of the account's own.",
  remedy: "Set kmsKeyId; of the copy of a snapshot encrypted too",
  covers: ["CKV_AWS_183", "CKV_AWS_189", "CKV2_AWS_2", "AVD-AWS-0027"],
  requires: [
    { type: "aws:ebs/volume:Volume", path: "kmsKeyId", ...key },
    { type: "aws:ebs/snapshotCopy:SnapshotCopy", path: "kmsKeyId", ...key },
    { type: "aws:ebs/snapshotCopy:SnapshotCopy", path: "encrypted", ...isTrue },
  ],
});

export const encryptionImage = requirementPolicy({
  id: "encryption-aws-image",
  concern: "encryption",
  severity: "medium",
  description: "An image of a machine has encrypted disks, its copy with a KMS key of the account's own.",
  remedy: "Set encrypted of each ebsBlockDevices, and encrypted and kmsKeyId of the copy",
  covers: ["CKV_AWS_204", "CKV_AWS_235", "CKV_AWS_236"],
  requires: [
    {
      type: "aws:ec2/ami:Ami",
      path: "ebsBlockDevices[].encrypted",
      ...isTrue,
      // A disk out of a snapshot is encrypted as the snapshot is.
      unless: ({ props }) =>
        listAt(props, "ebsBlockDevices").every(
          (device) => (device as { snapshotId?: unknown }).snapshotId !== undefined,
        ),
    },
    { type: "aws:ec2/amiCopy:AmiCopy", path: "encrypted", ...isTrue },
    { type: "aws:ec2/amiCopy:AmiCopy", path: "kmsKeyId", ...key },
  ],
});

export const encryptionS3Objects = requirementPolicy({
  id: "encryption-s3-objects",
  concern: "encryption",
  severity: "medium",
  description: "An object that a stack writes is encrypted with a KMS key of the account's own.",
  remedy: "Set kmsKeyId",
  covers: ["CKV_AWS_181", "CKV_AWS_186"],
  requires: [
    { type: "aws:s3/bucketObject:BucketObject", path: "kmsKeyId", ...key },
    { type: "aws:s3/bucketObjectv2:BucketObjectv2", path: "kmsKeyId", ...key },
    { type: "aws:s3/objectCopy:ObjectCopy", path: "kmsKeyId", ...key },
  ],
});

export const encryptionEbsDefault = requirementPolicy({
  id: "encryption-ebs-default",
  concern: "encryption",
  severity: "medium",
  description: "Where a stack says it for the account, new volumes are encrypted.",
  remedy: "Set enabled to true, or leave it out",
  covers: ["CKV_AWS_106"],
  requires: [
    {
      type: "aws:ebs/encryptionByDefault:EncryptionByDefault",
      path: "enabled",
      accepts: (value) => value !== false,
      expected: "true, or nothing",
    },
  ],
});

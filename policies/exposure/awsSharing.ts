/** AWS: nothing is given to strangers by an access list, an access point or a permission to use it. */
import type { ResourcePolicy } from "../policy.ts";
import { at, listAt, quoted } from "../resource.ts";
import { isTrue, requirementPolicy } from "../requirement.ts";

const groups = [
  "http://acs.amazonaws.com/groups/global/AllUsers",
  "http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
];

export const exposureS3AccessList: ResourcePolicy = {
  id: "exposure-s3-access-list",
  concern: "exposure",
  severity: "critical",
  description:
    "No access list opens a bucket or an object to everybody, or to everybody with an account at AWS.",
  remedy:
    'Set acl to "private" and remove the grants to groups, or do without the list: BucketOwnerEnforced ends them all',
  covers: ["CKV_AWS_20", "CKV_AWS_57", "CKV_AWS_375", "CKV_AWS_379", "CKV2_AWS_43", "AVD-AWS-0092"],
  types: [
    "aws:s3/bucket:Bucket",
    "aws:s3/bucketV2:BucketV2",
    "aws:s3/bucketAcl:BucketAcl",
    "aws:s3/bucketAclV2:BucketAclV2",
    "aws:s3/bucketObject:BucketObject",
    "aws:s3/bucketObjectv2:BucketObjectv2",
    "aws:s3/objectCopy:ObjectCopy",
  ],
  *check({ props }) {
    const list = props["acl"];
    if (["public-read", "public-read-write", "authenticated-read", "website"].includes(String(list)))
      yield { path: "acl", problem: quoted(list) };
    for (const { path, uri } of [
      ...listAt(props, "grants").map((grant, index) => ({
        path: `grants[${String(index)}]`,
        uri: at(grant, "uri"),
      })),
      ...listAt(props, "accessControlPolicy", "grants").map((grant, index) => ({
        path: `accessControlPolicy.grants[${String(index)}]`,
        uri: at(grant, "grantee", "uri"),
      })),
    ])
      if (groups.includes(String(uri)))
        yield { path, problem: `is for ${String(uri).split("/").at(-1) ?? ""}` };
  },
};

const blocks = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"] as const;

export const exposureS3AccessPoint = requirementPolicy({
  id: "exposure-s3-access-point",
  concern: "exposure",
  severity: "high",
  description: "An access point of a bucket blocks what its bucket blocks.",
  remedy: `Set ${blocks.join(", ")} of publicAccessBlockConfiguration to true, or leave it out`,
  covers: ["CKV_AWS_392"],
  requires: blocks.map((name) => ({
    type: "aws:s3/accessPoint:AccessPoint",
    path: `publicAccessBlockConfiguration.${name}`,
    // All four are on where nothing is said.
    accepts: (value) => value === undefined || isTrue.accepts(value),
    expected: "true, or nothing",
  })),
});

export const exposureImage: ResourcePolicy = {
  id: "exposure-aws-image",
  concern: "exposure",
  severity: "high",
  description: "No image of a machine is given to another account: what was on its disk is in it.",
  remedy:
    "Remove the permission; copy the image into the account that needs it, encrypted with a key of that account",
  covers: ["CKV_AWS_205"],
  types: ["aws:ec2/amiLaunchPermission:AmiLaunchPermission"],
  *check({ props }) {
    const whom = ["accountId", "group", "organizationArn", "organizationalUnitArn"].find(
      (key) => props[key] !== undefined,
    );
    yield { path: whom ?? "", problem: "lets others start machines from the image" };
  },
};

export const exposureDocument: ResourcePolicy = {
  id: "exposure-aws-document",
  concern: "exposure",
  severity: "high",
  description: "A document of Systems Manager, and the script in it, is for this account.",
  remedy: "Remove permissions, or name accounts in permissions.account_ids instead of All",
  covers: ["CKV_AWS_303"],
  types: ["aws:ssm/document:Document"],
  *check({ props }) {
    const accounts = at(props, "permissions", "account_ids") ?? at(props, "permissions", "accountIds");
    if (String(accounts).toLowerCase().split(",").includes("all"))
      yield { path: "permissions.account_ids", problem: "is everybody" };
  },
};

export const exposureEksNodes: ResourcePolicy = {
  id: "exposure-eks-nodes",
  concern: "exposure",
  severity: "high",
  description: "No node of a cluster takes SSH: Session Manager needs no port and no key.",
  remedy: "Remove remoteAccess of the node group",
  covers: ["CKV_AWS_100"],
  types: ["aws:eks/nodeGroup:NodeGroup"],
  *check({ props }) {
    if (props["remoteAccess"] !== undefined)
      yield { path: "remoteAccess", problem: "lets people log in to nodes" };
  },
};

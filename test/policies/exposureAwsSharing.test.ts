import { identityS3Lockout } from "../../policies/identity/s3.ts";
import {
  exposureDefaultNetwork,
  exposureGroupDescription,
  exposureNetworkAcl,
  exposurePeeringRoute,
} from "../../policies/exposure/awsNetworkAcls.ts";
import {
  exposureDocument,
  exposureEksNodes,
  exposureImage,
  exposureS3AccessList,
  exposureS3AccessPoint,
} from "../../policies/exposure/awsSharing.ts";
import { testCloudPolicy } from "./declared.ts";
import { unknown, type Given } from "./evaluation.ts";

const everywhere = "0.0.0.0/0";

describe("Policies of exposure: what lies before AWS' security groups", () => {
  testCloudPolicy({
    policy: exposureNetworkAcl,
    passes: {
      "HTTPS from everywhere": [accessList({ fromPort: 443, toPort: 443, cidrBlock: everywhere })],
      "SSH from a network of one's own": [accessList({ fromPort: 22, toPort: 22, cidrBlock: "10.1.0.0/16" })],
      "answers, after a rule that refuses RDP": [
        accessList(
          { ruleNo: 100, action: "deny", fromPort: 3389, toPort: 3389, cidrBlock: everywhere },
          { ruleNo: 110, fromPort: 1024, toPort: 65_535, cidrBlock: everywhere },
        ),
      ],
      "everything on its way out": [
        aclRule({ egress: true, protocol: "-1", fromPort: 0, toPort: 0, cidrBlock: everywhere }),
      ],
    },
    fails: {
      "everything from everywhere": {
        stack: [accessList({ protocol: "-1", fromPort: 0, toPort: 0, cidrBlock: everywhere })],
        says: /ingress\[0\] lets everybody in on every port/,
      },
      "SSH from everywhere": {
        stack: [aclRule({ fromPort: 22, toPort: 22, cidrBlock: everywhere })],
        says: /lets everybody in on port 22/,
      },
      "FTP over IPv6": {
        stack: [aclRule({ fromPort: 20, toPort: 21, ipv6CidrBlock: "::/0" })],
        says: /on port 21/,
      },
      "RDP, refused too late": {
        stack: [
          accessList(
            { ruleNo: 200, action: "deny", fromPort: 3389, toPort: 3389, cidrBlock: everywhere },
            { ruleNo: 110, fromPort: 1024, toPort: 65_535, cidrBlock: everywhere },
          ),
        ],
        says: /lets everybody in on port 3389/,
      },
    },
    absent: { stack: [accessList()] },
    unknown: [accessList({ fromPort: 22, toPort: 22, cidrBlock: unknown })],
  });

  testCloudPolicy({
    policy: exposureDefaultNetwork,
    passes: { "a network of its own": [{ type: "aws:ec2/vpc:Vpc", props: {} }] },
    fails: {
      "the account's": {
        stack: [{ type: "aws:ec2/defaultVpc:DefaultVpc", props: {} }],
        says: /is the account's default/,
      },
      "a subnet of it": {
        stack: [{ type: "aws:ec2/defaultSubnet:DefaultSubnet", props: {} }],
        says: /is the account's default/,
      },
    },
    absent: { stack: [] },
  });

  testCloudPolicy({
    policy: exposureGroupDescription,
    passes: {
      "a group and a rule that say it": [
        group({ description: "Edge", ingress: [{ fromPort: 443, toPort: 443, description: "Browsers" }] }),
        rule({ description: "Prometheus from the edge" }),
      ],
    },
    fails: {
      "Pulumi's own words": {
        stack: [group({ description: "Managed by Pulumi" })],
        says: /"Managed by Pulumi"/,
      },
      "a rule within the group": {
        stack: [group({ description: "Edge", egress: [{ protocol: "-1" }] })],
        says: /egress\[0\]\.description is not set/,
      },
      "a rule of its own": { stack: [rule({})], says: /description is not set/ },
    },
    absent: { stack: [group({})], says: /description is not set/ },
    unknown: [group({ description: unknown })],
  });

  testCloudPolicy({
    policy: exposurePeeringRoute,
    passes: {
      "the peer's own network": [
        route({ destinationCidrBlock: "10.9.0.0/16", vpcPeeringConnectionId: "pcx-1" }),
      ],
      "everywhere by NAT": [route({ destinationCidrBlock: everywhere, natGatewayId: "nat-1" })],
    },
    fails: {
      "everywhere by the peer": {
        stack: [route({ destinationCidrBlock: everywhere, vpcPeeringConnectionId: "pcx-1" })],
        says: /destinationCidrBlock is "0\.0\.0\.0\/0": everything that is not nearer/,
      },
      "everywhere by a peering of the stack": {
        stack: [
          {
            ...route({ destinationIpv6CidrBlock: "::/0", vpcPeeringConnectionId: unknown }),
            from: { vpcPeeringConnectionId: "peering" },
          },
        ],
        says: /destinationIpv6CidrBlock is "::\/0"/,
      },
      "a line of a table": {
        stack: [
          {
            type: "aws:ec2/routeTable:RouteTable",
            props: { routes: [{ cidrBlock: everywhere, vpcPeeringConnectionId: "pcx-1" }] },
          },
        ],
        says: /routes\[0\]\.cidrBlock/,
      },
    },
    absent: { stack: [route({})] },
    unknown: [route({ destinationCidrBlock: everywhere, vpcPeeringConnectionId: unknown })],
  });
});

describe("Policies of exposure: what AWS gives to others", () => {
  testCloudPolicy({
    policy: exposureS3AccessList,
    passes: {
      "a private list": [bucketList({ acl: "private" })],
      "a grant to an owner": [
        bucketList({ accessControlPolicy: { grants: [{ grantee: { id: "0123" }, permission: "READ" }] } }),
      ],
    },
    fails: {
      "a list for everybody": { stack: [bucketList({ acl: "public-read" })], says: /acl is "public-read"/ },
      "an object for whoever has an account": {
        stack: [{ type: "aws:s3/bucketObjectv2:BucketObjectv2", props: { acl: "authenticated-read" } }],
        says: /acl is "authenticated-read"/,
      },
      "a grant to everybody": {
        stack: [
          bucketList({ accessControlPolicy: { grants: [{ grantee: { uri: groupUri("AllUsers") } }] } }),
        ],
        says: /accessControlPolicy\.grants\[0\] is for AllUsers/,
      },
      "a grant on the bucket": {
        stack: [
          { type: "aws:s3/bucket:Bucket", props: { grants: [{ uri: groupUri("AuthenticatedUsers") }] } },
        ],
        says: /grants\[0\] is for AuthenticatedUsers/,
      },
    },
    absent: { stack: [bucketList({})] },
    unknown: [bucketList({ acl: unknown })],
  });

  testCloudPolicy({
    policy: identityS3Lockout,
    passes: {
      "a refusal with a condition": [
        bucketPolicy({
          Effect: "Deny",
          Principal: "*",
          Action: "s3:*",
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        }),
      ],
      "a refusal of deleting": [bucketPolicy({ Effect: "Deny", Principal: "*", Action: "s3:DeleteBucket" })],
    },
    fails: {
      "a refusal of everything": {
        stack: [bucketPolicy({ Effect: "Deny", Principal: { AWS: ["*"] }, Action: ["s3:*"] })],
        says: /Statement\[0\] refuses everybody/,
      },
    },
    absent: { stack: [{ type: "aws:s3/bucketPolicy:BucketPolicy", props: {} }] },
    unknown: [{ type: "aws:s3/bucketPolicy:BucketPolicy", props: { policy: unknown } }],
  });

  testCloudPolicy({
    policy: exposureS3AccessPoint,
    passes: { "one that blocks all": [accessPoint({ blockPublicAcls: true, restrictPublicBuckets: true })] },
    fails: {
      "one that lets policies open it": {
        stack: [accessPoint({ blockPublicPolicy: false })],
        says: /publicAccessBlockConfiguration\.blockPublicPolicy is false/,
      },
    },
    absent: { stack: [{ type: "aws:s3/accessPoint:AccessPoint", props: {} }] },
    unknown: [accessPoint({ ignorePublicAcls: unknown })],
  });

  testCloudPolicy({
    policy: exposureImage,
    passes: { "an image of one's own": [{ type: "aws:ec2/ami:Ami", props: {} }] },
    fails: {
      "one for another account": {
        stack: [
          { type: "aws:ec2/amiLaunchPermission:AmiLaunchPermission", props: { accountId: "111122223333" } },
        ],
        says: /accountId lets others start machines/,
      },
      "one for all": {
        stack: [{ type: "aws:ec2/amiLaunchPermission:AmiLaunchPermission", props: { group: "all" } }],
        says: /group lets others start machines/,
      },
    },
    absent: { stack: [] },
  });

  testCloudPolicy({
    policy: exposureDocument,
    passes: {
      "one for another account": [document({ permissions: { type: "Share", account_ids: "111122223333" } })],
    },
    fails: {
      "one for everybody": {
        stack: [document({ permissions: { type: "Share", account_ids: "All" } })],
        says: /permissions\.account_ids is everybody/,
      },
    },
    absent: { stack: [document({})] },
    unknown: [document({ permissions: { account_ids: unknown } })],
  });

  testCloudPolicy({
    policy: exposureEksNodes,
    passes: { "nodes without a key": [nodes({ instanceTypes: ["m7g.large"] })] },
    fails: {
      "nodes with a key": {
        stack: [nodes({ remoteAccess: { ec2SshKey: "ops" } })],
        says: /remoteAccess lets people log in/,
      },
    },
    absent: { stack: [nodes({})] },
    unknown: [nodes({ remoteAccess: unknown })],
  });
});

function accessList(...ingress: object[]): Given {
  const rules = ingress.map((each) => ({ protocol: "6", action: "allow", ruleNo: 100, ...each }));
  return { type: "aws:ec2/networkAcl:NetworkAcl", props: { ingress: rules } };
}

function aclRule(props: object): Given {
  return {
    type: "aws:ec2/networkAclRule:NetworkAclRule",
    props: { ruleAction: "allow", ruleNumber: 100, protocol: "tcp", ...props },
  };
}

function group(props: Given["props"]): Given {
  return { type: "aws:ec2/securityGroup:SecurityGroup", props };
}

function rule(props: Given["props"]): Given {
  return { type: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", name: "rule", props };
}

function route(props: Given["props"]): Given {
  return { type: "aws:ec2/route:Route", props };
}

function bucketList(props: Given["props"]): Given {
  return { type: "aws:s3/bucketAcl:BucketAcl", props };
}

function bucketPolicy(statement: object): Given {
  return {
    type: "aws:s3/bucketPolicy:BucketPolicy",
    props: { policy: JSON.stringify({ Statement: [{ Resource: "arn:aws:s3:::blocks/*", ...statement }] }) },
  };
}

function groupUri(name: string): string {
  return `http://acs.amazonaws.com/groups/global/${name}`;
}

function accessPoint(publicAccessBlockConfiguration: object): Given {
  return { type: "aws:s3/accessPoint:AccessPoint", props: { publicAccessBlockConfiguration } };
}

function document(props: Given["props"]): Given {
  return { type: "aws:ssm/document:Document", props };
}

function nodes(props: Given["props"]): Given {
  return { type: "aws:eks/nodeGroup:NodeGroup", props };
}

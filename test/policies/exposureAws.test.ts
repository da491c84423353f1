import * as exposurePolicies from "../../policies/exposure/aws.ts";
import {
  exposureAwsAddress,
  exposureAwsAdministration,
  exposureAwsInbound,
  exposureDefaultGroup,
  exposureDefaultGroupPresent,
  exposureEksEndpoint,
  exposureLoadBalancer,
  exposureS3Block,
  exposureS3Policy,
  exposureS3PublicBlock,
} from "../../policies/exposure/aws.ts";
import { testNoneIsLeftOut, type PolicyCases } from "./cases.ts";
import { testCloudPolicy } from "./declared.ts";
import { unknown, type Given } from "./evaluation.ts";
import { testMend } from "./mended.ts";

const closed = {
  blockPublicAcls: true,
  blockPublicPolicy: true,
  ignorePublicAcls: true,
  restrictPublicBuckets: true,
};

describe("Policies of exposure in AWS: buckets", () => {
  const publicBlock: PolicyCases = {
    policy: exposureS3PublicBlock,
    passes: { "a block of everything": [block(closed)] },
    fails: {
      "public access lists": {
        stack: [block({ ...closed, blockPublicAcls: false })],
        says: /blockPublicAcls is false, expected true/,
      },
      "a public policy": {
        stack: [block({ ...closed, blockPublicPolicy: false })],
        says: /blockPublicPolicy is false/,
      },
      "public lists of old": {
        stack: [block({ ...closed, ignorePublicAcls: false })],
        says: /ignorePublicAcls is false/,
      },
      "others' accounts by a public policy of old": {
        stack: [block({ ...closed, restrictPublicBuckets: undefined })],
        says: /restrictPublicBuckets is not set/,
      },
    },
    absent: { stack: [block({})], says: /blockPublicAcls is not set[^]*restrictPublicBuckets is not set/ },
    unknown: [block({ ...closed, blockPublicPolicy: unknown })],
  };
  testCloudPolicy(publicBlock);
  testMend(publicBlock);

  testCloudPolicy({
    policy: exposureS3Block,
    passes: {
      "a bucket with a block and an owner": [bucket(), block(closed), ownership("BucketOwnerEnforced")],
      "a bucket that both name": [
        bucket(),
        { ...block(closed), from: {} },
        { ...ownership("BucketOwnerEnforced"), from: {} },
      ],
    },
    fails: {
      "access lists": {
        stack: [bucket(), block(closed), ownership("BucketOwnerPreferred")],
        says: /^ownership .*rule\.objectOwnership is "BucketOwnerPreferred", expected "BucketOwnerEnforced"/m,
      },
      "another bucket's block, whose name is not known yet": {
        stack: [
          bucket(),
          { ...bucket(), name: "other", props: {} },
          { ...block(closed), props: { bucket: unknown }, from: { bucket: "other" } },
        ],
        says: /^blocks .* has no public access block/m,
      },
      "another bucket's block": {
        stack: [
          bucket(),
          { ...block(closed), props: { ...closed, bucket: "another" }, from: {} },
          ownership("BucketOwnerEnforced"),
        ],
        says: /^blocks .* has no public access block/m,
      },
    },
    absent: {
      stack: [bucket()],
      says: /^blocks .*has no public access block[^]*takes access lists of others' objects/,
    },
    // Both names are made of one that is not known yet.
    unknown: [
      bucket(),
      { ...block(closed), props: { bucket: unknown }, from: { bucket: "pet" } },
      { ...ownership("BucketOwnerEnforced"), props: { bucket: unknown }, from: { bucket: "pet" } },
    ],
  });

  testCloudPolicy({
    policy: exposureS3Policy,
    passes: {
      "a named service": [bucketPolicy({ Principal: { Service: "logging.s3.amazonaws.com" } })],
      "a named account, for all but some actions": [
        bucketPolicy({
          Principal: { AWS: "arn:aws:iam::111122223333:root" },
          Action: undefined,
          NotAction: "s3:DeleteObject",
        }),
      ],
      "a named account": [bucketPolicy({ Principal: { AWS: "arn:aws:iam::111122223333:root" } })],
      "everybody of the organisation": [allOf({ StringEquals: { "aws:PrincipalOrgID": "o-1234567890" } })],
      "everybody who comes by an endpoint": [
        allOf({
          StringLike: { "AWS:sourceVpce": ["vpce-1", "vpce-2"] },
          Bool: { "aws:SecureTransport": "true" },
        }),
      ],
      "everybody of a part of the organisation": [
        allOf({ "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": "o-1234567890/r-ab12/*" } }),
      ],
      "everybody at an address": [allOf({ IpAddress: { "aws:SourceIp": "198.51.100.0/24" } })],
      "a bucket and a secret whose policies are elsewhere": [
        bucket(),
        { type: "aws:secretsmanager/secret:Secret", props: { policy: "" } },
      ],
      "a refusal of everybody": [bucketPolicy({ Effect: "Deny", Principal: "*" })],
    },
    fails: {
      everybody: {
        stack: [bucketPolicy({ Principal: "*" })],
        says: /policy\.Statement\[0\] allows everybody/,
      },
      "everybody with an account": {
        stack: [bucketPolicy({ Principal: { AWS: ["*"] } })],
        says: /Statement\[0\] allows everybody/,
      },
      "everybody with an empty condition": { stack: [allOf({})], says: /allows everybody/ },
      "everybody over TLS": {
        stack: [allOf({ Bool: { "aws:SecureTransport": "true" } })],
        says: /allows everybody/,
      },
      "everybody but an organisation": {
        stack: [allOf({ StringNotEquals: { "aws:PrincipalOrgID": "o-1234567890" } })],
        says: /allows everybody/,
      },
      "everybody who comes by no endpoint": {
        stack: [allOf({ StringEqualsIfExists: { "aws:SourceVpce": "vpce-1" } })],
        says: /allows everybody/,
      },
      "everybody without an organisation": {
        stack: [allOf({ "ForAllValues:StringLike": { "aws:PrincipalOrgPaths": "o-1234567890/*" } })],
        says: /allows everybody/,
      },
      "everybody of any account": {
        stack: [allOf({ StringLike: { "aws:PrincipalAccount": "*" } })],
        says: /allows everybody/,
      },
      "everybody's buckets": {
        stack: [allOf({ ArnLike: { "aws:SourceArn": "arn:aws:s3:::*" } })],
        says: /allows everybody/,
      },
      "everybody's addresses": {
        stack: [allOf({ IpAddress: { "aws:SourceIp": ["198.51.100.0/24", "0.0.0.0/0"] } })],
        says: /allows everybody/,
      },
      "everybody but one": {
        stack: [bucketPolicy({ NotPrincipal: { AWS: "arn:aws:iam::111122223333:root" } })],
        says: /allows everybody/,
      },
      "everybody, for a secret": {
        stack: [
          {
            type: "aws:secretsmanager/secretPolicy:SecretPolicy",
            props: { secretArn: "arn", policy: document({ Principal: "*" }) },
          },
        ],
        says: /allows everybody/,
      },
      "everybody, in the bucket itself": {
        stack: [{ ...bucket(), props: { policy: document({ Principal: "*" }) } }],
        says: /policy\.Statement\[0\] allows everybody/,
      },
      "everybody, in the secret itself": {
        stack: [
          { type: "aws:secretsmanager/secret:Secret", props: { policy: document({ Principal: "*" }) } },
        ],
        says: /allows everybody/,
      },
      "what is no document": {
        stack: [{ ...bucketPolicy({}), props: { policy: "everybody" } }],
        says: /policy is no policy document/,
      },
    },
    absent: { stack: [{ ...bucketPolicy({}), props: {} }], says: /policy is no policy document/ },
    unknown: [{ ...bucketPolicy({}), props: { policy: unknown } }],
  });
});

describe("Policies of exposure in AWS: networks", () => {
  testCloudPolicy({
    policy: exposureAwsInbound,
    passes: {
      "the edge's port": [group(open(443))],
      "a network that is named": [group({ ...tcp(8443), cidrBlocks: ["10.0.0.0/8"] })],
      "a group": [group({ ...tcp(9090), securityGroups: ["sg-1"] })],
      "a rule by itself, for a group": [
        groupRule({ type: "ingress", ...tcp(9090), sourceSecurityGroupId: "sg-1" }),
      ],
      "what goes out": [groupRule({ type: "egress", ...open(9090) })],
      "a rule of the newer kind": [
        ingressRule({ ipProtocol: "tcp", fromPort: 443, toPort: 443, cidrIpv4: "0.0.0.0/0" }),
      ],
    },
    fails: {
      "everybody on port 80": { stack: [group(open(80))], says: /lets everybody in on port 80/ },
      "everybody on another port": {
        stack: [group(open(443), open(9090))],
        says: /ingress\[1\] lets everybody in on port 9090/,
      },
      "everybody on many ports, the edge's among them": {
        stack: [group({ ...open(443), fromPort: 440, toPort: 450 })],
        says: /lets everybody in on ports 440 to 450/,
      },
      "everybody on every port": {
        stack: [group({ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] })],
        says: /lets everybody in on ports 0 to 65535/,
      },
      "everybody in IPv6": {
        stack: [group({ ...tcp(9090), ipv6CidrBlocks: ["::/0"] })],
        says: /lets everybody in on port 9090/,
      },
      "everybody, after networks that are not known yet": {
        stack: [group({ ...tcp(9090), cidrBlocks: [unknown] }, open(9090))],
        says: /ingress\[1\] lets everybody in on port 9090/,
      },
      "half of everybody": {
        stack: [group({ ...tcp(9090), cidrBlocks: ["0.0.0.0/1"] })],
        says: /lets everybody in/,
      },
      "half of everybody by an address in it": {
        stack: [group({ ...tcp(9090), cidrBlocks: ["10.0.0.0/1"] })],
        says: /lets everybody in/,
      },
      "everybody beside a network": {
        stack: [group({ ...tcp(9090), cidrBlocks: ["10.0.0.0/8", "0.0.0.0/0"] })],
        says: /lets everybody in/,
      },
      "a rule by itself": {
        stack: [groupRule({ type: "ingress", ...open(9090) })],
        says: /: lets everybody in on port 9090/,
      },
      "a rule of the newer kind": {
        stack: [ingressRule({ ipProtocol: "tcp", fromPort: 9090, toPort: 9090, cidrIpv4: "0.0.0.0/0" })],
        says: /: lets everybody in on port 9090/,
      },
      "a rule of the newer kind in IPv6": {
        stack: [ingressRule({ ipProtocol: "-1", cidrIpv6: "::/0" })],
        says: /lets everybody in on ports 0 to 65535/,
      },
      "a network's default group": {
        stack: [defaultGroup({ ingress: [open(9090)] })],
        says: /ingress\[0\] lets everybody in/,
      },
    },
    absent: { stack: [group()] },
    unknown: [group({ ...tcp(9090), cidrBlocks: [unknown] })],
  });

  describe("with a port of the stack's own", () => {
    testCloudPolicy({
      policy: exposureAwsInbound,
      settings: { ports: [8443] },
      passes: { "everybody on it": [group(open(8443))] },
      fails: { "everybody on another": { stack: [group(open(443))], says: /everybody in on port 443/ } },
      absent: { stack: [group()] },
    });
  });

  testCloudPolicy({
    policy: exposureAwsAdministration,
    passes: {
      "a group's machines": [group({ ...tcp(22), securityGroups: ["sg-1"] })],
      "another port": [group(open(443))],
      "what goes out": [groupRule({ type: "egress", ...open(22) })],
      "pings of a partner's network": [
        group({ protocol: "icmp", fromPort: -1, toPort: -1, cidrBlocks: ["203.0.113.0/24"] }),
      ],
      "every port but the first, for the network's own": [
        group({
          ...tcp(1),
          toPort: 65_535,
          ipv6CidrBlocks: ["fd00:ec2::/32"],
          cidrBlocks: ["172.16.0.0/12"],
        }),
      ],
      "all of the network's own": [
        group({ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["10.0.0.0/16"] }),
      ],
    },
    fails: {
      SSH: { stack: [group(open(22))], says: /ingress\[0\] opens port 22/ },
      "RDP from one address": {
        stack: [group({ ...tcp(3389), cidrBlocks: ["203.0.113.7/32"] })],
        says: /opens port 3389/,
      },
      "every port for a network outside": {
        stack: [group({ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["203.0.113.0/24"] })],
        says: /opens port 22/,
      },
      "every port for networks in and outside": {
        stack: [group({ ...tcp(0), toPort: 65_535, cidrBlocks: ["10.0.0.0/16", "203.0.113.0/24"] })],
        says: /opens port 3389/,
      },
      "SSH for the network's own": {
        stack: [group({ ...tcp(22), cidrBlocks: ["10.0.0.0/16"] })],
        says: /opens port 22/,
      },
      "SSH for a list of networks": {
        stack: [group({ ...tcp(22), prefixListIds: ["pl-1234"] })],
        says: /opens port 22/,
      },
      "SSH for a list of networks, in the newer kind": {
        stack: [ingressRule({ ipProtocol: "tcp", fromPort: 22, toPort: 22, prefixListId: "pl-1234" })],
        says: /opens port 22/,
      },
      "SSH, after a rule that is not known yet": {
        stack: [group({ ...tcp(22), cidrBlocks: unknown }, open(22))],
        says: /ingress\[1\] opens port 22/,
      },
      "WinRM in a range": {
        stack: [group({ ...tcp(5000), toPort: 6000, cidrBlocks: ["203.0.113.0/24"] })],
        says: /opens port 5986/,
      },
      "a rule of the newer kind": {
        stack: [ingressRule({ ipProtocol: "tcp", fromPort: 22, toPort: 22, cidrIpv6: "2001:db8::/32" })],
        says: /: opens port 22/,
      },
    },
    absent: { stack: [group()] },
    unknown: [group({ ...tcp(22), cidrBlocks: unknown })],
  });

  testCloudPolicy({
    policy: exposureDefaultGroup,
    passes: { "a group without rules": [defaultGroup({ ingress: [], egress: [] })] },
    fails: {
      "what comes in": {
        stack: [defaultGroup({ ingress: [{ protocol: "-1", self: true }] })],
        says: /ingress lets something through/,
      },
      "what goes out, beside what is not known yet": {
        stack: [defaultGroup({ ingress: unknown, egress: [open(443)] })],
        says: /egress lets something through/,
      },
      "what goes out": {
        stack: [defaultGroup({ egress: [open(443)] })],
        says: /egress lets something through/,
      },
    },
    // A DefaultSecurityGroup without rules takes those away that AWS has made.
    absent: { stack: [defaultGroup({})] },
    unknown: [defaultGroup({ ingress: unknown })],
  });

  testCloudPolicy({
    policy: exposureDefaultGroupPresent,
    passes: {
      "a network with both": [network(), defaultGroup({}), flowLog("ALL")],
      "a network that is not there yet": [network({ id: unknown }), defaultGroup({}), flowLog("ALL")],
      "a network that both name": [
        network({ id: "vpc-1" }),
        { ...defaultGroup({ vpcId: "vpc-1" }), from: {} },
        { ...flowLog("ALL"), props: { vpcId: "vpc-1", trafficType: "ALL" }, from: {} },
      ],
    },
    fails: {
      "a network that is not there yet, and that nothing belongs to": {
        stack: [network({ id: unknown })],
        says: /keeps a default security group/,
      },
      "a log of what is refused alone": {
        stack: [network(), defaultGroup({}), flowLog("REJECT")],
        says: /^log .*trafficType is "REJECT", expected "ALL"/m,
      },
      "another network's": {
        stack: [
          network({ id: "vpc-1" }),
          { ...defaultGroup({ vpcId: "vpc-2" }), from: {} },
          { ...flowLog("ALL"), props: { vpcId: "vpc-2", trafficType: "ALL" }, from: {} },
        ],
        says: /has no flow log/,
      },
    },
    absent: { stack: [network()], says: /keeps a default security group[^]*has no flow log/ },
    unknown: [network(), defaultGroup({}), flowLog(unknown)],
  });

  testCloudPolicy({
    policy: exposureAwsAddress,
    passes: {
      "a machine without a public address": [instance({ associatePublicIpAddress: false })],
      "a machine on an interface that is there already": [
        instance({ primaryNetworkInterface: { networkInterfaceId: "eni-1" } }),
        instance({ networkInterfaces: [{ deviceIndex: 0, networkInterfaceId: "eni-1" }] }),
      ],
      "an address of a NAT gateway": [{ type: "aws:ec2/eip:Eip", props: { domain: "vpc", instance: "" } }],
      "a subnet that gives none": [subnet({ mapPublicIpOnLaunch: false }), subnet({})],
      "a template, whose inputs are texts": [template([{ associatePublicIpAddress: "false" }]), template()],
    },
    fails: {
      "a machine with one": {
        stack: [instance({ associatePublicIpAddress: true })],
        says: /associatePublicIpAddress is true, expected false/,
      },
      "an address for a machine": {
        stack: [{ type: "aws:ec2/eip:Eip", props: { domain: "vpc", instance: "i-1" } }],
        says: /: instance is "i-1", expected nothing/,
      },
      "an address for a machine's interface": {
        stack: [{ type: "aws:ec2/eip:Eip", props: { networkInterface: "eni-1" } }],
        says: /: networkInterface is "eni-1"/,
      },
      "an address that a machine gets later": {
        stack: [
          {
            type: "aws:ec2/eipAssociation:EipAssociation",
            props: { allocationId: "eipalloc-1", instanceId: "i-1" },
          },
        ],
        says: /: instanceId is "i-1"/,
      },
      "a subnet that gives one": {
        stack: [subnet({ mapPublicIpOnLaunch: true })],
        says: /mapPublicIpOnLaunch is true/,
      },
      "a template that asks for one": {
        stack: [template([{}, { associatePublicIpAddress: "true" }])],
        says: /networkInterfaces\[1\]\.associatePublicIpAddress is "true"/,
      },
    },
    // Then its subnet decides, which may be another stack's.
    absent: { stack: [instance({})], says: /associatePublicIpAddress is not set/ },
    unknown: [subnet({ mapPublicIpOnLaunch: unknown })],
  });

  testCloudPolicy({
    policy: exposureEksEndpoint,
    passes: {
      "an endpoint inside": [cluster({ endpointPrivateAccess: true, endpointPublicAccess: false })],
      "one for named networks": [
        cluster({ endpointPrivateAccess: true, publicAccessCidrs: ["198.51.100.0/24"] }),
      ],
    },
    fails: {
      "everybody, by AWS' default": {
        stack: [cluster({ endpointPrivateAccess: true, endpointPublicAccess: true })],
        says: /vpcConfig\.publicAccessCidrs is not set, expected named networks/,
      },
      "everybody by name": {
        stack: [
          cluster({ endpointPrivateAccess: true, publicAccessCidrs: ["198.51.100.0/24", "0.0.0.0/0"] }),
        ],
        says: /vpcConfig\.publicAccessCidrs is \["198\.51\.100\.0\/24","0\.0\.0\.0\/0"\], expected named networks/,
      },
      "everybody, beside an endpoint that is not known yet": {
        stack: [cluster({ endpointPrivateAccess: unknown, publicAccessCidrs: ["0.0.0.0/0"] })],
        says: /vpcConfig\.publicAccessCidrs is/,
      },
      "nodes that come from outside": {
        stack: [cluster({ endpointPrivateAccess: false, publicAccessCidrs: ["198.51.100.0/24"] })],
        says: /vpcConfig\.endpointPrivateAccess is false, expected true/,
      },
    },
    absent: {
      stack: [cluster({})],
      says: /endpointPrivateAccess is not set[^]*publicAccessCidrs is not set/,
    },
    unknown: [cluster({ endpointPrivateAccess: true, publicAccessCidrs: [unknown] })],
  });

  testCloudPolicy({
    policy: exposureLoadBalancer,
    passes: {
      "one inside": [balancer({ internal: true })],
      "one for appliances, which has no address": [balancer({ loadBalancerType: "gateway" })],
    },
    fails: {
      "a public one by its other name": {
        stack: [{ ...balancer({ internal: false }), type: "aws:alb/loadBalancer:LoadBalancer" }],
        says: /internal is false/,
      },
      "a public one of the classic kind": {
        stack: [{ ...balancer({}), type: "aws:elb/loadBalancer:LoadBalancer" }],
        says: /internal is not set/,
      },
      "a public one": { stack: [balancer({ internal: false })], says: /internal is false, expected true/ },
    },
    // AWS' own default is a public one.
    absent: { stack: [balancer({})], says: /internal is not set/ },
    unknown: [balancer({ internal: unknown })],
  });

  testNoneIsLeftOut(exposurePolicies);
});

function bucket(): Given {
  return { type: "aws:s3/bucket:Bucket", name: "blocks", props: { bucket: "gl-blocks" } };
}

function block(props: object): Given {
  return {
    type: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    props: { bucket: "gl-blocks", ...props },
    from: { bucket: "blocks" },
  };
}

function ownership(objectOwnership: string): Given {
  return {
    type: "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    name: "ownership",
    props: { bucket: "gl-blocks", rule: { objectOwnership } },
    from: { bucket: "blocks" },
  };
}

function document(statement: object): string {
  const allowance = { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::gl-blocks/*" };
  return JSON.stringify({ Version: "2012-10-17", Statement: { ...allowance, ...statement } });
}

function bucketPolicy(statement: object): Given {
  return {
    type: "aws:s3/bucketPolicy:BucketPolicy",
    props: { bucket: "gl-blocks", policy: document(statement) },
  };
}

function allOf(Condition: object): Given {
  return bucketPolicy({ Principal: "*", Condition });
}

function tcp(port: number): object {
  return { protocol: "tcp", fromPort: port, toPort: port };
}

function open(port: number): object {
  return { ...tcp(port), cidrBlocks: ["0.0.0.0/0"] };
}

function group(...ingress: object[]): Given {
  return { type: "aws:ec2/securityGroup:SecurityGroup", props: { ingress } };
}

function groupRule(props: object): Given {
  return { type: "aws:ec2/securityGroupRule:SecurityGroupRule", props: { ...props } };
}

function ingressRule(props: object): Given {
  return { type: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", props: { ...props } };
}

function defaultGroup(props: object): Given {
  return {
    type: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    name: "default",
    props: { ...props },
    from: { vpcId: "network" },
  };
}

function network(props: object = {}): Given {
  return { type: "aws:ec2/vpc:Vpc", name: "network", props: { cidrBlock: "10.0.0.0/16", ...props } };
}

function flowLog(trafficType: string): Given {
  return {
    type: "aws:ec2/flowLog:FlowLog",
    name: "log",
    props: { trafficType },
    from: { vpcId: "network" },
  };
}

function instance(props: object): Given {
  return { type: "aws:ec2/instance:Instance", props: { ...props } };
}

function subnet(props: object): Given {
  return { type: "aws:ec2/subnet:Subnet", props: { ...props } };
}

function template(networkInterfaces?: object[]): Given {
  return { type: "aws:ec2/launchTemplate:LaunchTemplate", props: { networkInterfaces } };
}

function cluster(vpcConfig: object): Given {
  return { type: "aws:eks/cluster:Cluster", props: { vpcConfig } };
}

function balancer(props: object): Given {
  return { type: "aws:lb/loadBalancer:LoadBalancer", props: { ...props } };
}

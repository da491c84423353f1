/** AWS: nothing is open to everybody but the edge, on 443. */
import { statementsOf } from "../facts/policyDocuments.ts";
import type { Fault, ResourcePolicy, StackPolicy } from "../policy.ts";
import { at, attached, everyOne, isMap, listAt, quoted } from "../resource.ts";
import { bucketNames, s3BucketTypes } from "../retention/lifecycle.ts";
import { isFalse, isNotTrue, isTrue, requirementPolicy } from "../requirement.ts";
import { isEverybody, portsOf, type PortRange } from "./networks.ts";

const blockType = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
const blocks = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"] as const;

export const exposureS3PublicBlock = requirementPolicy({
  id: "exposure-s3-public-block",
  concern: "exposure",
  severity: "critical",
  description: "The public access block of a bucket blocks everything that it can.",
  remedy: `Set ${blocks.join(", ")} to true`,
  covers: [
    "CKV_AWS_53",
    "CKV_AWS_54",
    "CKV_AWS_55",
    "CKV_AWS_56",
    "CIS AWS 2.1.4",
    "AVD-AWS-0086",
    "AVD-AWS-0087",
  ],
  requires: blocks.map((path) => ({ type: blockType, path, ...isTrue })),
  mend: ({ props }) => ({ ...props, ...Object.fromEntries(blocks.map((name) => [name, true])) }),
});

export const exposureS3Block: StackPolicy = {
  id: "exposure-s3-block-present",
  concern: "exposure",
  severity: "critical",
  description: "Every bucket has a public access block, and owns what is put into it.",
  remedy:
    "Give the bucket a BucketPublicAccessBlock, and BucketOwnershipControls with BucketOwnerEnforced, which ends access lists",
  covers: ["CKV2_AWS_6", "CKV2_AWS_65", "AVD-AWS-0094"],
  *inspect(stack) {
    yield* everyOne(stack.ofType(...s3BucketTypes), function* (bucket) {
      const names = bucketNames(bucket);
      if (attached(stack, bucket, [blockType], "bucket", names).length === 0)
        yield { resource: bucket, path: "", problem: "has no public access block" };
      const controls = attached(
        stack,
        bucket,
        ["aws:s3/bucketOwnershipControls:BucketOwnershipControls"],
        "bucket",
        names,
      );
      if (controls.length === 0)
        yield { resource: bucket, path: "", problem: "takes access lists of others' objects" };
      for (const resource of controls) {
        const ownership = at(resource.props, "rule", "objectOwnership");
        if (ownership !== "BucketOwnerEnforced")
          yield {
            resource,
            path: "rule.objectOwnership",
            problem: `${quoted(ownership)}, expected "BucketOwnerEnforced"`,
          };
      }
    });
  },
};

export const exposureS3Policy: ResourcePolicy = {
  id: "exposure-s3-policy",
  concern: "exposure",
  severity: "critical",
  description: "A bucket's policy allows nobody that it does not name.",
  remedy:
    "Name the principals of each Allow statement; `*` only with a condition on account, organisation or endpoint",
  covers: ["CKV_AWS_70", "CKV_AWS_283"],
  types: ["aws:s3/bucketPolicy:BucketPolicy", "aws:secretsmanager/secretPolicy:SecretPolicy"],
  *check({ props }) {
    const statements = statementsOf(props["policy"]);
    if (statements === undefined) yield { path: "policy", problem: "is no policy document" };
    yield* open(statements ?? []);
  },
};

function* open(statements: NonNullable<ReturnType<typeof statementsOf>>): Iterable<Fault> {
  for (const { path, effect, principals, condition, inverted } of statements)
    if (effect === "Allow" && (principals.includes("*") || inverted) && !isMap(condition))
      yield { path: `policy.${path}`, problem: "allows everybody" };
}

const groupTypes = [
  "aws:ec2/securityGroup:SecurityGroup",
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
  "aws:ec2/securityGroupRule:SecurityGroupRule",
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
] as const;

export const exposureAwsInbound: ResourcePolicy = {
  id: "exposure-aws-inbound",
  concern: "exposure",
  severity: "critical",
  description:
    "Nothing comes in from everywhere but to the edge's port 443 (and 80, which sends people there).",
  remedy: "Name the networks that may come in; only ports of this policy's `ports` may be open to everybody",
  covers: ["CKV_AWS_24", "CKV_AWS_25", "CKV_AWS_277", "CIS AWS 5.2", "CIS AWS 5.3", "AVD-AWS-0107"],
  types: groupTypes,
  settings: {
    ports: {
      type: "array",
      items: { type: "integer" },
      default: [443, 80],
      description: "Open to everybody.",
    },
  },
  *check(resource, { ports }) {
    for (const { path, sources, range } of inboundRules(resource.type, resource.props))
      if (sources.some(isEverybody) && !allowed(range, ports as readonly number[]))
        yield { path, problem: `lets everybody in on ${describe(range)}` };
  },
};

export const exposureAwsAdministration: ResourcePolicy = {
  id: "exposure-aws-administration",
  concern: "exposure",
  severity: "high",
  description:
    "Nobody administers a machine over SSH, RDP or WinRM from outside its network: Session Manager needs no port.",
  remedy: "Remove the rule; use AWS Systems Manager's Session Manager",
  covers: ["CKV_AWS_24", "CKV_AWS_25"],
  types: groupTypes,
  *check(resource) {
    for (const { path, sources, range } of inboundRules(resource.type, resource.props))
      for (const port of [22, 3389, 5985, 5986])
        if (sources.length > 0 && range.from <= port && port <= range.to && range.to - range.from < 65_535)
          yield { path, problem: `opens port ${String(port)}` };
  },
};

interface InboundRule {
  readonly path: string;
  readonly sources: readonly string[];
  readonly range: PortRange;
}

function inboundRules(type: string, props: Readonly<Record<string, unknown>>): readonly InboundRule[] {
  const rule = (value: unknown, path: string): InboundRule => ({
    path,
    sources: ["cidrBlocks", "ipv6CidrBlocks", "cidrIpv4", "cidrIpv6"].flatMap((key) => {
      const found = at(value, key);
      return Array.isArray(found) ? found.map(String) : typeof found === "string" ? [found] : [];
    }),
    range: portsOf(
      at(value, "protocol") ?? at(value, "ipProtocol"),
      at(value, "fromPort"),
      at(value, "toPort"),
    ),
  });
  if (type === "aws:ec2/securityGroupRule:SecurityGroupRule")
    return props["type"] === "egress" ? [] : [rule(props, "")];
  if (type === "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule") return [rule(props, "")];
  return listAt(props, "ingress").map((each, index) => rule(each, `ingress[${String(index)}]`));
}

function allowed({ from, to }: PortRange, ports: readonly number[]): boolean {
  return from === to && ports.includes(from);
}

function describe({ from, to }: PortRange): string {
  return from === to ? `port ${String(from)}` : `ports ${String(from)} to ${String(to)}`;
}

export const exposureEksEndpoint: ResourcePolicy = {
  id: "exposure-eks-endpoint",
  concern: "exposure",
  severity: "high",
  description: "A cluster's API is reached from its network, or from named networks outside.",
  remedy:
    "Set endpointPrivateAccess to true, and endpointPublicAccess to false or publicAccessCidrs to named networks",
  covers: ["CKV_AWS_38", "CIS EKS 5.4.1", "CIS EKS 5.4.2", "AVD-AWS-0040", "AVD-AWS-0041"],
  types: ["aws:eks/cluster:Cluster"],
  *check({ props }) {
    if (at(props, "vpcConfig", "endpointPrivateAccess") !== true)
      yield { path: "vpcConfig.endpointPrivateAccess", problem: "is off: nodes come over the internet" };
    if (at(props, "vpcConfig", "endpointPublicAccess") === false) return;
    const networks = listAt(props, "vpcConfig", "publicAccessCidrs").map(String);
    if (networks.length === 0 || networks.some(isEverybody))
      yield { path: "vpcConfig.publicAccessCidrs", problem: "lets everybody ask the cluster's API" };
  },
};

export const exposureAwsAddress = requirementPolicy({
  id: "exposure-aws-address",
  concern: "exposure",
  severity: "high",
  description: "No machine has a public address, and no subnet gives one to those who do not ask.",
  remedy: "Set associatePublicIpAddress and mapPublicIpOnLaunch to false; go out through a NAT gateway",
  covers: ["CKV_AWS_88", "CKV_AWS_130", "AVD-AWS-0164"],
  requires: [
    { type: "aws:ec2/instance:Instance", path: "associatePublicIpAddress", ...isFalse },
    { type: "aws:ec2/subnet:Subnet", path: "mapPublicIpOnLaunch", ...isNotTrue },
    {
      type: "aws:ec2/launchTemplate:LaunchTemplate",
      path: "networkInterfaces[].associatePublicIpAddress",
      ...isNotTrue,
    },
  ],
});

export const exposureDefaultGroup: ResourcePolicy = {
  id: "exposure-aws-default-group",
  concern: "exposure",
  severity: "medium",
  description:
    "The default security group of a network lets nothing through: what forgot to name one is alone.",
  remedy: "Manage the network's DefaultSecurityGroup without ingress and egress rules",
  covers: ["CKV2_AWS_12", "CIS AWS 5.4", "AVD-AWS-0173"],
  types: ["aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"],
  *check({ props }) {
    for (const way of ["ingress", "egress"])
      if (listAt(props, way).length > 0) yield { path: way, problem: "lets something through" };
  },
};

export const exposureDefaultGroupPresent: StackPolicy = {
  id: "exposure-aws-default-group-present",
  concern: "exposure",
  severity: "medium",
  description:
    "Every network of the stack's own has its default security group emptied, and a flow log of all traffic.",
  remedy: "Add a DefaultSecurityGroup without rules, and a FlowLog with trafficType ALL, for the network",
  covers: ["CKV2_AWS_11", "CKV2_AWS_12", "CIS AWS 3.7", "AVD-AWS-0178"],
  *inspect(stack) {
    yield* everyOne(stack.ofType("aws:ec2/vpc:Vpc"), function* (network) {
      const ids = [at(network.props, "id")].filter(Boolean);
      const group = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup";
      if (attached(stack, network, [group], "vpcId", ids).length === 0)
        yield {
          resource: network,
          path: "",
          problem: "keeps a default security group that lets everything through",
        };
      const logs = attached(stack, network, ["aws:ec2/flowLog:FlowLog"], "vpcId", ids);
      if (logs.length === 0) yield { resource: network, path: "", problem: "has no flow log" };
      for (const resource of logs)
        if (resource.props["trafficType"] !== "ALL")
          yield {
            resource,
            path: "trafficType",
            problem: `${quoted(resource.props["trafficType"])}, expected "ALL"`,
          };
    });
  },
};

export const exposureLoadBalancer = requirementPolicy({
  id: "exposure-aws-load-balancer",
  concern: "exposure",
  severity: "high",
  description: "A load balancer before machines is for the network's own clients.",
  remedy:
    "Set internal to true; what must be public goes behind the edge of a cluster, or is excluded with a reason",
  covers: ["CKV2_AWS_28", "CKV2_AWS_76", "AVD-AWS-0053"],
  requires: [{ type: "aws:lb/loadBalancer:LoadBalancer", path: "internal", ...isTrue }],
});

/** AWS: nothing is open to everybody but the edge, on 443. */
import { groupTypes, inboundRules } from "../facts/inboundRules.ts";
import { namesCaller, statementsOf } from "../facts/policyDocuments.ts";
import type { Fault, ResourcePolicy, StackPolicy } from "../policy.ts";
import { at, attached, changed, everyOne, isMap, known, listAt, quoted } from "../resource.ts";
import { s3BucketTypes } from "../facts/buckets.ts";
import { bucketNames } from "../retention/lifecycle.ts";
import { isFalse, isNothing, isNotTrue, isTrue, requirementPolicy } from "../requirement.ts";
import { isEverybody, isPrivate, type PortRange } from "../facts/networks.ts";
import { administrationPorts, isOpen, openPorts } from "./ports.ts";

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
  mend: ({ props }) =>
    blocks.every((name) => known(() => props[name], undefined) === true)
      ? undefined
      : changed(props, Object.fromEntries(blocks.map((name) => [name, true]))),
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
  types: [
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:secretsmanager/secretPolicy:SecretPolicy",
    ...s3BucketTypes,
    "aws:secretsmanager/secret:Secret",
  ],
  *check({ type, props }) {
    const document = props["policy"];
    // A bucket or secret may have its policy beside it, or none.
    if (!type.endsWith("Policy") && (document === undefined || document === "")) return;
    const statements = statementsOf(document);
    if (statements === undefined) yield { path: "policy", problem: "is no policy document" };
    yield* open(statements ?? []);
  },
};

function* open(statements: NonNullable<ReturnType<typeof statementsOf>>): Iterable<Fault> {
  for (const { path, effect, principals, condition } of statements) {
    // Without one it is a `NotPrincipal`.
    const isForAll = principals.includes("*") || principals.length === 0;
    if (effect === "Allow" && isForAll && !namesCaller(condition))
      yield { path: `policy.${path}`, problem: "allows everybody" };
  }
}

export const exposureAwsInbound: ResourcePolicy = {
  id: "exposure-aws-inbound",
  concern: "exposure",
  severity: "critical",
  description: "Nothing comes in from everywhere but to the edge's port 443.",
  remedy: "Name the networks that may come in; only ports of this policy's `ports` may be open to everybody",
  covers: [
    "CKV_AWS_24",
    "CKV_AWS_25",
    "CKV_AWS_260",
    "CKV_AWS_277",
    "CIS AWS 5.2",
    "CIS AWS 5.3",
    "AVD-AWS-0107",
  ],
  types: groupTypes,
  settings: openPorts,
  *check(resource, settings) {
    yield* everyOne(inboundRules(resource), function* (rule) {
      const { path, sources, range } = rule();
      if (sources.some(isEverybody) && !isOpen(range, settings))
        yield { path, problem: `lets everybody in on ${describe(range)}` };
    });
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
    yield* everyOne(inboundRules(resource), function* (rule) {
      const { path, protocol, sources, range } = rule();
      if (!/^(?:tcp|udp|6|17|-1|all)$/i.test(protocol)) return;
      // A rule on every port is about the network at large, which may well know itself.
      const wide = range.to - range.from >= 65_534;
      if (!sources.some((source) => !wide || !isPrivate(source))) return;
      for (const port of administrationPorts([range])) yield { path, problem: `opens port ${String(port)}` };
    });
  },
};

function describe({ from, to }: PortRange): string {
  return from === to ? `port ${String(from)}` : `ports ${String(from)} to ${String(to)}`;
}

export const exposureEksEndpoint = requirementPolicy({
  id: "exposure-eks-endpoint",
  concern: "exposure",
  severity: "high",
  description: "A cluster's API is reached from its network, or from named networks outside.",
  remedy:
    "Set endpointPrivateAccess to true, and endpointPublicAccess to false or publicAccessCidrs to named networks",
  covers: ["CKV_AWS_38", "CIS EKS 5.4.1", "CIS EKS 5.4.2", "AVD-AWS-0040", "AVD-AWS-0041"],
  requires: [
    { type: "aws:eks/cluster:Cluster", path: "vpcConfig.endpointPrivateAccess", ...isTrue },
    {
      type: "aws:eks/cluster:Cluster",
      path: "vpcConfig.publicAccessCidrs",
      accepts: (value) => Array.isArray(value) && value.length > 0 && !value.map(String).some(isEverybody),
      expected: "named networks",
      unless: ({ props }) => at(props, "vpcConfig", "endpointPublicAccess") === false,
    },
  ],
});

export const exposureAwsAddress = requirementPolicy({
  id: "exposure-aws-address",
  concern: "exposure",
  severity: "high",
  description: "No machine has a public address, and no subnet gives one to those who do not ask.",
  remedy:
    "Set associatePublicIpAddress and mapPublicIpOnLaunch to false, and give machines no Eip; go out through a NAT gateway",
  covers: ["CKV_AWS_88", "CKV_AWS_130", "AVD-AWS-0164"],
  requires: [
    {
      type: "aws:ec2/instance:Instance",
      path: "associatePublicIpAddress",
      ...isFalse,
      // AWS gives none by itself to an interface that is there already, and takes no wish for one.
      unless: ({ props }) =>
        listAt(props, "networkInterfaces").length > 0 || isMap(props["primaryNetworkInterface"]),
    },
    ...["instance", "networkInterface"].map((path) => ({ type: "aws:ec2/eip:Eip", path, ...isNothing })),
    ...["instanceId", "networkInterfaceId"].map((path) => ({
      type: "aws:ec2/eipAssociation:EipAssociation",
      path,
      ...isNothing,
    })),
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
    yield* everyOne(["ingress", "egress"], function* (way) {
      if (listAt(props, way).length > 0) yield { path: way, problem: "lets something through" };
    });
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
      const ids = [known(() => network.props["id"], undefined)].filter(Boolean);
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
  requires: ["lb", "alb", "elb"].map((module) => ({
    type: `aws:${module}/loadBalancer:LoadBalancer`,
    path: "internal",
    ...isTrue,
    // It has no address of its own.
    unless: ({ props }) => props["loadBalancerType"] === "gateway",
  })),
});

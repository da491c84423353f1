/** AWS: what lies before the security groups lets in no more than they do. */
import type { Fault, ResourcePolicy, StackPolicy } from "../policy.ts";
import { at, everyOne, listAt, quoted, type Resource } from "../resource.ts";
import { holds, isEverybody, isEveryPort, portsOf, type PortRange } from "../facts/networks.ts";

const listType = "aws:ec2/networkAcl:NetworkAcl";
const ruleType = "aws:ec2/networkAclRule:NetworkAclRule";

interface Rule {
  readonly path: string;
  readonly number: number;
  readonly allows: boolean;
  readonly source: string;
  readonly range: PortRange;
}

/** FTP, SSH and RDP. */
const refused = [20, 21, 22, 3389];

export const exposureNetworkAcl: ResourcePolicy = {
  id: "exposure-aws-network-acl",
  concern: "exposure",
  severity: "high",
  description:
    "The access list of a network lets nobody in from everywhere on all ports, or by FTP, SSH or RDP.",
  remedy:
    "Name the networks or the ports that may come in; answers come in on ports 1024 to 65535 without 3389",
  covers: ["CKV_AWS_229", "CKV_AWS_230", "CKV_AWS_231", "CKV_AWS_232", "CKV_AWS_352", "AVD-AWS-0105"],
  types: [listType, ruleType],
  *check(resource): Iterable<Fault> {
    const denied: Rule[] = [];
    for (const rule of inboundRules(resource)) {
      if (!isEverybody(rule.source)) continue;
      if (!rule.allows) denied.push(rule);
      else if (isEveryPort(rule.range)) yield { path: rule.path, problem: "lets everybody in on every port" };
      else
        for (const port of refused)
          if (holds(rule.range, port) && !denied.some(({ range }) => holds(range, port)))
            yield { path: rule.path, problem: `lets everybody in on port ${String(port)}` };
    }
  },
};

/** In the order in which AWS looks at them. */
function inboundRules({ type, props }: Resource): readonly Rule[] {
  if (type === ruleType)
    return props["egress"] === true ? [] : [ruleOf(props, "", "ruleNumber", "ruleAction")];
  return listAt(props, "ingress")
    .map((rule, index) => ruleOf(rule, `ingress[${String(index)}]`, "ruleNo", "action"))
    .toSorted((a, b) => a.number - b.number);
}

function ruleOf(rule: unknown, path: string, number: string, action: string): Rule {
  return {
    path,
    number: Number(at(rule, number)),
    allows: String(at(rule, action)).toLowerCase() === "allow",
    source: String(at(rule, "cidrBlock") ?? at(rule, "ipv6CidrBlock")),
    range: portsOf(at(rule, "protocol"), at(rule, "fromPort"), at(rule, "toPort")),
  };
}

export const exposureDefaultNetwork: ResourcePolicy = {
  id: "exposure-aws-default-network",
  concern: "exposure",
  severity: "medium",
  description:
    "Nothing is put into the default network of an account, whose subnets give out public addresses.",
  remedy: "Make a Vpc with subnets of its own",
  covers: ["CKV_AWS_148", "AVD-AWS-0101"],
  types: ["aws:ec2/defaultVpc:DefaultVpc", "aws:ec2/defaultSubnet:DefaultSubnet"],
  *check() {
    yield { path: "", problem: "is the account's default" };
  },
};

export const exposureGroupDescription: ResourcePolicy = {
  id: "exposure-aws-described",
  concern: "exposure",
  severity: "low",
  description:
    "A security group and each of its rules says what it is for, so that somebody dares to remove it.",
  remedy: "Set description on the group and on each rule",
  covers: ["CKV_AWS_23", "AVD-AWS-0099", "AVD-AWS-0124"],
  types: [
    "aws:ec2/securityGroup:SecurityGroup",
    "aws:ec2/securityGroupRule:SecurityGroupRule",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
  ],
  *check({ props }) {
    const isSaid = (rule: unknown): boolean => Boolean(at(rule, "description"));
    // Pulumi's own where a group says nothing.
    if (!isSaid(props) || props["description"] === "Managed by Pulumi")
      yield { path: "description", problem: quoted(props["description"]) };
    for (const way of ["ingress", "egress"])
      for (const [index, rule] of listAt(props, way).entries())
        if (!isSaid(rule)) yield { path: `${way}[${String(index)}].description`, problem: "is not set" };
  },
};

export const exposurePeeringRoute: StackPolicy = {
  id: "exposure-aws-peering-route",
  concern: "exposure",
  severity: "medium",
  description: "A route to a peered network leads to that network alone, and not to everywhere.",
  remedy: "Name the peered network's own addresses as the route's destination",
  covers: ["CKV2_AWS_44"],
  *inspect(stack) {
    yield* everyOne(
      stack.ofType(
        "aws:ec2/route:Route",
        "aws:ec2/routeTable:RouteTable",
        "aws:ec2/defaultRouteTable:DefaultRouteTable",
      ),
      function* (resource) {
        const single = resource.type === "aws:ec2/route:Route";
        for (const [index, route] of (single
          ? [resource.props]
          : listAt(resource.props, "routes")
        ).entries()) {
          // A peering of this stack is not known by its id before it is there.
          const isPeered =
            (single && (resource.origins["vpcPeeringConnectionId"] ?? []).length > 0) ||
            Boolean(at(route, "vpcPeeringConnectionId"));
          if (!isPeered) continue;
          for (const key of [
            "destinationCidrBlock",
            "destinationIpv6CidrBlock",
            "cidrBlock",
            "ipv6CidrBlock",
          ]) {
            const network = at(route, key);
            if (typeof network === "string" && isEverybody(network))
              yield {
                resource,
                path: single ? key : `routes[${String(index)}].${key}`,
                problem: `${quoted(network)}: everything that is not nearer goes to the peer`,
              };
          }
        }
      },
    );
  },
};

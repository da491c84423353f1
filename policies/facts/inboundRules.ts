/** What may come in by AWS' security groups, whichever of their types says it. */
import { portsOf, type PortRange } from "./networks.ts";
import { at, listAt, type Resource } from "../resource.ts";

export const groupTypes = [
  "aws:ec2/securityGroup:SecurityGroup",
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
  "aws:ec2/securityGroupRule:SecurityGroupRule",
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
] as const;

export interface InboundRule {
  readonly path: string;
  readonly protocol: string;
  /** Networks, and names of lists of them. */
  readonly sources: readonly string[];
  readonly range: PortRange;
}

const sourceKeys = ["cidrBlocks", "ipv6CidrBlocks", "prefixListIds", "cidrIpv4", "cidrIpv6", "prefixListId"];

/** Each is read when it is asked for: one that a preview does not know hides no other. */
export function inboundRules({ type, props }: Resource): readonly (() => InboundRule)[] {
  const rule = (value: unknown, path: string): InboundRule => {
    const protocol = at(value, "protocol") ?? at(value, "ipProtocol");
    return {
      path,
      protocol: String(protocol),
      sources: sourceKeys.flatMap((key) => {
        const found = at(value, key);
        return Array.isArray(found) ? found.map(String) : typeof found === "string" ? [found] : [];
      }),
      range: portsOf(protocol, at(value, "fromPort"), at(value, "toPort")),
    };
  };
  if (type === "aws:ec2/securityGroupRule:SecurityGroupRule")
    return props["type"] === "egress" ? [] : [() => rule(props, "")];
  if (type === "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule") return [() => rule(props, "")];
  const all = listAt(props, "ingress");
  return [...all.keys()].map((index) => () => rule(all[index], `ingress[${String(index)}]`));
}

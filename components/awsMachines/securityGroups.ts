import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup.js";
import { SecurityGroupEgressRule } from "@pulumi/aws/vpc/securityGroupEgressRule.js";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule.js";
import * as pulumi from "../pulumi.ts";
import { balancerGroup, inboundRules, ruleName, type InboundFlows } from "./inboundRules.ts";

export interface MachineSecurityGroupsArgs extends InboundFlows {
  readonly vpcId: pulumi.Input<string>;
}

/**
 * A group for each machine and one for the load balancer: inbound exactly the flows, from the groups and networks they
 * come from. Outbound is free, as a Prometheus goes to whatever it is told to watch.
 */
export class MachineSecurityGroups extends pulumi.ComponentResource {
  readonly #ids: ReadonlyMap<string, pulumi.Output<string>>;

  constructor(name: string, args: MachineSecurityGroupsArgs, options?: pulumi.ComponentResourceOptions) {
    super("vigil:aws:MachineSecurityGroups", name, {}, options);
    const parent = { parent: this };
    const described = [
      ...args.machines.map((machine) => [machine.name, `${machine.role} ${machine.name}`] as const),
      [balancerGroup, "Load balancer of the edges"] as const,
    ];
    this.#ids = new Map(
      described.map(([own, description]) => {
        const { id } = new SecurityGroup(
          `${name}-${own}`,
          { vpcId: args.vpcId, description, tags: { Name: `${name}-${own}` } },
          parent,
        );
        return [own, id];
      }),
    );
    for (const [own, securityGroupId] of this.#ids)
      new SecurityGroupEgressRule(
        `${name}-${own}-out`,
        {
          securityGroupId,
          description: "Wherever it is told to go",
          ipProtocol: "-1",
          cidrIpv4: "0.0.0.0/0",
        },
        parent,
      );
    for (const rule of inboundRules(args))
      new SecurityGroupIngressRule(
        `${name}-${ruleName(rule)}`,
        {
          securityGroupId: this.idOf(rule.group),
          description: rule.description,
          ipProtocol: rule.protocol,
          fromPort: rule.port,
          toPort: rule.port,
          ...("network" in rule.from
            ? { cidrIpv4: rule.from.network }
            : { referencedSecurityGroupId: this.idOf(rule.from.group) }),
        },
        parent,
      );
    this.registerOutputs({});
  }

  /** @param group a machine's name, or `balancer` */
  idOf(group: string): pulumi.Output<string> {
    const id = this.#ids.get(group);
    if (id === undefined) throw new Error(`${group} has no security group`);
    return id;
  }
}

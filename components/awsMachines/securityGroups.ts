import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup.js";
import { SecurityGroupEgressRule } from "@pulumi/aws/vpc/securityGroupEgressRule.js";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule.js";
import type { Machine, MachineFlow } from "../../monitoring/machines.ts";
import * as pulumi from "../pulumi.ts";

export interface MachineSecurityGroupsArgs {
  readonly vpcId: pulumi.Input<string>;
  readonly machines: readonly Machine[];
  readonly flows: readonly MachineFlow[];
  /** Networks behind the sources of flows that are no machines, such as `people`. */
  readonly networks: Readonly<Record<string, readonly string[]>>;
  /** Ports of the edge that the load balancer answers on; none without edges. */
  readonly ports: readonly number[];
}

/**
 * A group for each machine and one for the load balancer: inbound exactly the flows, from the groups and networks they
 * come from. Outbound is free, as a Prometheus goes to whatever it is told to watch.
 */
export class MachineSecurityGroups extends pulumi.ComponentResource {
  /** By machine. */
  readonly ids: Readonly<Record<string, pulumi.Output<string>>>;
  /** Of the load balancer. */
  readonly balancer: pulumi.Output<string>;

  constructor(name: string, args: MachineSecurityGroupsArgs, options?: pulumi.ComponentResourceOptions) {
    super("vigil:aws:MachineSecurityGroups", name, {}, options);
    const { machines, flows, networks, ports } = args;
    const group = (own: string, description: string): pulumi.Output<string> => {
      const { id } = new SecurityGroup(
        `${name}-${own}`,
        { vpcId: args.vpcId, description, tags: { Name: `${name}-${own}` } },
        { parent: this },
      );
      new SecurityGroupEgressRule(
        `${name}-${own}-out`,
        {
          securityGroupId: id,
          description: "Wherever it is told to go",
          ipProtocol: "-1",
          cidrIpv4: "0.0.0.0/0",
        },
        { parent: this },
      );
      return id;
    };
    this.ids = Object.fromEntries(
      machines.map((machine) => [machine.name, group(machine.name, `${machine.role} ${machine.name}`)]),
    );
    this.balancer = group("balancer", "Load balancer of the edges");
    const edges = new Set(machines.filter(({ role }) => role === "edge").map((machine) => machine.name));
    const doors = new Set<string>();
    for (const flow of flows)
      for (const source of this.#sources(flow.from, networks)) {
        this.#admit(`${name}-${flow.to}-${flow.port}-${source.name}`, this.#idOf(flow.to), flow, source);
        // Whoever opens a door of an edge opens it by way of the load balancer too.
        const door = `${flow.port}-${source.name}`;
        if (!edges.has(flow.to) || !ports.includes(flow.port) || doors.has(door)) continue;
        doors.add(door);
        this.#admit(`${name}-balancer-${door}`, this.balancer, flow, source);
      }
    for (const edge of edges)
      for (const port of ports)
        this.#admit(
          `${name}-${edge}-${port}-balancer`,
          this.#idOf(edge),
          { port, protocol: "tcp", service: "load balancer" },
          { name: "balancer", peer: { referencedSecurityGroupId: this.balancer } },
        );
    this.registerOutputs({});
  }

  #sources(from: string, networks: MachineSecurityGroupsArgs["networks"]): Source[] {
    const ranges = networks[from];
    if (ranges === undefined) return [{ name: from, peer: { referencedSecurityGroupId: this.#idOf(from) } }];
    return ranges.map((cidrIpv4) => ({ name: cidrIpv4.replace("/", "-"), peer: { cidrIpv4 } }));
  }

  #admit(
    name: string,
    securityGroupId: pulumi.Input<string>,
    { port, protocol, service }: Pick<MachineFlow, "port" | "protocol" | "service">,
    { name: source, peer }: Source,
  ): void {
    new SecurityGroupIngressRule(
      name,
      {
        securityGroupId,
        description: `${service} from ${source}`,
        ipProtocol: protocol,
        fromPort: port,
        toPort: port,
        ...peer,
      },
      { parent: this },
    );
  }

  /** @throws when a flow names a machine that is none */
  #idOf(machine: string): pulumi.Output<string> {
    const id = this.ids[machine];
    if (id === undefined) throw new Error(`a flow names ${machine}, which is no machine of the stack`);
    return id;
  }
}

interface Source {
  readonly name: string;
  readonly peer: { readonly cidrIpv4: string } | { readonly referencedSecurityGroupId: pulumi.Input<string> };
}

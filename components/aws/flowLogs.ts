import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup.js";
import { FlowLog } from "@pulumi/aws/ec2/flowLog.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import * as pulumi from "../pulumi.ts";
import { policy, trustService } from "./policies.ts";

export interface FlowLogsArgs {
  readonly vpcId: pulumi.Input<string>;
  readonly logGroup: string;
  readonly roleName: string;
  readonly account: pulumi.Output<string>;
  readonly keyArn: pulumi.Input<string>;
  readonly retentionDays: number;
}

/** Who spoke to whom in the network, accepted or refused. */
export class FlowLogs extends pulumi.ComponentResource {
  constructor(name: string, args: FlowLogsArgs, options?: pulumi.ComponentResourceOptions) {
    super("vigil:eks:FlowLogs", name, {}, options);
    const parent = { parent: this };
    const group = new LogGroup(
      name,
      { name: args.logGroup, kmsKeyId: args.keyArn, retentionInDays: args.retentionDays },
      parent,
    );
    const role = new Role(
      name,
      {
        name: args.roleName,
        description: "Writes the flow log of the cluster's network.",
        assumeRolePolicy: args.account.apply((account) =>
          JSON.stringify(trustService("vpc-flow-logs.amazonaws.com", account)),
        ),
      },
      parent,
    );
    const writes = new RolePolicy(
      name,
      { name: "flow-log", role: role.name, policy: group.arn.apply((arn) => JSON.stringify(writeLog(arn))) },
      parent,
    );
    new FlowLog(
      name,
      {
        vpcId: args.vpcId,
        trafficType: "ALL",
        logDestinationType: "cloud-watch-logs",
        logDestination: group.arn,
        iamRoleArn: role.arn,
        maxAggregationInterval: 600,
        tags: { Name: name },
      },
      { ...parent, dependsOn: [writes] },
    );
    this.registerOutputs({});
  }
}

/** The streams of one log group; their names are the network interfaces', so they end in `*`. */
function writeLog(group: string) {
  return policy({
    Sid: "WriteFlowLog",
    Effect: "Allow",
    Action: [
      "logs:CreateLogStream",
      "logs:PutLogEvents",
      "logs:DescribeLogGroups",
      "logs:DescribeLogStreams",
    ],
    Resource: [group, `${group}:*`],
  });
}

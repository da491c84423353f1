import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import { Provider } from "@pulumi/aws/provider.js";
import type { ClusterConfig } from "../../configuration/cluster.ts";
import { hasDataDisk } from "../../monitoring/carried/cloudSteps.ts";
import { unfinishedUploads } from "../../monitoring/kubernetes/tiersAws.ts";
import { edgePorts } from "../../monitoring/machineFlows.ts";
import { zoneOfMachine } from "../../monitoring/machineNetwork.ts";
import type { Machine } from "../../monitoring/machines.ts";
import type { System } from "../../monitoring/model.ts";
import { S3Bucket } from "../aws/bucket.ts";
import { tlsBucketPolicy } from "../aws/bucketPolicies.ts";
import { VpcEndpoints } from "../aws/endpoints.ts";
import { FlowLogs } from "../aws/flowLogs.ts";
import { logKeyPolicy, RotatedKey } from "../aws/key.ts";
import { fit, keyAlias, partitionOf, roleName } from "../aws/names.ts";
import { AwsNetwork } from "../aws/network.ts";
import { accessPolicy, policy, useKey } from "../aws/policies.ts";
import { StackStorage } from "../aws/stackStorage.ts";
import { bucketArnOf } from "../aws/storage.ts";
import type { StepAdapter } from "../hosts/adapter.ts";
import type { CloudMachinesArgs } from "../hosts/cloudMachines.ts";
import * as pulumi from "../pulumi.ts";
import { Associations } from "./associations.ts";
import { InternalBalancer } from "./balancer.ts";
import { defaultSizes } from "./images.ts";
import { balancerGroup } from "./inboundRules.ts";
import { AwsMachine } from "./machine.ts";
import { PatchNights } from "./patches.ts";
import { MachineSecurityGroups } from "./securityGroups.ts";

export interface AwsMachinesArgs extends CloudMachinesArgs {
  readonly region: string;
  /** Production has a NAT gateway in each zone, and keeps its logs for a year. */
  readonly production: boolean;
  /** The bucket of a stack with history. */
  readonly bucket?: { readonly system: System; readonly wanted: ClusterConfig["storage"] };
}

/** What machines, their agents and their steps talk to all the time: it works without the way out, and stays in the network. */
const talkedTo = ["ssm", "ssmmessages", "ec2messages", "secretsmanager", "kms", "logs"] as const;

/** Days for which what scripts wrote is kept. */
const outputDays = 90;

/** Two of everything that answers, each in a zone of its own, in a network that nobody outside reaches. */
export class AwsMachines extends pulumi.ComponentResource {
  /** By machine: what carries steps to it. */
  readonly adapters: Readonly<Record<string, StepAdapter>>;
  readonly outputs: Readonly<Record<string, unknown>>;

  constructor(name: string, args: AwsMachinesArgs, options?: pulumi.ComponentResourceOptions) {
    const { stack, region, machines } = args;
    const tags = { "vigil:stack": stack, "managed-by": "pulumi" };
    const aws = new Provider(`${name}-aws`, { region, defaultTags: { tags } });
    super("vigil:aws:Machines", name, {}, { ...options, providers: { aws } });
    const prefix = `vigil-${stack}`;
    const parent = { parent: this };
    const account = getCallerIdentityOutput({}, parent).accountId;
    const key = new RotatedKey(
      `${name}-key`,
      { alias: keyAlias("vigil", stack, "machines"), about: `Disks, values and outputs of stack ${stack}.` },
      parent,
    );
    const { network, ways } = this.#network(name, prefix, account, args);
    const ports = edgePorts(machines, args.flows);
    const groups = new MachineSecurityGroups(
      `${name}-groups`,
      { vpcId: network.vpc.id, machines, flows: args.flows, networks: args.networks, ports },
      parent,
    );
    const outputs = this.#outputs(name, prefix, account, key.arn, region);
    const storage =
      args.bucket &&
      new StackStorage(
        `${name}-storage`,
        { system: args.bucket.system, cluster: prefix, region, account, wanted: args.bucket.wanted, tags },
        parent,
      );
    new PatchNights(`${name}-patches`, { prefix }, parent);
    const made = machines.map((machine) => {
      const zone = zoneOfMachine(machine.name);
      const subnet = network.privateSubnets[zone];
      if (subnet === undefined) throw new Error(`${machine.name} has no place in the network`);
      const { role } = machine;
      const own = new AwsMachine(
        machine.name,
        {
          region,
          prefix,
          machine,
          zone,
          subnet,
          securityGroup: groups.idOf(machine.name),
          keyArn: key.arn,
          ways,
          size: args.sizes[role] === "" ? defaultSizes[role] : args.sizes[role],
          image: args.images[role],
          ...(hasDataDisk(machine) && role !== "edge" ? { dataGibibytes: args.dataDisks[role] } : {}),
          ...(machine.system === "linux" && { cloudInit: args.cloudInit(machine) }),
        },
        parent,
      );
      const rights = [this.#outputRight(own, machine, outputs, key.arn, args)];
      if (args.bucket && storage && role !== "edge")
        rights.push(this.#bucketRight(own, machine, args.bucket.system, storage, region));
      return { machine, own, rights };
    });
    const edges = Object.fromEntries(
      made
        .filter(({ machine }) => machine.role === "edge")
        .map(({ machine, own }) => [machine.name, own.instance]),
    );
    const balancer =
      ports.length > 0
        ? new InternalBalancer(
            `${name}-balancer`,
            {
              stack,
              vpcId: network.vpc.id,
              places: network.privateSubnets.map(({ id }, zone) => ({
                subnet: id,
                address: args.network.zones[zone === 0 ? 0 : 1].balancer,
              })),
              securityGroup: groups.idOf(balancerGroup),
              ports,
              edges,
            },
            parent,
          )
        : undefined;
    this.adapters = Object.fromEntries(
      made.map(({ machine, own, rights }) => [
        machine.name,
        new Associations({
          aws,
          stack,
          prefix,
          region,
          tags,
          machine: own,
          rights: [...rights, ...(storage?.ready ?? [])],
          keyArn: key.arn,
          outputs: outputs.bucket.bucket,
        }),
      ]),
    );
    this.outputs = {
      ...(balancer && { edge: balancer.host }),
      outputs: outputs.bucket.bucket,
      machines: Object.fromEntries(machines.map((machine) => [machine.name, machine.address])),
      instances: Object.fromEntries(made.map(({ machine, own }) => [machine.name, own.instance.id])),
    };
    this.registerOutputs({ machines: this.outputs["machines"] });
  }

  #network(
    name: string,
    prefix: string,
    account: pulumi.Output<string>,
    { network: addresses, region, production }: AwsMachinesArgs,
  ): { network: AwsNetwork; ways: readonly pulumi.Resource[] } {
    const parent = { parent: this };
    const cidr = addresses.network;
    const network = new AwsNetwork(
      `${name}-network`,
      {
        cidr,
        region,
        natPerZone: production,
        subnets: {
          private: addresses.zones.map(({ subnet }) => subnet),
          public: addresses.zones.map((zone) => zone.public),
        },
      },
      parent,
    );
    const doors = new VpcEndpoints(
      `${name}-endpoints`,
      { network, cidr, region, services: talkedTo },
      parent,
    );
    const logGroup = `/vigil/${prefix}/flow-log`;
    const logKey = new RotatedKey(
      `${name}-log-key`,
      {
        alias: keyAlias(prefix, "logs"),
        about: `Flow log of ${prefix}.`,
        policy: account.apply((id) =>
          JSON.stringify(logKeyPolicy({ account: id, region, logGroups: logGroup })),
        ),
      },
      parent,
    );
    new FlowLogs(
      `${name}-flow-log`,
      {
        vpcId: network.vpc.id,
        logGroup,
        roleName: roleName(prefix, region, "flow-log"),
        account,
        keyArn: logKey.arn,
        retentionDays: production ? 365 : 30,
      },
      parent,
    );
    return { network, ways: [...network.routes, ...doors.all] };
  }

  /** Where Systems Manager puts what scripts write. */
  #outputs(
    name: string,
    prefix: string,
    account: pulumi.Output<string>,
    keyArn: pulumi.Output<string>,
    region: string,
  ): S3Bucket {
    const bucket = account.apply((id) => fit(`${prefix}-steps-${id}-${region}`.toLowerCase(), 63));
    return new S3Bucket(
      `${name}-outputs`,
      {
        bucket,
        keyArn,
        lifecycle: [
          { id: "outputs", expiration: { days: outputDays } },
          { id: "old-versions", noncurrentVersionExpiration: { noncurrentDays: 7 } },
          unfinishedUploads,
        ],
        policy: bucket.apply((own) => tlsBucketPolicy(bucketArnOf(own, region))),
      },
      { parent: this },
    );
  }

  /** Each machine writes below its own steps' names. */
  #outputRight(
    { role }: AwsMachine,
    { name }: Machine,
    outputs: S3Bucket,
    keyArn: pulumi.Output<string>,
    { region }: AwsMachinesArgs,
  ): RolePolicy {
    return new RolePolicy(
      `${name}-outputs`,
      {
        name: "outputs",
        role: role.name,
        policy: pulumi.all([outputs.bucket.arn, keyArn]).apply(([bucket, key]) =>
          JSON.stringify(
            policy(
              {
                Sid: "WriteOutputs",
                Effect: "Allow",
                Action: "s3:PutObject",
                Resource: `${bucket}/steps/${name}-*`,
              },
              {
                Sid: "SeeEncryption",
                Effect: "Allow",
                Action: "s3:GetEncryptionConfiguration",
                Resource: bucket,
              },
              useKey("OutputsKey", key, "s3", region, ["kms:GenerateDataKey"]),
            ),
          ),
        ),
      },
      { parent: this, dependsOn: [...outputs.guards] },
    );
  }

  /**
   * What works on the bucket from a machine: sidecars upload; store, ruler and compactor share one machine, on which every
   * process can have the machine's credentials, so that three roles there would part nothing.
   */
  #bucketRight(
    { role }: AwsMachine,
    machine: Machine,
    system: System,
    storage: StackStorage,
    region: string,
  ): RolePolicy {
    const access = machine.role === "history" ? "bucket-delete" : "bucket-write";
    return new RolePolicy(
      `${machine.name}-${access}`,
      {
        name: access,
        role: role.name,
        policy: pulumi.output(storage.keyArn ?? "").apply((key) =>
          JSON.stringify(
            accessPolicy([access], {
              region,
              bucketArn: bucketArnOf(system.longTerm.bucket.name, region),
              ...(key !== "" && { bucketKeyArn: key }),
              secretsArn: `arn:${partitionOf(region)}:secretsmanager`,
              secretsKeyArn: "",
            }),
          ),
        ),
      },
      { parent: this },
    );
  }
}

import { Volume } from "@pulumi/aws/ebs/volume.js";
import { Instance } from "@pulumi/aws/ec2/instance.js";
import type { Subnet } from "@pulumi/aws/ec2/subnet.js";
import { VolumeAttachment } from "@pulumi/aws/ec2/volumeAttachment.js";
import { InstanceProfile } from "@pulumi/aws/iam/instanceProfile.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment.js";
import type { Machine } from "../../monitoring/machines.ts";
import { partitionOf, roleName } from "../aws/names.ts";
import { trustService } from "../aws/policies.ts";
import * as pulumi from "../pulumi.ts";
import { imageOf } from "./images.ts";

export interface AwsMachineArgs {
  readonly region: string;
  /** `vigil-STACK`. */
  readonly prefix: string;
  readonly machine: Machine;
  readonly zone: 0 | 1;
  readonly subnet: Subnet;
  readonly securityGroup: pulumi.Input<string>;
  /** Of its disks. */
  readonly keyArn: pulumi.Input<string>;
  readonly size: string;
  /** As the configuration names it; empty for the default. */
  readonly image: string;
  /** Of its data disk in GiB; an edge has none. */
  readonly dataGibibytes?: number;
  /** What a Linux machine does when it starts for the first time. */
  readonly cloudInit?: string;
  /** Its ways out and the doors that its agent goes through. */
  readonly ways: readonly pulumi.Resource[];
}

/** GiB of the disk with the operating system. */
const rootGibibytes = { windows: 60, linux: 20 } as const;

/**
 * One instance: no public address, no key pair, metadata for itself alone, disks under the stack's key. Its data disk
 * outlives it, and is found again by the instance that takes its place.
 */
export class AwsMachine extends pulumi.ComponentResource {
  readonly instance: Instance;
  readonly role: Role;
  /** To be waited for before a step. */
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, args: AwsMachineArgs, options?: pulumi.ComponentResourceOptions) {
    super("vigil:aws:Machine", name, {}, options);
    const { machine, prefix, region } = args;
    const parent = { parent: this };
    this.role = new Role(
      name,
      {
        name: roleName(prefix, region, machine.name),
        description: `${machine.name}: answers Systems Manager, and reads the values of its own steps.`,
        assumeRolePolicy: JSON.stringify(trustService("ec2.amazonaws.com")),
      },
      parent,
    );
    const managed = new RolePolicyAttachment(
      `${name}-ssm`,
      {
        role: this.role.name,
        policyArn: `arn:${partitionOf(region)}:iam::aws:policy/AmazonSSMManagedInstanceCore`,
      },
      parent,
    );
    const profile = new InstanceProfile(
      name,
      { name: roleName(prefix, region, machine.name), role: this.role.name },
      parent,
    );
    this.instance = new Instance(
      name,
      {
        ami: imageOf(machine.system, args.image, parent),
        instanceType: args.size,
        subnetId: args.subnet.id,
        privateIp: machine.address,
        associatePublicIpAddress: false,
        vpcSecurityGroupIds: [args.securityGroup],
        iamInstanceProfile: profile.name,
        metadataOptions: {
          httpEndpoint: "enabled",
          httpTokens: "required",
          httpPutResponseHopLimit: 1,
          instanceMetadataTags: "disabled",
        },
        rootBlockDevice: {
          volumeType: "gp3",
          volumeSize: rootGibibytes[machine.system],
          encrypted: true,
          kmsKeyId: args.keyArn,
          deleteOnTermination: true,
        },
        ebsOptimized: true,
        monitoring: true,
        // Nobody ends it by a click; a destroy of the stack does.
        disableApiTermination: true,
        forceDestroy: true,
        ...(machine.system === "linux" && args.cloudInit !== undefined
          ? { userDataBase64: Buffer.from(args.cloudInit).toString("base64") }
          : {}),
        tags: {
          Name: `${prefix}-${machine.name}`,
          "vigil:role": machine.role,
          "vigil:patches": `${prefix}-zone-${args.zone + 1}`,
          PatchGroup: `${prefix}-${machine.system}`,
        },
      },
      {
        ...parent,
        dependsOn: [managed, ...args.ways],
        // Its address is its own, so that a new one cannot stand beside the old one.
        deleteBeforeReplace: true,
        // Both count for the first start alone, and a change would make a new machine: a newer image comes by patches.
        ignoreChanges: ["ami", "userDataBase64"],
      },
    );
    const disk =
      args.dataGibibytes === undefined ? undefined : this.#dataDisk(name, args, args.dataGibibytes);
    this.ready = [managed, ...(disk ? [disk] : [])];
    this.registerOutputs({ instance: this.instance.id });
  }

  #dataDisk(
    name: string,
    { machine, subnet, keyArn, prefix }: AwsMachineArgs,
    size: number,
  ): VolumeAttachment {
    const volume = new Volume(
      `${name}-data`,
      {
        availabilityZone: subnet.availabilityZone,
        type: "gp3",
        size,
        encrypted: true,
        kmsKeyId: keyArn,
        tags: { Name: `${prefix}-${machine.name}-data` },
      },
      { parent: this, protect: true, retainOnDelete: true },
    );
    return new VolumeAttachment(
      `${name}-data`,
      {
        // Names that AWS recommends for data volumes; what the system calls them is its own.
        deviceName: machine.system === "windows" ? "xvdf" : "/dev/sdf",
        instanceId: this.instance.id,
        volumeId: volume.id,
        stopInstanceBeforeDetaching: true,
      },
      // A volume is attached to one machine at a time.
      { parent: this, deleteBeforeReplace: true },
    );
  }
}

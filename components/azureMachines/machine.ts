import { Disk } from "@pulumi/azure-native/compute/disk.js";
import { VirtualMachine } from "@pulumi/azure-native/compute/virtualMachine.js";
import { UserAssignedIdentity } from "@pulumi/azure-native/managedidentity/userAssignedIdentity.js";
import { NetworkInterface } from "@pulumi/azure-native/network/networkInterface.js";
import type { Machine } from "../../monitoring/machines.ts";
import * as pulumi from "../pulumi.ts";
import { imageOf } from "./images.ts";
import { linuxProfile, windowsProfile } from "./profiles.ts";

export interface AzureMachineArgs {
  readonly resourceGroup: pulumi.Input<string>;
  readonly location: string;
  readonly stack: string;
  readonly machine: Machine;
  /** Of the region; undefined where it has none. */
  readonly zone: string | undefined;
  readonly subnet: pulumi.Input<string>;
  readonly size: string;
  /** As the configuration names it; empty for the default. */
  readonly image: string;
  /** Of the pools of load balancers that it is behind. */
  readonly pools: readonly pulumi.Input<string>[];
  /** Where its data disk goes, and its size in GiB; an edge has none. */
  readonly dataDisk?: { readonly group: pulumi.Input<string>; readonly gibibytes: number };
  /** Of a Windows machine's account, which nobody uses but through a Bastion. */
  readonly password?: pulumi.Output<string>;
  /** What a Linux machine does when it starts for the first time. */
  readonly cloudInit?: string;
}

/**
 * One virtual machine: no public address, an identity of its own, verified boot, disks that are encrypted down to the host.
 * Its data disk outlives it, and is found again by the machine that takes its place.
 */
export class AzureMachine extends pulumi.ComponentResource {
  readonly machine: VirtualMachine;
  readonly principalId: pulumi.Output<string>;

  constructor(name: string, args: AzureMachineArgs, options?: pulumi.ComponentResourceOptions) {
    super("vigil:azure:Machine", name, {}, options);
    const { resourceGroup: resourceGroupName, location, machine } = args;
    const parent = { parent: this };
    const zones = args.zone === undefined ? {} : { zones: [args.zone] };
    const identity = new UserAssignedIdentity(
      name,
      { resourceGroupName, location, resourceName: `id-${args.stack}-${machine.name}` },
      parent,
    );
    const card = new NetworkInterface(
      name,
      {
        resourceGroupName,
        location,
        networkInterfaceName: `nic-${machine.name}`,
        enableIPForwarding: false,
        ipConfigurations: [
          {
            name: "private",
            primary: true,
            subnet: { id: args.subnet },
            privateIPAllocationMethod: "Static",
            privateIPAddress: machine.address,
            privateIPAddressVersion: "IPv4",
            loadBalancerBackendAddressPools: args.pools.map((id) => ({ id })),
          },
        ],
      },
      // Its name and address are its own, so that a new one cannot stand beside the old one.
      { ...parent, deleteBeforeReplace: true },
    );
    const disk = args.dataDisk && this.#dataDisk(name, args, args.dataDisk, zones);
    this.machine = new VirtualMachine(
      name,
      {
        resourceGroupName,
        location,
        vmName: machine.name,
        ...zones,
        hardwareProfile: { vmSize: args.size },
        identity: { type: "UserAssigned", userAssignedIdentities: [identity.id] },
        networkProfile: { networkInterfaces: [{ id: card.id, primary: true, deleteOption: "Detach" }] },
        osProfile: {
          computerName: machine.name,
          allowExtensionOperations: true,
          ...(machine.system === "windows"
            ? windowsProfile(required(args.password, machine.name))
            : linuxProfile(args.stack, args.cloudInit ?? "")),
        },
        storageProfile: {
          imageReference: { ...imageOf(machine.system, args.image) },
          osDisk: {
            createOption: "FromImage",
            deleteOption: "Delete",
            caching: "ReadWrite",
            managedDisk: { storageAccountType: "Premium_LRS" },
          },
          dataDisks: disk
            ? [
                {
                  lun: 0,
                  createOption: "Attach",
                  deleteOption: "Detach",
                  caching: "None",
                  managedDisk: { id: disk.id },
                },
              ]
            : [],
        },
        securityProfile: {
          encryptionAtHost: true,
          securityType: "TrustedLaunch",
          uefiSettings: { secureBootEnabled: true, vTpmEnabled: true },
        },
        // Without an account of storage Azure keeps them in one of its own.
        diagnosticsProfile: { bootDiagnostics: { enabled: true } },
        tags: { "vigil-role": machine.role },
      },
      {
        ...parent,
        deleteBeforeReplace: true,
        // Each counts for the first start alone, and a change of it would make a new machine: a newer image comes by patches.
        ignoreChanges: [
          "storageProfile.imageReference",
          "osProfile.customData",
          "osProfile.adminPassword",
          "osProfile.linuxConfiguration.ssh",
        ],
      },
    );
    this.principalId = identity.principalId;
    this.registerOutputs({ principalId: this.principalId });
  }

  #dataDisk(
    name: string,
    { location, machine }: AzureMachineArgs,
    { group, gibibytes }: NonNullable<AzureMachineArgs["dataDisk"]>,
    zones: { readonly zones?: string[] },
  ): Disk {
    return new Disk(
      `${name}-data`,
      {
        resourceGroupName: group,
        location,
        diskName: `disk-${machine.name}-data`,
        ...zones,
        sku: { name: "Premium_LRS" },
        creationData: { createOption: "Empty" },
        diskSizeGB: gibibytes,
        // Nobody copies it over the network.
        networkAccessPolicy: "DenyAll",
        publicNetworkAccess: "Disabled",
      },
      { parent: this, protect: true, retainOnDelete: true },
    );
  }
}

function required(password: pulumi.Output<string> | undefined, machine: string): pulumi.Output<string> {
  if (password === undefined)
    throw new Error(`${machine} runs Windows, which wants the password of an account`);
  return password;
}

import { RoleAssignment } from "@pulumi/azure-native/authorization/roleAssignment.js";
import { RandomPassword } from "@pulumi/random/randomPassword.js";
import { hasDataDisk } from "../../monitoring/carried/cloudSteps.ts";
import { edgePorts } from "../../monitoring/machineFlows.ts";
import { zoneOfMachine } from "../../monitoring/machineNetwork.ts";
import type { Machine } from "../../monitoring/machines.ts";
import { groupId } from "../azure/arm.ts";
import type { ChosenBucket } from "../azure/chosenBucket.ts";
import type { AzureLogs } from "../azure/logs.ts";
import { azureNames, guid, type AzureNames } from "../azure/names.ts";
import { ownRole } from "../azure/ownRole.ts";
import { withoutVersionedTypes } from "../azure/ownTypes.ts";
import type { PrivateNetwork } from "../azure/privateAccess.ts";
import { zonesOf } from "../azure/regions.ts";
import { stackPlaces } from "../azure/stackPlaces.ts";
import { stackTags } from "../azure/stackTags.ts";
import { KeyVaultSecrets } from "../azure/vault.ts";
import type { StepAdapter } from "../hosts/adapter.ts";
import type { CloudMachinesArgs } from "../hosts/cloudMachines.ts";
import * as pulumi from "../pulumi.ts";
import { InternalBalancer } from "./balancer.ts";
import { Bastion } from "./bastion.ts";
import { defaultSizes } from "./images.ts";
import { AzureMachine } from "./machine.ts";
import { AzureMachineNetwork } from "./network.ts";
import { PatchNights } from "./patches.ts";
import { RunCommands } from "./runCommands.ts";

export interface AzureMachinesArgs extends CloudMachinesArgs {
  readonly subscription: string;
  readonly tenant: string;
  readonly location: string;
  readonly bastion: boolean;
  /** Makes, or finds, the bucket of a stack with history. */
  readonly bucket?: (place: BucketPlace) => ChosenBucket;
}

/** What a bucket of the stack has to do with, as `chosenBucket` wants it. */
export interface BucketPlace {
  readonly names: AzureNames;
  readonly resourceGroup: pulumi.Output<string>;
  readonly dataGroup: pulumi.Output<string>;
  readonly location: string;
  readonly logs: AzureLogs;
  readonly network: PrivateNetwork;
  readonly parent: pulumi.Resource;
}

/** Two of everything that answers, each in a zone of its own, in a network that nobody outside reaches. */
export class AzureMachines extends pulumi.ComponentResource {
  /** By machine: what carries steps to it. */
  readonly adapters: Readonly<Record<string, StepAdapter>>;
  readonly outputs: Readonly<Record<string, unknown>>;

  constructor(name: string, args: AzureMachinesArgs, options?: pulumi.ComponentResourceOptions) {
    const transformations = [withoutVersionedTypes, stackTags(args.stack)];
    super("vigil:azure:Machines", name, {}, { ...options, transformations });
    const { subscription, location, machines } = args;
    const names = azureNames(args.stack, subscription);
    const zones = zonesOf(location);
    const parent = { parent: this };
    const { group, dataGroup, logs } = stackPlaces(name, { names, location, ...parent });
    const here = { resourceGroup: group.name, location };
    const ports = edgePorts(machines, args.flows);
    const edges = machines.filter(({ role }) => role === "edge").map((machine) => machine.name);
    const network = new AzureMachineNetwork(
      `${name}-network`,
      {
        ...here,
        network: names.virtualNetwork,
        addresses: args.network,
        zones,
        rules: {
          machines,
          flows: args.flows,
          networks: args.networks,
          probes: Object.fromEntries(edges.map((edge) => [edge, ports.slice(0, 1)])),
          ...(args.bastion && { bastion: args.network.bastion }),
        },
      },
      parent,
    );
    const places = { ...here, dataGroup: dataGroup.name, logs, network };
    const vault = new KeyVaultSecrets(
      `${name}-vault`,
      { ...places, tenant: args.tenant, vault: names.keyVault, secrets: [], given: {} },
      parent,
    );
    if (args.bastion)
      new Bastion(`${name}-bastion`, { ...here, names, network, range: args.network.bastion, zones }, parent);
    const balancer =
      ports.length > 0
        ? new InternalBalancer(
            `${name}-balancer`,
            {
              ...here,
              groupId: groupId(subscription, names.resourceGroup),
              balancer: `lbi-${names.cluster}`,
              subnet: network.subnets[0],
              address: args.network.zones[0].balancer,
              zones,
              ports,
            },
            parent,
          )
        : undefined;
    const patches = new PatchNights(`${name}-patches`, { ...here, stack: names.cluster }, parent);
    const bucket = args.bucket?.({ ...places, ...here, names, parent: this });
    const made = machines.map((machine) => {
      const zone = zoneOfMachine(machine.name);
      const { role } = machine;
      const own = new AzureMachine(
        machine.name,
        {
          ...here,
          stack: names.cluster,
          machine,
          zone: zones[zone],
          subnet: network.subnets[zone],
          size: args.sizes[role] === "" ? defaultSizes[role] : args.sizes[role],
          image: args.images[role],
          pools: role === "edge" && balancer ? [balancer.pool] : [],
          ...(hasDataDisk(machine) && role !== "edge"
            ? { dataDisk: { group: dataGroup.name, gibibytes: args.dataDisks[role] } }
            : {}),
          ...(machine.system === "windows"
            ? { password: this.#password(machine.name, vault) }
            : { cloudInit: args.cloudInit(machine) }),
        },
        parent,
      );
      patches.assign(machine.name, { ...here, stack: names.cluster, zone, vmName: own.machine.name }, own);
      const right = bucket && this.#bucketRight(own, machine, bucket, args);
      return { machine, own, ready: [...(bucket?.ready ?? []), ...(right ? [right] : [])] };
    });
    this.adapters = Object.fromEntries(
      made.map(({ machine, own, ready }) => [
        machine.name,
        new RunCommands({
          subscription,
          stack: args.stack,
          resourceGroup: names.resourceGroup,
          location,
          machine: own,
          vault,
          ready,
        }),
      ]),
    );
    this.outputs = {
      resourceGroup: names.resourceGroup,
      vault: names.keyVault,
      outbound: network.outbound,
      ...(balancer && { edge: args.network.zones[0].balancer }),
      machines: Object.fromEntries(machines.map((machine) => [machine.name, machine.address])),
    };
    this.registerOutputs({ resourceGroup: names.resourceGroup });
  }

  /** Nobody needs it but who comes through a Bastion; it waits in the vault. */
  #password(machine: string, vault: KeyVaultSecrets): pulumi.Output<string> {
    const { result } = new RandomPassword(
      `${machine}-administrator`,
      { length: 32, minLower: 1, minUpper: 1, minNumeric: 1, minSpecial: 1, overrideSpecial: "!#%+-_" },
      { parent: this, additionalSecretOutputs: ["result", "bcryptHash"] },
    );
    vault.store(`administrator-${machine}`, pulumi.secret(result), this);
    return pulumi.secret(result);
  }

  /**
   * What works on the bucket from a machine: sidecars upload; store, ruler and compactor share one machine, on which every
   * process can have the token of every identity, so that three identities there would part nothing.
   */
  #bucketRight(
    machine: AzureMachine,
    { name, role }: Machine,
    bucket: ChosenBucket,
    args: AzureMachinesArgs,
  ): RoleAssignment | undefined {
    if (role === "edge") return undefined;
    const access = role === "history" ? "bucket-delete" : "bucket-write";
    const { subscription, stack } = args;
    return new RoleAssignment(
      `${name}-${access}`,
      {
        roleAssignmentName: guid(`${subscription}/${stack}/${name}/${access}`),
        principalId: machine.principalId,
        principalType: "ServicePrincipal",
        roleDefinitionId: this.#bucketRole(access, bucket, args),
        scope: bucket.scope,
      },
      { parent: machine, deleteBeforeReplace: true },
    );
  }

  readonly #roles = new Map<string, pulumi.Output<string>>();

  #bucketRole(
    access: "bucket-delete" | "bucket-write",
    bucket: ChosenBucket,
    { subscription, stack }: AzureMachinesArgs,
  ): pulumi.Output<string> {
    const known = this.#roles.get(access);
    if (known !== undefined) return known;
    const groups = [groupId(subscription, bucket.group)] as const;
    const { id } = ownRole({ subscription, stack, access, groups, dependsOn: bucket.ready, parent: this });
    this.#roles.set(access, id);
    return id;
  }
}

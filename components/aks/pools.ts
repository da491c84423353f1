/** The node pools of a cluster: what both have in common, and how they differ. */
import { poolName } from "../azure/names.ts";
import { defaultMachine, machineOf, systemMachine } from "./machines.ts";

/** The system pool carries what AKS itself runs, on tainted nodes, so that no query can starve it. */
export const systemNodes = { min: 3, max: 5 } as const;

export interface PoolOptions {
  readonly version: string;
  readonly zones: readonly string[];
}

/** @param size of a machine; empty: the default */
export function monitoringPool(
  { size, min, max }: { size: string; min: number; max: number },
  options: PoolOptions,
) {
  const machine = size === "" ? defaultMachine : size;
  return {
    ...pool(machine, options),
    name: poolName("mon", machine),
    mode: "User",
    count: min,
    minCount: min,
    maxCount: max,
    nodeLabels: { "vigil/pool": "monitoring" },
  };
}

export function systemPool(options: PoolOptions) {
  return {
    ...pool(systemMachine, options),
    name: "system",
    mode: "System",
    count: systemNodes.min,
    minCount: systemNodes.min,
    maxCount: systemNodes.max,
    nodeTaints: ["CriticalAddonsOnly=true:NoSchedule"],
  };
}

function pool(machine: string, { version, zones }: PoolOptions) {
  return {
    vmSize: machine,
    orchestratorVersion: version,
    availabilityZones: [...zones],
    type: "VirtualMachineScaleSets",
    osType: "Linux",
    osSKU: "AzureLinux",
    // The system's disk holds nothing that lasts; where the machine has a disk of its own, it costs and leaks nothing.
    osDiskType: machineOf(machine)?.localDisk === true ? "Ephemeral" : "Managed",
    osDiskSizeGB: 64,
    maxPods: 110,
    enableAutoScaling: true,
    enableEncryptionAtHost: true,
    enableNodePublicIP: false,
    securityProfile: { enableSecureBoot: true, enableVTPM: true, sshAccess: "Disabled" },
    // One in three at a time, each only when its pods have gone elsewhere and run there.
    upgradeSettings: { maxSurge: "33%", drainTimeoutInMinutes: 30, nodeSoakDurationInMinutes: 5 },
  };
}

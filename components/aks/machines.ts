/**
 * What the name of an Azure machine says of it: `Standard_D4ds_v5` has four CPUs, a local disk (`d`) and premium
 * storage (`s`).
 *
 * @see https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions
 */
export interface Machine {
  readonly cpus: number;
  /** Whether the operating system fits on a disk of the machine itself: faster, and nothing to pay or to leak. */
  readonly localDisk: boolean;
  /** Whether it can have premium SSDs. */
  readonly premium: boolean;
}

/** Four CPUs and 16 GiB: three of them hold either system with room for one that fails. */
export const defaultMachine = "Standard_D4ds_v5";

/** What runs the cluster itself. */
export const systemMachine = "Standard_D2ds_v5";

/** Undefined where the name is no machine's. */
export function machineOf(name: string): Machine | undefined {
  const match = /^Standard_[A-Z]{1,3}(\d{1,3})(?:-\d{1,3})?([a-z]*)(?:_[A-Z0-9]+)*(?:_v(\d))?$/.exec(name);
  const [, cpus, features = "", generation] = match ?? [];
  if (cpus === undefined) return undefined;
  return {
    cpus: Number(cpus),
    // From the sixth generation on the local disks are NVMe, on which not every version of AKS puts the system.
    localDisk: features.includes("d") && (generation === "4" || generation === "5"),
    premium: features.includes("s"),
  };
}

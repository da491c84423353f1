/**
 * What the name of an Azure machine says of it: `Standard_D4ds_v5` has four CPUs, a local disk (`d`) and premium
 * storage (`s`).
 *
 * @see https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions
 */
export interface Machine {
  readonly cpus: number;
  /** Memory, where the name of its family tells. */
  readonly gibibytes?: number;
  /** Whether the operating system fits on a disk of the machine itself: faster, and nothing to pay or to leak. */
  readonly localDisk: boolean;
  /** Whether it can have premium SSDs. */
  readonly premium: boolean;
}

/** Four CPUs and 16 GiB: one Prometheus or receiver with its limits fits beside others; how many it takes, the findings say. */
export const defaultMachine = "Standard_D4ds_v5";

/** What runs the cluster itself. */
export const systemMachine = "Standard_D2ds_v5";

/** GiB for each CPU, by family. */
const memoryOfCpu: Readonly<Record<string, number>> = { D: 4, E: 8 };

/** Undefined where the name is no machine's. */
export function machineOf(name: string): Machine | undefined {
  const match = /^Standard_([A-Z]{1,3})(\d{1,3})(?:-(\d{1,3}))?([a-z]*)(?:_[A-Z0-9]+)*(?:_v(\d))?$/.exec(
    name,
  );
  const [, family = "", cpus, constrained, features = "", generation] = match ?? [];
  if (cpus === undefined) return undefined;
  // A small `l` is for less memory, and the generations before the third have other proportions.
  const each = features.includes("l") || Number(generation ?? 0) < 3 ? undefined : memoryOfCpu[family];
  return {
    // `Standard_E32-16ds_v5` has the memory of 32 CPUs, and 16 of them.
    cpus: Number(constrained ?? cpus),
    ...(each !== undefined && { gibibytes: each * Number(cpus) }),
    // From the sixth generation on the local disks are NVMe, on which not every version of AKS puts the system.
    localDisk: features.includes("d") && (generation === "4" || generation === "5"),
    premium: features.includes("s"),
  };
}

/** The machines of a cluster: which ones where none are named, and what they run. */

/** Four CPUs and 16 GiB: one Prometheus with its limits fits beside the rest of its zone. */
export const defaultMachine = "m6i.xlarge";

/** For DNS, storage and metrics of the cluster itself. */
export const systemMachine = "m6i.large";

/** GiB for each CPU, by family. */
const memoryOfCpu: Readonly<Record<string, number>> = { c: 2, m: 4, r: 8 };

/** CPUs and memory, where the type's name tells: `m7i.2xlarge` has eight CPUs and 32 GiB. */
export function machineOf(type: string): { readonly cpus: number; readonly gibibytes: number } | undefined {
  const [, family = "", many] = /^([cmr])\d[a-z-]*\.(?:(\d*)x)?large$/.exec(type) ?? [];
  const each = memoryOfCpu[family];
  if (each === undefined) return undefined;
  const cpus = many === undefined ? 2 : 4 * Number(many || 1);
  return { cpus, gibibytes: each * cpus };
}

export const machinePattern = /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/;

/**
 * Bottlerocket: nothing on it but what runs containers, its root is read-only and verified. A letter `g` behind the
 * generation is Graviton, as in `m7g.xlarge`.
 *
 * @see https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
 */
export function amiType(machine: string): "BOTTLEROCKET_ARM_64" | "BOTTLEROCKET_x86_64" {
  return /^[a-z]+\d+g/.test(machine) ? "BOTTLEROCKET_ARM_64" : "BOTTLEROCKET_x86_64";
}

/** What makes virtual machines in Azure, and where it describes them. */
import type { Properties, Resource } from "../resource.ts";

export interface MachineType {
  readonly type: string;
  /** What a path begins with: `virtualMachineProfile.` in a scale set. */
  readonly place: string;
  /** Undefined of a scale set that only groups machines which are described on their own. */
  readonly profileOf: (props: Properties) => unknown;
}

export const machineTypes: readonly MachineType[] = [
  { type: "azure-native:compute:VirtualMachine", place: "", profileOf: (props) => props },
  {
    type: "azure-native:compute:VirtualMachineScaleSet",
    place: "virtualMachineProfile.",
    profileOf: (props) => props["virtualMachineProfile"] ?? undefined,
  },
];

/** Where a machine, or each of a scale set, says what it is. */
export function machineOf({ type, props }: Resource): { readonly place: string; readonly value: unknown } {
  const found = machineTypes.find((one) => one.type === type);
  return { place: found?.place ?? "", value: found?.profileOf(props) };
}

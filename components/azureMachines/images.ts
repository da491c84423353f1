/** What machines in Azure are where the configuration does not say: sizes without a temporary disk, images of generation 2. */
import type { Machine, MachineRole } from "../../monitoring/machines.ts";

/** Two CPUs and 8 GiB for what holds series; an edge keeps none. All have premium storage. */
export const defaultSizes: Readonly<Record<MachineRole, string>> = {
  node: "Standard_D2s_v5",
  edge: "Standard_B2s_v2",
  history: "Standard_D2s_v5",
};

/** `publisher:offer:sku:version`, as `az vm image list` names them. */
const defaultImages: Readonly<Record<Machine["system"], string>> = {
  windows: "MicrosoftWindowsServer:WindowsServer:2022-datacenter-azure-edition:latest",
  linux: "Canonical:ubuntu-24_04-lts:server:latest",
};

export interface ImageReference {
  readonly publisher: string;
  readonly offer: string;
  readonly sku: string;
  readonly version: string;
}

/**
 * @param given by the configuration; empty for the default
 * @throws when it is not of the form
 */
export function imageOf(system: Machine["system"], given: string): ImageReference {
  const name = given === "" ? defaultImages[system] : given;
  const [publisher, offer, sku, version, ...more] = name.split(":");
  if (!publisher || !offer || !sku || !version || more.length > 0)
    throw new Error(
      `"${name}" is no image of Azure's; expected publisher:offer:sku:version, such as ${defaultImages[system]}`,
    );
  return { publisher, offer, sku, version };
}

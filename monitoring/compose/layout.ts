import type { Instance, Layout } from "../hosts.ts";
import { localLayout, type LocalLayoutOptions } from "../localLayout.ts";
import type { System } from "../model.ts";

/** What a container sees as the stack's folder. */
export const containerRoot = "/vigil";

export interface ContainerLayoutOptions extends Omit<LocalLayoutOptions, "root" | "address"> {
  /** The first three numbers of the private network's addresses: `10.89.231`. */
  readonly network: string;
}

/** The only address of the host at which the edge is published. */
export const publishedAddress = "127.0.0.1";

/**
 * Where everything is when each service has a container: an address of its own in the private network, so that every
 * file and argument is what it is on a host. The last number is the service's first port relative to the stack's first,
 * which stays the same whatever else the stack has.
 * @throws when a component has more members than the port block has room for.
 */
export function containerLayout(system: System, options: ContainerLayoutOptions): Layout {
  const { network, ...rest } = options;
  const layout = localLayout(system, { ...rest, root: containerRoot, address: publishedAddress });
  const parts = layout.instances.filter(({ component }) => component === "demo");
  return {
    ...layout,
    instances: layout.instances.map((instance) => ({
      ...instance,
      // One process plays every part of the demo.
      address: addressIn(network, (instance.component === "demo" && parts[0]) || instance, options.portBase),
    })),
    // Within its container; the host publishes it at one address only.
    edgeAddress: "0.0.0.0",
    edgeHost: publishedAddress,
  };
}

function addressIn(network: string, { ports }: Instance, portBase: number): string {
  return `${network}.${String(Math.min(...Object.values(ports)) - portBase)}`;
}

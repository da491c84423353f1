/** A rule of a network security group as Azure has it. */
export interface SecurityRule extends Peers {
  readonly name: string;
  /** The lowest number is asked first. */
  readonly priority: number;
  readonly description: string;
  readonly direction: "Inbound";
  readonly access: "Allow" | "Deny";
  readonly sourcePortRange: "*";
}

interface Peers {
  readonly protocol: "Tcp" | "Udp" | "*";
  readonly sourceAddressPrefix?: string;
  readonly sourceAddressPrefixes?: string[];
  readonly destinationAddressPrefix?: string;
  readonly destinationAddressPrefixes?: string[];
  readonly destinationPortRange?: string;
  readonly destinationPortRanges?: string[];
}

/** Lets its peers in, unless it says otherwise. */
export function rule(
  name: string,
  priority: number,
  description: string,
  peers: Peers & { readonly access?: "Deny" },
): SecurityRule {
  return {
    name,
    priority,
    description,
    direction: "Inbound",
    access: "Allow",
    sourcePortRange: "*",
    ...peers,
  };
}

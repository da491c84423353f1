import { rule, type SecurityRule } from "../azure/securityRules.ts";
import type { ClusterAddresses } from "./addresses.ts";

/** Who comes from outside of the cluster's network, by networks. */
export interface Clients {
  /** Clients of the edge. */
  readonly edge: readonly string[];
  /** Clusters of other regions, whose queries are answered here too. */
  readonly peers: readonly string[];
}

/**
 * Who may speak to a node: the edge's clients (80 redirects, and answers ACME), the queries of other regions, the cluster
 * itself, Azure's health checks, and nobody else. Pods of an overlay come with their own addresses, which the tag
 * `VirtualNetwork` does not cover.
 *
 * @see https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-overlay#network-security-groups
 */
export function nodeRules(addresses: ClusterAddresses, clients: Clients): SecurityRule[] {
  const own = [addresses.network, addresses.pods];
  // The load balancer hands packets on as they came: to its own address, on its own port.
  const balanced = { protocol: "Tcp", destinationAddressPrefix: "*" } as const;
  const queries = rule("queries", 105, "Queries of other regions", {
    ...balanced,
    sourceAddressPrefixes: [...clients.peers],
    destinationPortRanges: ["10901"],
  });
  return [
    rule("edge", 100, "Clients of the edge", {
      ...balanced,
      sourceAddressPrefixes: [...clients.edge],
      destinationPortRanges: ["80", "443"],
    }),
    ...(clients.peers.length > 0 ? [queries] : []),
    rule("cluster", 110, "Nodes and pods among themselves", {
      protocol: "*",
      sourceAddressPrefixes: own,
      destinationAddressPrefixes: own,
      destinationPortRange: "*",
    }),
    rule("health", 120, "Health checks of the load balancer", {
      protocol: "*",
      sourceAddressPrefix: "AzureLoadBalancer",
      destinationAddressPrefix: "*",
      destinationPortRange: "*",
    }),
    rule("nobody-else", 4096, "Everything else", {
      protocol: "*",
      sourceAddressPrefix: "*",
      destinationAddressPrefix: "*",
      destinationPortRange: "*",
      access: "Deny",
    }),
  ];
}

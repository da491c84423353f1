import type { StackConfig } from "../../configuration/parse.ts";
import type { Finding } from "../../monitoring/checks/finding.ts";
import { isNetwork, overlap, within } from "../../monitoring/cidr.ts";
import { mostNodes } from "./addresses.ts";
import { systemNodes } from "./pools.ts";
import { set } from "../azure/setting.ts";

/**
 * Networks that AKS keeps for itself, and Docker's bridge.
 *
 * @see https://learn.microsoft.com/azure/aks/concepts-network-ip-address-planning
 */
const reserved = ["169.254.0.0/16", "172.17.0.0/16", "172.30.0.0/16", "172.31.0.0/16", "192.0.2.0/24"];

const privateNetworks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/** What is wrong with the network of a cluster that is created. */
export function networkFindings({ stack, kubernetes }: StackConfig<unknown>): Finding[] {
  const { cluster, network } = kubernetes;
  const finding = (message: string): Finding[] => [
    {
      key: "vigil:network.cidr",
      message: `got ${network.cidr}, ${message}`,
      mend: set(stack, "vigil:network.cidr", "10.40.0.0/16"),
    },
  ];
  if (!isNetwork(network.cidr)) return finding("which is not the first address of a network of that size");
  if (!privateNetworks.some((all) => within(all, network.cidr)))
    return finding(`expected a private network, within one of ${privateNetworks.join(", ")}`);
  const clash = reserved.find((kept) => overlap(kept, network.cidr));
  if (clash !== undefined) return finding(`which overlaps ${clash}, that AKS keeps for itself`);
  // During an upgrade a third of the nodes are there twice.
  const needed = Math.ceil((cluster.nodes.max + systemNodes.max) * 1.34);
  const room = mostNodes(network.cidr);
  if (room < needed)
    return finding(`which has room for the pods of ${room} nodes, and ${needed} may run during an upgrade`);
  return [];
}

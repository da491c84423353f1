/**
 * keepalived.conf of an edge on a network of one's own: a virtual address that whichever HAProxy is well answers. In a cloud,
 * whose networks carry no VRRP, its load balancer does that.
 *
 * @see https://www.keepalived.org/manpage.html
 */
import type { Machine } from "../machines.ts";

export interface KeepalivedOptions {
  /** The edges, in the order in which they lead. */
  readonly edges: readonly Machine[];
  /** Address that the edges share, in their network. */
  readonly sharedAddress: string;
  /** Bits of its network's prefix. @default 24 */
  readonly prefix?: number;
  /** Number of the group on its network: another for each pair there, 1 to 255. @default 51 */
  readonly group?: number;
  /** Absolute path of the program that says whether HAProxy is well. */
  readonly check: string;
}

/**
 * Both start as backup and the one that leads stays so until it fails: an edge that comes back moves nobody. Adverts go from
 * peer to peer. VRRP version 3 has no authentication (RFC 9568 section 9), so that the firewall admits the peer's only.
 * @throws when the machine is not one of the edges, or the group is out of range.
 */
export function renderKeepalived(machine: Machine, options: KeepalivedOptions): string {
  const { edges, sharedAddress, prefix = 24, group = 51, check } = options;
  const position = edges.findIndex(({ name }) => name === machine.name);
  if (position < 0)
    throw new Error(
      `keepalived: ${machine.name} is none of the edges ${edges.map(({ name }) => name).join(", ")}`,
    );
  if (!Number.isInteger(group) || group < 1 || group > 255)
    throw new Error(`keepalived: group ${String(group)} is out of range; expected 1 to 255`);
  return [
    "global_defs {",
    `  router_id ${machine.name}`,
    "  vrrp_version 3",
    "  enable_script_security",
    "  script_user nobody",
    "}",
    "",
    "vrrp_script haproxy {",
    `  script "${check}"`,
    "  interval 1",
    "  timeout 2",
    // A busy machine is not a dead one; a reload takes none of these.
    "  fall 3",
    "  rise 2",
    "}",
    "",
    "vrrp_instance edge {",
    "  state BACKUP",
    "  nopreempt",
    `  interface ${interfacePlaceholder}`,
    `  virtual_router_id ${String(group)}`,
    `  priority ${String(150 - 10 * position)}`,
    "  advert_int 1",
    `  unicast_src_ip ${machine.address}`,
    "  unicast_peer {",
    ...edges.filter(({ name }) => name !== machine.name).map(({ address }) => `    ${address}`),
    "  }",
    "  virtual_ipaddress {",
    `    ${sharedAddress}/${String(prefix)}`,
    "  }",
    "  track_script {",
    "    haproxy",
    "  }",
    "}",
    "",
  ].join("\n");
}

/** Stands for the interface that has the machine's address; only the machine knows its name. */
export const interfacePlaceholder = "@INTERFACE@";

/**
 * The names of a stack's resources in Azure, each within what Azure accepts for its kind. The same stack in the same
 * subscription has the same names, so that they are known before anything exists.
 *
 * @see https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
 */
import { createHash } from "node:crypto";

export interface AzureNames {
  /** Resource group of everything that can be made again. */
  readonly resourceGroup: string;
  /** Resource group of account and vault: apart, since whoever deletes a group deletes all that is in it. */
  readonly dataGroup: string;
  /** Resource group that AKS keeps the nodes in. */
  readonly nodeGroup: string;
  readonly cluster: string;
  readonly virtualNetwork: string;
  readonly logs: string;
  /** 3 to 24 small letters and digits, unique in the world. */
  readonly storageAccount: string;
  /** The account of the second copy. */
  readonly replicaAccount: string;
  /** 3 to 24 letters, digits and single hyphens, unique in the world. */
  readonly keyVault: string;
}

export function azureNames(stack: string, subscription: string): AzureNames {
  // Two stacks whose names differ in a character that Azure refuses still have names of their own.
  const own = shortened(`vigil-${slug(stack)}`, [stack], 50);
  const unique = digest(`${subscription}/${stack}`).slice(0, 10);
  const letters = slug(stack).replaceAll("-", "").slice(0, 10);
  return {
    resourceGroup: `rg-${own}`,
    dataGroup: `rg-${own}-data`,
    nodeGroup: `rg-${own}-nodes`,
    cluster: own,
    virtualNetwork: `vnet-${own}`,
    logs: `log-${own}`,
    storageAccount: `st${letters}${unique}`,
    replicaAccount: `st${letters}${unique}r`,
    keyVault: `kv-${letters === "" ? "" : `${letters}-`}${unique}`,
  };
}

/** Name of the identity of a service account: up to 128 letters, digits, hyphens and underscores. */
export function identityName(stack: string, namespace: string, serviceAccount: string): string {
  const parts = [stack, namespace, serviceAccount];
  // Slugs have no underscore, so that a hyphen on either side of one cannot make two accounts share a name.
  return shortened(`id-vigil-${parts.map(slug).join("_")}`, parts, 120);
}

/**
 * Name of a node pool: up to 12 small letters and digits. Azure cannot give a pool another machine, so each kind of
 * machine has a pool of its own, and the new one is there before the old one goes.
 */
export function poolName(prefix: string, machine: string): string {
  return `${prefix}${digest(machine).slice(0, 12 - prefix.length)}`;
}

/** Azure names roles and their assignments by GUIDs: one that is always the same for the same text. */
export function guid(text: string): string {
  const hex = digest(text);
  // Version 5 (made of a name) and the variant of RFC 9562, so that strict parsers accept it.
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}

/** Small letters, digits and single hyphens, none at either end. */
function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
}

/** The name itself where it is short and says all, or its beginning and a digest of what it stands for. */
function shortened(name: string, origins: readonly string[], length: number): string {
  if (name.length <= length && origins.every((origin) => slug(origin) === origin && origin !== ""))
    return name;
  const beginning = name.slice(0, length - 9).replace(/[-_]+$/, "");
  return `${beginning}-${digest(origins.join("/")).slice(0, 8)}`;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

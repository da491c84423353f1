/**
 * What an identity may do in Azure, by what it is granted: roles that Azure has, or roles of this stack's own where
 * Azure's allow more.
 *
 * @see https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
 */
import type { CloudAccess } from "../../monitoring/kubernetes/model.ts";

/** Roles of Azure's own, by their ids, which are the same everywhere. */
export const builtIn = {
  blobReader: "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
  secretsUser: "4633458b-17de-408a-b874-0445c86b69e6",
  networkContributor: "4d97b98b-1d4f-4787-a291-c67834d212e7",
  clusterUser: "4abbcc35-e782-43d8-92c5-2d3f1bd2253f",
} as const;

export interface OwnRole {
  readonly about: string;
  readonly actions: readonly string[];
  readonly dataActions: readonly string[];
}

const container = "Microsoft.Storage/storageAccounts/blobServices/containers";
const writing = [`${container}/blobs/read`, `${container}/blobs/write`, `${container}/blobs/add/action`];

/** `disks` is what the cluster itself may do in the group of its volumes. */
export type OwnAccess = Exclude<CloudAccess, "bucket-read" | "secrets-read"> | "disks";

/** Azure's writers of blobs may also delete them, and containers with them. */
export const ownRoles: Readonly<Record<OwnAccess, OwnRole>> = {
  "bucket-write": {
    about: "Uploads blocks and reads them; deletes nothing.",
    actions: [`${container}/read`],
    dataActions: writing,
  },
  "bucket-delete": {
    about: "Compacts blocks: reads, uploads and deletes them; the container stays.",
    actions: [`${container}/read`],
    dataActions: [...writing, `${container}/blobs/delete`],
  },
  // Attaching is the right of whoever may write both disk and node; the second is AKS' own, in the group of the nodes.
  // https://github.com/kubernetes-sigs/azuredisk-csi-driver/blob/master/docs/driver-parameters.md
  disks: {
    about: "Makes, grows, attaches and deletes the disks of volumes.",
    actions: [
      "Microsoft.Resources/subscriptions/resourceGroups/read",
      "Microsoft.Compute/disks/read",
      "Microsoft.Compute/disks/write",
      "Microsoft.Compute/disks/delete",
    ],
    dataActions: [],
  },
  // What Prometheus' discovery calls: https://github.com/prometheus/prometheus/blob/main/discovery/azure/azure.go
  "machines-read": {
    about: "Finds virtual machines, scale sets and their addresses.",
    actions: [
      "Microsoft.Compute/virtualMachines/read",
      "Microsoft.Compute/virtualMachineScaleSets/read",
      "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/read",
      "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/networkInterfaces/read",
      "Microsoft.Network/networkInterfaces/read",
      "Microsoft.Network/publicIPAddresses/read",
    ],
    dataActions: [],
  },
};

/** Id of a built-in role, as assignments name it. */
export function roleId(subscription: string, role: string): string {
  return `/subscriptions/${subscription}/providers/Microsoft.Authorization/roleDefinitions/${role}`;
}

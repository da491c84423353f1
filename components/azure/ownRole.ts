import { RoleDefinition } from "@pulumi/azure-native/authorization/roleDefinition.js";
import type * as pulumi from "../pulumi.ts";
import { guid } from "./names.ts";
import { ownRoles, type OwnAccess } from "./roles.ts";

export interface OwnRoleOptions {
  readonly subscription: string;
  readonly stack: string;
  readonly access: OwnAccess;
  /** Ids of the resource groups in which the role can be assigned. */
  readonly groups: readonly [string, ...string[]];
  /** What must be there before, such as the groups. */
  readonly dependsOn: readonly pulumi.Resource[];
  readonly parent: pulumi.Resource;
}

/** A role of the stack's own, under a name that no other stack of the tenant has. */
export function ownRole(options: OwnRoleOptions): RoleDefinition {
  const { subscription, stack, access, groups } = options;
  const role = ownRoles[access];
  // Another place is another role: the old one stays until nobody is assigned it.
  const id = guid([subscription, stack, access, ...groups].join("/"));
  return new RoleDefinition(
    `role-${access}`,
    {
      // Azure takes it for its scope as well: whoever may assign it there may define it there.
      scope: groups[0],
      assignableScopes: [...groups],
      roleDefinitionId: id,
      roleName: `Vigil ${access} (${stack}, ${id.slice(0, 8)})`,
      roleType: "CustomRole",
      description: role.about,
      permissions: [
        {
          actions: [...role.actions],
          dataActions: [...role.dataActions],
          notActions: [],
          notDataActions: [],
        },
      ],
    },
    { parent: options.parent, dependsOn: [...options.dependsOn] },
  );
}

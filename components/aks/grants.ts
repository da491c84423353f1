import type { CloudAccess } from "../../monitoring/kubernetes/model.ts";
import { groupId } from "../azure/arm.ts";
import { ownRole } from "../azure/ownRole.ts";
import { builtIn, roleId, type OwnAccess } from "../azure/roles.ts";
import type * as pulumi from "../pulumi.ts";

/** Where the roles of a stack reach. */
export interface RoleScopes {
  readonly stack: string;
  readonly subscription: string;
  readonly bucket: {
    /** Id of the container. */
    readonly scope: pulumi.Input<string>;
    /** Name of the resource group of its account. */
    readonly group: string;
    readonly dependsOn: readonly pulumi.Resource[];
  };
  /** Id of the vault. */
  readonly vault: pulumi.Input<string>;
  /** Names of the resource groups whose machines are watched. */
  readonly machineGroups: readonly string[];
}

/** A role and where it holds. */
export interface Grant {
  /** Unique among the grants of one service account. */
  readonly name: string;
  readonly role: pulumi.Input<string>;
  readonly scope: pulumi.Input<string>;
}

/** What each kind of access is in Azure, each at the narrowest scope that there is for it. */
export function grantsOf(
  access: ReadonlySet<CloudAccess>,
  scopes: RoleScopes,
  parent: pulumi.Resource,
): ReadonlyMap<CloudAccess, readonly Grant[]> {
  const { stack, subscription, bucket, vault, machineGroups } = scopes;
  const own = (one: OwnAccess, groups: readonly string[], dependsOn: readonly pulumi.Resource[] = []) => {
    const [first, ...others] = groups.map((group) => groupId(subscription, group));
    return first === undefined
      ? undefined
      : ownRole({ subscription, stack, access: one, groups: [first, ...others], dependsOn, parent }).id;
  };
  const grants = (one: CloudAccess): Grant[] => {
    switch (one) {
      case "bucket-read":
        return [{ name: one, role: roleId(subscription, builtIn.blobReader), scope: bucket.scope }];
      case "secrets-read":
        return [{ name: one, role: roleId(subscription, builtIn.secretsUser), scope: vault }];
      case "bucket-write":
      case "bucket-delete": {
        const role = own(one, [bucket.group], bucket.dependsOn);
        return role === undefined ? [] : [{ name: one, role, scope: bucket.scope }];
      }
      case "machines-read": {
        const role = own(one, machineGroups);
        if (role === undefined) return [];
        return machineGroups.map((group) => ({
          name: `${one}-${group}`,
          role,
          scope: groupId(subscription, group),
        }));
      }
    }
  };
  return new Map([...access].sort().map((one) => [one, grants(one)]));
}

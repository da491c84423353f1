import { RoleAssignment } from "@pulumi/azure-native/authorization/roleAssignment.js";
import type { WorkloadIdentity } from "../../monitoring/kubernetes/model.ts";
import { guid, identityName } from "../azure/names.ts";
import * as pulumi from "../pulumi.ts";
import { grantsOf, type Grant, type RoleScopes } from "./grants.ts";
import { AzureWorkloadIdentity } from "./workloadIdentity.ts";

export interface AksIdentitiesArgs extends RoleScopes {
  readonly resourceGroup: pulumi.Input<string>;
  readonly location: string;
  /** Issuer of the cluster's tokens. */
  readonly issuer: pulumi.Input<string>;
  readonly identities: readonly WorkloadIdentity[];
}

/** One identity for each service account that acts in Azure, with what it was granted and nothing else. */
export class AksIdentities extends pulumi.ComponentResource {
  /** Client ids, by `NAMESPACE/NAME` of the service account. */
  readonly clientIds: Readonly<Record<string, pulumi.Output<string>>>;
  /** What makes a service account that identity, by the same. */
  readonly annotations: Readonly<Record<string, pulumi.Output<Record<string, string>>>>;
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, args: AksIdentitiesArgs, options?: pulumi.ComponentResourceOptions) {
    super("vigil:azure:Identities", name, {}, options);
    const { stack, subscription, identities } = args;
    const grants = grantsOf(new Set(identities.flatMap(({ access }) => access)), args, this);
    const clientIds: Record<string, pulumi.Output<string>> = {};
    const ready: pulumi.Resource[] = [];
    for (const { namespace, serviceAccount, access } of identities) {
      const account = `${namespace}/${serviceAccount}`;
      const identity = new AzureWorkloadIdentity(
        `${namespace}.${serviceAccount}`,
        {
          resourceGroup: args.resourceGroup,
          location: args.location,
          identity: identityName(stack, namespace, serviceAccount),
          issuer: args.issuer,
          namespace,
          serviceAccount,
        },
        { parent: this },
      );
      clientIds[account] = identity.clientId;
      const granted = access.flatMap((one) => grants.get(one) ?? []);
      ready.push(
        identity.federation,
        ...granted.map((grant) =>
          assign(`${account}/${grant.name}`, grant, identity, `${subscription}/${stack}`),
        ),
      );
    }
    this.clientIds = clientIds;
    this.annotations = Object.fromEntries(
      Object.entries(clientIds).map(([account, clientId]) => [
        account,
        clientId.apply((id): Record<string, string> => ({ "azure.workload.identity/client-id": id })),
      ]),
    );
    this.ready = ready;
    this.registerOutputs({ clientIds });
  }
}

function assign(
  name: string,
  { role, scope }: Grant,
  identity: AzureWorkloadIdentity,
  stack: string,
): RoleAssignment {
  return new RoleAssignment(
    name.replaceAll("/", "."),
    {
      roleAssignmentName: guid(`${stack}/${name}`),
      principalId: identity.principalId,
      // Without it Azure looks for a person, and does not find an identity that is a second old.
      principalType: "ServicePrincipal",
      roleDefinitionId: role,
      scope,
    },
    // Its name is its own for ever, so that a new one cannot stand beside the old one.
    { parent: identity, deleteBeforeReplace: true },
  );
}

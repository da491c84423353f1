import { PodIdentityAssociation } from "@pulumi/aws/eks/podIdentityAssociation.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import type { WorkloadIdentity } from "../../monitoring/kubernetes/model.ts";
import { roleName } from "../aws/names.ts";
import { accessPolicy, trustPod, type Reach } from "../aws/policies.ts";
import * as pulumi from "../pulumi.ts";

export interface EksIdentitiesArgs {
  readonly cluster: string;
  /** The same, known when the cluster is there. */
  readonly clusterName: pulumi.Input<string>;
  readonly region: string;
  readonly account: pulumi.Output<string>;
  readonly identities: readonly WorkloadIdentity[];
  readonly reach: pulumi.Output<Reach>;
}

/**
 * A role for each service account that acts in AWS, by EKS Pod Identity: the agent on each node hands out credentials of
 * an hour, so there is no key to keep and nothing to annotate.
 */
export class EksIdentities extends pulumi.ComponentResource {
  /** ARN of the role by `NAMESPACE/NAME` of the service account. */
  readonly roles: Readonly<Record<string, pulumi.Output<string>>>;
  readonly associations: readonly PodIdentityAssociation[];

  constructor(name: string, args: EksIdentitiesArgs, options?: pulumi.ComponentResourceOptions) {
    super("vigil:eks:EksIdentities", name, {}, options);
    const granted = args.identities.map((identity) => this.#grant(identity, args));
    this.roles = Object.fromEntries(granted.map(({ account, arn }) => [account, arn]));
    this.associations = granted.map(({ association }) => association);
    this.registerOutputs({ roles: this.roles });
  }

  #grant(identity: WorkloadIdentity, args: EksIdentitiesArgs) {
    const { serviceAccount, namespace, access } = identity;
    const { cluster, clusterName, region, reach } = args;
    const own = `${cluster}-${namespace}-${serviceAccount}`;
    const parent = { parent: this };
    const role = new Role(
      own,
      {
        name: roleName(cluster, region, `${namespace}-${serviceAccount}`),
        description: `${namespace}/${serviceAccount} on ${cluster}: ${access.join(", ")}.`,
        assumeRolePolicy: args.account.apply((id) => JSON.stringify(trustPod(id, cluster, identity))),
      },
      parent,
    );
    const rights = new RolePolicy(
      own,
      {
        name: "access",
        role: role.name,
        policy: reach.apply((resources) => JSON.stringify(accessPolicy(access, resources))),
      },
      parent,
    );
    const association = new PodIdentityAssociation(
      own,
      { clusterName, namespace, serviceAccount, roleArn: role.arn },
      { ...parent, dependsOn: [rights] },
    );
    return { account: `${namespace}/${serviceAccount}`, arn: role.arn, association };
  }
}

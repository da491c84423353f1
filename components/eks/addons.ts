import { Addon } from "@pulumi/aws/eks/addon.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment.js";
import { partitionOf, roleName } from "../aws/names.ts";
import { trustPod } from "../aws/policies.ts";
import * as pulumi from "../pulumi.ts";
import { addonVersion, type AddonName } from "./addonVersions.ts";

export interface EksAddonsArgs {
  readonly cluster: string;
  readonly clusterName: pulumi.Input<string>;
  readonly version: string;
  readonly region: string;
  readonly account: pulumi.Output<string>;
  readonly addons: readonly AddonName[];
}

interface Settings {
  /** The add-on's own configuration, by its schema (`aws eks describe-addon-configuration`). */
  readonly configuration?: Readonly<Record<string, unknown>>;
  /** The add-on's service account and AWS' own policy for it; both are in `kube-system`. */
  readonly identity?: { readonly serviceAccount: string; readonly policy: string };
}

const settings: Readonly<Partial<Record<AddonName, Settings>>> = {
  "vpc-cni": {
    configuration: { enableNetworkPolicy: "true" },
    identity: { serviceAccount: "aws-node", policy: "AmazonEKS_CNI_Policy" },
  },
  "aws-ebs-csi-driver": {
    identity: {
      serviceAccount: "ebs-csi-controller-sa",
      policy: "service-role/AmazonEBSCSIDriverPolicy",
    },
  },
};

/** What must run before a node joins: DaemonSets, which are ready without one. */
export const beforeNodes = ["vpc-cni", "kube-proxy", "eks-pod-identity-agent"] as const;

/** What needs nodes to become ready. */
export const onNodes = ["coredns", "aws-ebs-csi-driver", "metrics-server"] as const;

/** EKS' add-ons at the versions of {@link addonVersion}, each with an identity of its own where it acts in AWS. */
export class EksAddons extends pulumi.ComponentResource {
  readonly addons: readonly Addon[];

  constructor(name: string, args: EksAddonsArgs, options?: pulumi.ComponentResourceOptions) {
    super("vigil:eks:EksAddons", name, {}, options);
    this.addons = args.addons.map((addon) => this.#addon(addon, settings[addon] ?? {}, args));
    this.registerOutputs({});
  }

  #addon(addon: AddonName, { configuration, identity }: Settings, args: EksAddonsArgs): Addon {
    const own = `${args.cluster}-${addon}`;
    const role = identity && this.#role(own, identity, addon, args);
    return new Addon(
      own,
      {
        clusterName: args.clusterName,
        addonName: addon,
        addonVersion: addonVersion(args.version, addon),
        // The stack is the truth: what somebody changed by hand is changed back.
        resolveConflictsOnCreate: "OVERWRITE",
        resolveConflictsOnUpdate: "OVERWRITE",
        ...(configuration && { configurationValues: JSON.stringify(configuration) }),
        ...(identity &&
          role && {
            podIdentityAssociations: [{ serviceAccount: identity.serviceAccount, roleArn: role.arn }],
          }),
      },
      { parent: this, dependsOn: role ? [role.rights] : [] },
    );
  }

  #role(
    own: string,
    { serviceAccount, policy }: NonNullable<Settings["identity"]>,
    addon: AddonName,
    { cluster, region, account }: EksAddonsArgs,
  ): { arn: pulumi.Output<string>; rights: pulumi.Resource } {
    const role = new Role(
      own,
      {
        name: roleName(cluster, region, addon),
        description: `Add-on ${addon} of ${cluster}.`,
        assumeRolePolicy: account.apply((id) =>
          JSON.stringify(trustPod(id, cluster, { namespace: "kube-system", serviceAccount })),
        ),
      },
      { parent: this },
    );
    const rights = new RolePolicyAttachment(
      own,
      { role: role.name, policyArn: `arn:${partitionOf(region)}:iam::aws:policy/${policy}` },
      { parent: this },
    );
    return { arn: role.arn, rights };
  }
}

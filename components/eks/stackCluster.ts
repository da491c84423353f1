import { getClusterOutput } from "@pulumi/aws/eks/getCluster.js";
import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity.js";
import { Provider as AwsProvider } from "@pulumi/aws/provider.js";
import { Provider as KubernetesProvider } from "@pulumi/kubernetes/provider.js";
import type { StackConfig } from "../../configuration/parse.ts";
import type { ClusterFacts, KubernetesPlan } from "../../monitoring/kubernetes/model.ts";
import { kubeconfigSecret } from "../../monitoring/kubernetes/names.ts";
import type { System } from "../../monitoring/model.ts";
import { RotatedKey } from "../aws/key.ts";
import { keyAlias, partitionOf } from "../aws/names.ts";
import type { Reach } from "../aws/policies.ts";
import { SecretsManagerSecrets } from "../aws/secrets.ts";
import { StackStorage } from "../aws/stackStorage.ts";
import { bucketArnOf } from "../aws/storage.ts";
import type { CloudCluster } from "../kubernetes/cloud.ts";
import { storedSecrets } from "../kubernetes/storedSecrets.ts";
import * as pulumi from "../pulumi.ts";
import { mayAdminister } from "./deployer.ts";
import { EksIdentities } from "./identities.ts";
import { kubeconfig } from "./kubeconfig.ts";
import { NewCluster } from "./newCluster.ts";

export interface EksStackClusterArgs {
  readonly config: StackConfig<unknown>;
  readonly system: System;
  readonly facts: ClusterFacts;
  readonly plan: KubernetesPlan;
  readonly secrets: Readonly<Record<string, pulumi.Output<string>>>;
}

/** Everything of AWS' that a stack needs: a cluster, a bucket, secrets, and identities that may use them. */
export class EksStackCluster extends pulumi.ComponentResource implements CloudCluster {
  readonly provider: KubernetesProvider;
  readonly deletedWith: pulumi.Resource | undefined;
  /** Pod Identity knows service accounts by name. */
  readonly serviceAccountAnnotations = {};
  readonly dependsOn: readonly pulumi.Resource[];
  readonly outputs: Readonly<Record<string, unknown>>;

  constructor(name: string, args: EksStackClusterArgs, options?: pulumi.ComponentResourceOptions) {
    const tags = tagsOf(args);
    const aws = new AwsProvider(`${name}-aws`, { region: args.facts.region, defaultTags: { tags } });
    super("vigil:eks:EksStackCluster", name, {}, { ...options, providers: { aws } });
    const { facts } = args;
    const caller = getCallerIdentityOutput({}, { parent: this });
    const account = caller.accountId;
    warnOfLockout(caller.arn, args);
    const cluster = this.#cluster(name, args, account);
    const storage = new StackStorage(
      `${name}-storage`,
      {
        system: args.system,
        cluster: facts.cluster,
        region: facts.region,
        account,
        wanted: args.config.kubernetes.storage,
        tags,
      },
      { parent: this },
    );
    const secrets = this.#secrets(name, args);
    const identities = new EksIdentities(
      `${name}-identities`,
      {
        cluster: facts.cluster,
        clusterName: cluster.name,
        region: facts.region,
        account,
        identities: args.plan.identities,
        reach: reachOf(facts, account, storage.keyArn, secrets.keyArn),
      },
      { parent: this },
    );
    this.deletedWith = cluster.created;
    this.provider = new KubernetesProvider(
      `${name}-kubernetes`,
      // The name stands for the cluster: another token or address of it is not another cluster.
      { kubeconfig: cluster.kubeconfig, clusterIdentifier: facts.cluster },
      {
        parent: this,
        dependsOn: [...cluster.access],
        ...(this.deletedWith && { deletedWith: this.deletedWith }),
      },
    );
    this.dependsOn = [...cluster.ready, ...storage.ready, ...secrets.ready, ...identities.associations];
    this.outputs = {
      cluster: facts.cluster,
      bucket: facts.objectStore.kind === "s3" ? facts.objectStore.bucket : undefined,
      bucketKey: storage.keyArn,
      ...(storage.replica && { replica: storage.replica }),
      identities: identities.roles,
      kubeconfig: cluster.kubeconfig,
    };
    this.registerOutputs({ cluster: facts.cluster });
  }

  #cluster(name: string, args: EksStackClusterArgs, account: pulumi.Output<string>): ClusterParts {
    const { config, facts } = args;
    const { cluster: wanted, network } = config.kubernetes;
    if (wanted.mode === "existing") return this.#existing(args);
    const made = new NewCluster(
      name,
      {
        cluster: facts.cluster,
        region: facts.region,
        production: isProduction(facts),
        cidr: network.cidr,
        wanted,
        account,
        tags: tagsOf(args),
      },
      { parent: this },
    );
    return {
      name: made.cluster.name,
      kubeconfig: pulumi.secret(made.kubeconfig),
      created: made.cluster,
      access: made.access,
      ready: made.ready,
    };
  }

  /** Nothing of it is created; the Pod Identity agent must be among its add-ons. */
  #existing({ facts, secrets }: EksStackClusterArgs): ClusterParts {
    const given = secrets[kubeconfigSecret];
    return {
      name: pulumi.output(facts.cluster),
      kubeconfig: pulumi.secret(given ?? this.#found(facts)),
      created: undefined,
      access: [],
      ready: [],
    };
  }

  #found({ cluster, region }: ClusterFacts): pulumi.Output<string> {
    return getClusterOutput({ name: cluster }, { parent: this }).apply(
      ({ endpoint: server, certificateAuthorities }) =>
        kubeconfig({ cluster, region, server, authority: certificateAuthorities[0]?.data ?? "" }),
    );
  }

  #secrets(name: string, { config, facts, system, secrets }: EksStackClusterArgs): SecretParts {
    const key = new RotatedKey(
      `${name}-secrets-key`,
      { alias: keyAlias("vigil", config.stack, "secrets"), about: `Secrets of stack ${config.stack}.` },
      { parent: this },
    );
    const stored = new SecretsManagerSecrets(
      `${name}-secrets`,
      {
        prefix: facts.secretStore.kind === "secrets-manager" ? facts.secretStore.prefix : "",
        secrets: storedSecrets(system, Object.keys(secrets)),
        given: secrets,
        keyArn: key.arn,
        // The configuration and the state hold them too. A name that waits for its deletion cannot be taken again, which
        // would stand in the way of a stack that comes and goes.
        recoveryDays: isProduction(facts) ? 30 : 0,
      },
      { parent: this },
    );
    return { keyArn: key.arn, ready: stored.versions };
  }
}

function tagsOf({ config, system }: EksStackClusterArgs): Readonly<Record<string, string>> {
  return { "vigil:stack": config.stack, "vigil:system": system.name, "managed-by": "pulumi" };
}

interface ClusterParts {
  readonly name: pulumi.Output<string>;
  readonly kubeconfig: pulumi.Output<string>;
  readonly created: pulumi.Resource | undefined;
  readonly access: readonly pulumi.Resource[];
  readonly ready: readonly pulumi.Resource[];
}

interface SecretParts {
  readonly keyArn: pulumi.Output<string>;
  readonly ready: readonly pulumi.Resource[];
}

/** Who previews need not be who deploys, so that this stops nobody. */
function warnOfLockout(caller: pulumi.Output<string>, { config }: EksStackClusterArgs): void {
  const { mode, administrators } = config.kubernetes.cluster;
  if (mode === "existing" || administrators.length === 0) return;
  caller.apply((arn) => {
    if (!mayAdminister(arn, administrators))
      void pulumi.log.warn(
        `vigil:cluster.administrators: ${arn} is none of them and can put nothing on the cluster; deploy as one of ` +
          administrators.join(", "),
      );
  });
}

function isProduction({ environment }: ClusterFacts): boolean {
  return environment === "production";
}

function reachOf(
  { region, objectStore, secretStore }: ClusterFacts,
  account: pulumi.Output<string>,
  bucketKey: pulumi.Output<string> | undefined,
  secretsKey: pulumi.Output<string>,
): pulumi.Output<Reach> {
  const bucket = objectStore.kind === "s3" ? objectStore.bucket : "";
  const prefix = secretStore.kind === "secrets-manager" ? secretStore.prefix : "";
  return pulumi
    .all([account, bucketKey ?? pulumi.output(""), secretsKey])
    .apply(([id, bucketKeyArn, secretsKeyArn]) => ({
      region,
      bucketArn: bucketArnOf(bucket, region),
      ...(bucketKeyArn !== "" && { bucketKeyArn }),
      secretsArn: `arn:${partitionOf(region)}:secretsmanager:${region}:${id}:secret:${prefix}`,
      secretsKeyArn,
    }));
}

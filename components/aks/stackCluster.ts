import { Provider } from "@pulumi/kubernetes/provider.js";
import type { StackConfig } from "../../configuration/parse.ts";
import type { ClusterFacts, KubernetesPlan } from "../../monitoring/kubernetes/model.ts";
import type { System } from "../../monitoring/model.ts";
import { clusterId } from "../azure/arm.ts";
import { chosenBucket } from "../azure/chosenBucket.ts";
import { azureNames } from "../azure/names.ts";
import { withoutVersionedTypes } from "../azure/ownTypes.ts";
import { stackPlaces } from "../azure/stackPlaces.ts";
import { stackTags } from "../azure/stackTags.ts";
import { KeyVaultSecrets } from "../azure/vault.ts";
import type { CloudCluster } from "../kubernetes/cloud.ts";
import { storedSecrets } from "../kubernetes/storedSecrets.ts";
import * as pulumi from "../pulumi.ts";
import { chosenCluster } from "./chosenCluster.ts";
import { AksIdentities } from "./identities.ts";

export interface AksStackClusterArgs {
  readonly config: StackConfig<pulumi.Output<string>>;
  readonly system: System;
  readonly facts: ClusterFacts;
  readonly plan: KubernetesPlan;
  /** Values of the secrets that the configuration gives, by name. */
  readonly secrets: Readonly<Record<string, pulumi.Output<string>>>;
}

/** The Azure side of a stack: cluster, bucket, identities and secrets, each created or found as the configuration says. */
export class AksStackCluster extends pulumi.ComponentResource implements CloudCluster {
  readonly provider: Provider;
  readonly deletedWith: pulumi.Resource | undefined;
  readonly serviceAccountAnnotations: CloudCluster["serviceAccountAnnotations"];
  readonly dependsOn: readonly pulumi.Resource[];
  readonly outputs: Readonly<Record<string, unknown>>;

  constructor(name: string, args: AksStackClusterArgs, options?: pulumi.ComponentResourceOptions) {
    const transformations = [withoutVersionedTypes, stackTags(args.config.stack)];
    super("vigil:azure:StackCluster", name, {}, { ...options, transformations });
    const { config, system, facts, plan, secrets } = args;
    const { subscription, tenant, account, container, vaultUrl } = azureOf(facts);
    const names = azureNames(config.stack, subscription);
    const location = facts.region;
    const parent = { parent: this };
    const { group, dataGroup, logs } = stackPlaces(name, { names, location, ...parent });
    const shared = { name, subscription, names, resourceGroup: group.name, location, logs, ...parent };
    const cluster = chosenCluster({ ...shared, config, facts, secrets, tenant, dataGroup });
    const data = {
      resourceGroup: group.name,
      dataGroup: dataGroup.name,
      location,
      logs,
      ...(cluster.network && { network: cluster.network }),
    };
    const bucket = chosenBucket({ ...shared, ...data, config, system, account, container });
    const vault = new KeyVaultSecrets(
      `${name}-vault`,
      {
        ...data,
        tenant,
        vault: names.keyVault,
        secrets: storedSecrets(system, Object.keys(secrets)),
        given: secrets,
      },
      parent,
    );
    const identities = new AksIdentities(
      `${name}-identities`,
      {
        stack: config.stack,
        subscription,
        resourceGroup: group.name,
        location,
        issuer: cluster.issuer,
        identities: plan.identities,
        bucket: { scope: bucket.scope, group: bucket.group, dependsOn: [dataGroup] },
        vault: vault.scope,
        machineGroups: machineGroups(system),
      },
      parent,
    );
    this.provider = new Provider(
      `${name}-kubernetes`,
      {
        kubeconfig: cluster.kubeconfig,
        // What tells clusters apart is where they are: new credentials or a new address are not a new cluster.
        clusterIdentifier: clusterId(subscription, cluster.group, facts.cluster),
      },
      parent,
    );
    this.deletedWith = cluster.created;
    this.serviceAccountAnnotations = identities.annotations;
    this.dependsOn = [...cluster.ready, ...bucket.ready, ...vault.ready, ...identities.ready];
    this.outputs = {
      cluster: facts.cluster,
      resourceGroup: cluster.group,
      bucket: `${account}/${container}`,
      secretStore: vaultUrl,
      identities: identities.clientIds,
      kubeconfig: cluster.kubeconfig,
    };
    this.registerOutputs({ cluster: facts.cluster });
  }
}

/** @throws when the facts are another cloud's */
function azureOf({ objectStore, secretStore, azureSubscription: subscription }: ClusterFacts) {
  if (objectStore.kind !== "azure-blob" || secretStore.kind !== "key-vault" || subscription === undefined)
    throw new Error("the facts of a cluster on AKS name a subscription, a storage account and a key vault");
  const { storageAccount: account, container } = objectStore;
  return { subscription, tenant: secretStore.tenant, vaultUrl: secretStore.url, account, container };
}

/** Resource groups whose machines a job of the system finds. */
function machineGroups({ jobs }: System): string[] {
  const groups = jobs.flatMap(({ discovery }) =>
    discovery.kind === "azure" ? [discovery.resourceGroup] : [],
  );
  return [...new Set(groups)].sort();
}

import type { StackConfig } from "../../configuration/parse.ts";
import type { ClusterFacts } from "../../monitoring/kubernetes/model.ts";
import { kubeconfigSecret } from "../../monitoring/kubernetes/names.ts";
import type { AzureLogs } from "../azure/logs.ts";
import type { AzureNames } from "../azure/names.ts";
import { zonesOf } from "../azure/regions.ts";
import * as pulumi from "../pulumi.ts";
import { divide } from "./addresses.ts";
import { AksCluster } from "./cluster.ts";
import { userCredentials } from "./credentials.ts";
import { issuerOf } from "./existingCluster.ts";
import { AzureNetwork } from "./network.ts";

/** A cluster, whether the stack made it or found it. */
export interface ChosenCluster {
  /** Name of its resource group. */
  readonly group: string;
  readonly network?: AzureNetwork;
  readonly created?: pulumi.Resource;
  readonly issuer: pulumi.Output<string>;
  readonly kubeconfig: pulumi.Output<string>;
  readonly ready: readonly pulumi.Resource[];
}

export interface ClusterChoice {
  readonly name: string;
  readonly config: StackConfig<pulumi.Output<string>>;
  readonly facts: ClusterFacts;
  readonly secrets: Readonly<Record<string, pulumi.Output<string>>>;
  readonly names: AzureNames;
  readonly subscription: string;
  readonly tenant: string;
  readonly resourceGroup: pulumi.Output<string>;
  /** Resource group of what outlives the cluster. */
  readonly dataGroup: pulumi.Resource;
  readonly location: string;
  readonly logs: AzureLogs;
  readonly parent: pulumi.Resource;
}

/** The cluster that the configuration asks for. */
export function chosenCluster(choice: ClusterChoice): ChosenCluster {
  return choice.config.kubernetes.cluster.mode === "existing" ? found(choice) : created(choice);
}

/** Nothing of it is created, and nothing changed. */
function found({ config, facts, secrets, parent }: ClusterChoice): ChosenCluster {
  const { resourceGroup } = config.kubernetes.cluster;
  const given = secrets[kubeconfigSecret];
  return {
    group: resourceGroup,
    issuer: issuerOf(resourceGroup, facts.cluster, { parent }),
    kubeconfig: given ? pulumi.secret(given) : userCredentials(resourceGroup, facts.cluster, { parent }),
    ready: [],
  };
}

function created(choice: ClusterChoice): ChosenCluster {
  const { name, config, facts, names, resourceGroup, location, logs, parent } = choice;
  const { cluster, network: networkConfig } = config.kubernetes;
  const addresses = divide(networkConfig.cidr);
  const zones = zonesOf(location);
  const network = new AzureNetwork(
    `${name}-network`,
    {
      resourceGroup,
      location,
      network: names.virtualNetwork,
      addresses,
      clients: {
        edge: facts.edge.allowedCidrs,
        peers: [...new Set(facts.peers.flatMap(({ networkCidr }) => networkCidr ?? []))],
      },
      zones,
    },
    { parent },
  );
  const made = new AksCluster(
    `${name}-cluster`,
    {
      subscription: choice.subscription,
      tenant: choice.tenant,
      resourceGroup,
      nodeGroup: names.nodeGroup,
      location,
      zones,
      cluster: facts.cluster,
      config: cluster,
      addresses,
      network,
      logs,
      disks: { stack: config.stack, name: names.dataGroup, resource: choice.dataGroup },
    },
    { parent },
  );
  return {
    group: names.resourceGroup,
    network,
    created: made.cluster,
    issuer: made.issuer,
    kubeconfig: userCredentials(resourceGroup, made.cluster.name, { parent }),
    ready: made.ready,
  };
}

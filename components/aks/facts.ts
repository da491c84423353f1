/** What is known of a stack's cluster and of Azure before any resource exists. */
import type { StackConfig } from "../../configuration/parse.ts";
import type { ClusterFacts } from "../../monitoring/kubernetes/model.ts";
import type { System } from "../../monitoring/model.ts";
import { azureNames } from "../azure/names.ts";
import { zonesOf } from "../azure/regions.ts";
import { commonFacts } from "../kubernetes/facts.ts";

/** Who the program is in Azure. */
export interface AzureClient {
  readonly subscriptionId: string;
  readonly tenantId: string;
}

export function azureFacts(
  config: StackConfig<unknown>,
  system: System,
  { subscriptionId, tenantId }: AzureClient,
): ClusterFacts {
  const { cluster, storage } = config.kubernetes;
  const names = azureNames(config.stack, subscriptionId);
  return {
    ...commonFacts(config, system, `https://login.microsoftonline.com/${tenantId}/v2.0`),
    cloud: "azure",
    cluster: cluster.name === "" ? names.cluster : cluster.name,
    // What is put on a cluster that is there already may do nothing beyond that cluster.
    ...(cluster.mode === "create" && { diskGroup: names.dataGroup }),
    zones: Math.max(1, zonesOf(config.parameters.region).length),
    objectStore: {
      kind: "azure-blob",
      container: system.longTerm.bucket.name,
      storageAccount: storage.account === "" ? names.storageAccount : storage.account,
    },
    secretStore: {
      kind: "key-vault",
      url: `https://${names.keyVault}.vault.azure.net`,
      tenant: tenantId,
    },
    azureSubscription: subscriptionId,
    cilium: cluster.mode === "create" || cluster.cilium === true,
  };
}

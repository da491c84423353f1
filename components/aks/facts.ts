/** What is known of a stack's cluster and of Azure before any resource exists. */
import type { StackConfig } from "../../configuration/parse.ts";
import type { ClusterFacts } from "../../monitoring/kubernetes/model.ts";
import { deadMansSwitchSecret, storageClassName } from "../../monitoring/kubernetes/names.ts";
import type { System } from "../../monitoring/model.ts";
import { azureNames } from "./names.ts";
import { zonesOf } from "./regions.ts";

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
  const { cluster, network, storage, oidc, edge, globalView, images } = config.kubernetes;
  const { environment, region } = config.parameters;
  const names = azureNames(config.stack, subscriptionId);
  return {
    cloud: "azure",
    cluster: cluster.name === "" ? names.cluster : cluster.name,
    region,
    environment,
    version: cluster.version,
    storageClass: storageClassName,
    // What is put on a cluster that is there already may do nothing beyond that cluster.
    ...(cluster.mode === "create" && { diskGroup: names.dataGroup }),
    zones: Math.max(1, zonesOf(region).length),
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
    hostname: edge.hostname === "" ? system.access.hostname : edge.hostname,
    oidc: {
      issuer: oidc.issuer === "" ? `https://login.microsoftonline.com/${tenantId}/v2.0` : oidc.issuer,
      clientId: oidc.clientId,
      ...(oidc.adminGroup !== "" && { adminGroup: oidc.adminGroup }),
      ...(oidc.editorGroup !== "" && { editorGroup: oidc.editorGroup }),
      ...(oidc.endpoints && { endpoints: oidc.endpoints }),
      ...(oidc.jwt && { jwt: oidc.jwt }),
    },
    edge: {
      certificate:
        edge.certificate === "acme"
          ? { kind: "acme", email: edge.email, server: edge.acmeServer }
          : { kind: "internal" },
      internal: edge.internal,
      allowedCidrs: edge.allowedCidrs,
    },
    peers: globalView,
    deadMansSwitch: deadMansSwitchSecret in config.secrets,
    givenSecrets: Object.keys(config.secrets).sort(),
    imageDigests: images,
    cilium: cluster.mode === "create" || cluster.cilium === true,
    networkCidr: network.cidr,
  };
}

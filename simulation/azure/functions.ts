/** Functions of @pulumi/azure-native. What they look up by name is taken to be there. */
import type { Call, Cloud } from "../cloud.ts";
import { base64, guid, pem } from "../invented.ts";
import { textAt, type Properties } from "../propertyValues.ts";
import { subscription, tenant } from "./identity.ts";
import { endpointsOf } from "./outputs.ts";
import { runCommandOf } from "./runCommands.ts";

export const azureFunctions: Cloud["functions"] = {
  "azure-native:authorization:getClientConfig": () => ({
    clientId: guid("simulated client"),
    objectId: guid("simulated object"),
    subscriptionId: subscription,
    tenantId: tenant,
  }),
  "azure-native:compute:getVirtualMachineRunCommandByVirtualMachine": runCommandOf,
  "azure-native:containerservice:listManagedClusterUserCredentials": (call) =>
    credentials(call, "clusterUser"),
  "azure-native:containerservice:listManagedClusterAdminCredentials": (call) =>
    credentials(call, "clusterAdmin"),
  "azure-native:containerservice:getManagedCluster": (call) => {
    const name = textAt(call.arguments, "resourceName") ?? "";
    return {
      id: idOf(call, "Microsoft.ContainerService/managedClusters", name),
      name,
      location: call.region,
      kubernetesVersion: "1.34",
      fqdn: `${name}.hcp.${call.region}.azmk8s.io`,
      oidcIssuerProfile: {
        enabled: true,
        issuerURL: `https://${call.region}.oic.prod-aks.azure.com/${tenant}/${guid(name)}/`,
      },
      nodeResourceGroup: `MC_${groupOf(call)}_${name}_${call.region}`,
      provisioningState: "Succeeded",
      type: "Microsoft.ContainerService/ManagedClusters",
    };
  },
  "azure-native:storage:getStorageAccount": (call) => {
    const name = textAt(call.arguments, "accountName") ?? "";
    return {
      id: idOf(call, "Microsoft.Storage/storageAccounts", name),
      name,
      location: call.region,
      primaryEndpoints: endpointsOf(name),
      provisioningState: "Succeeded",
      kind: "StorageV2",
      type: "Microsoft.Storage/storageAccounts",
    };
  },
};

/** As Azure answers: a kubeconfig in base64, which the SDK does not call secret. */
function credentials(call: Call, user: string): Properties {
  const name = textAt(call.arguments, "resourceName") ?? "";
  const kubeconfig = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    clusters: [
      {
        name,
        cluster: {
          server: `https://${name}.hcp.${call.region}.azmk8s.io:443`,
          "certificate-authority-data": base64(pem("CERTIFICATE", name)),
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user } }],
    users: [{ name: user, user: { token: `simulated-${guid(name)}` } }],
  };
  return { kubeconfigs: [{ name: user, value: base64(JSON.stringify(kubeconfig)) }] };
}

function idOf(call: Call, type: string, name: string): string {
  return `/subscriptions/${subscription}/resourceGroups/${groupOf(call)}/providers/${type}/${name}`;
}

function groupOf(call: Call): string {
  return textAt(call.arguments, "resourceGroupName") ?? "";
}

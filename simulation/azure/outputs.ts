/** Outputs of Azure resources that programs build on. */
import type { Existing } from "../cloud.ts";
import { address, guid, hex } from "../invented.ts";
import { at, isMap, plain, textAt, type Properties } from "../propertyValues.ts";
import { azureNameKey, providerOf, subscription, tenant, typeWord } from "./identity.ts";

export function azureOutputs(resource: Existing): Properties {
  const { declaration, kind, token } = resource;
  const shared: Properties = {
    name: lastSegment(resource.id),
    type: `${providerOf(token)}/${typeWord(kind)}`,
    location: textAt(resource.inputs, "location") ?? resource.region,
    provisioningState: "Succeeded",
    etag: hex(resource.id),
  };
  const declared = Object.entries(shared).filter(
    ([key]) => key in declaration.outputs && !isInput(resource, key),
  );
  return { ...Object.fromEntries(declared), ...identityOf(resource), ...makers[token]?.(resource) };
}

const makers: Readonly<Record<string, (resource: Existing) => Properties>> = {
  "azure-native:managedidentity:UserAssignedIdentity": ({ urn }) => principal(urn),
  "azure-native:containerservice:ManagedCluster": (resource) => clusterOutputs(resource),
  "azure-native:storage:StorageAccount": ({ id }) => ({
    primaryEndpoints: endpointsOf(lastSegment(id)),
    primaryLocation: "",
    statusOfPrimary: "available",
  }),
  "azure-native:keyvault:Vault": ({ id }) => ({
    properties: { vaultUri: `https://${lastSegment(id)}.vault.azure.net/`, provisioningState: "Succeeded" },
  }),
  "azure-native:keyvault:Secret": ({ id, inputs }) => {
    const uri = `https://${textAt(inputs, "vaultName") ?? ""}.vault.azure.net/secrets/${lastSegment(id)}`;
    // Another value is another version.
    const version = hex(`${id}${textAt(inputs, "properties", "value") ?? ""}`, 32);
    return { properties: { secretUri: uri, secretUriWithVersion: `${uri}/${version}` } };
  },
  "azure-native:compute:VirtualMachine": ({ urn, id }) => ({ vmId: guid(`${urn}${id}`) }),
  "azure-native:network:PublicIPAddress": ({ urn }) => ({ ipAddress: address(urn) }),
  "azure-native:operationalinsights:Workspace": ({ urn }) => ({ customerId: guid(urn) }),
};

/** An identity that Azure makes with the resource. */
function identityOf(resource: Existing): Properties {
  const identity = plain(resource.inputs["identity"]);
  if (!isMap(identity) || !(textAt(identity, "type") ?? "").includes("SystemAssigned")) return {};
  return { identity: { principalId: guid(`${resource.urn}identity`), tenantId: tenant } };
}

function principal(seed: string): Properties {
  return { clientId: guid(`${seed}client`), principalId: guid(`${seed}principal`), tenantId: tenant };
}

function clusterOutputs({ id, urn, inputs, region }: Existing): Properties {
  const name = lastSegment(id);
  const location = textAt(inputs, "location") ?? region;
  const group = textAt(inputs, "resourceGroupName") ?? "";
  const nodes = textAt(inputs, "nodeResourceGroup") ?? `MC_${group}_${name}_${location}`;
  const isPrivate = plain(at(inputs, "apiServerAccessProfile", "enablePrivateCluster")) === true;
  const domain = `${textAt(inputs, "dnsPrefix") ?? name}-${hex(urn)}`;
  const kubelet = principal(`${urn}kubelet`);
  return {
    ...(isPrivate
      ? { privateFQDN: `${domain}.privatelink.${location}.azmk8s.io` }
      : { fqdn: `${domain}.hcp.${location}.azmk8s.io` }),
    ...(plain(at(inputs, "oidcIssuerProfile", "enabled")) === true
      ? {
          oidcIssuerProfile: {
            issuerURL: `https://${location}.oic.prod-aks.azure.com/${tenant}/${guid(urn)}/`,
          },
        }
      : {}),
    nodeResourceGroup: nodes,
    currentKubernetesVersion: `${textAt(inputs, "kubernetesVersion") ?? "1.34"}.0`,
    powerState: { code: "Running" },
    identityProfile: {
      kubeletidentity: {
        clientId: kubelet["clientId"],
        objectId: kubelet["principalId"],
        resourceId: `/subscriptions/${subscription}/resourceGroups/${nodes}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}-agentpool`,
      },
    },
  };
}

export function endpointsOf(account: string): Properties {
  const services = ["blob", "dfs", "file", "queue", "table", "web"];
  return Object.fromEntries(
    services.map((service) => [service, `https://${account}.${service}.core.windows.net/`]),
  );
}

function isInput({ inputs, ...resource }: Existing, key: string): boolean {
  return inputs[key] !== undefined && azureNameKey({ inputs, ...resource }) !== key;
}

function lastSegment(id: string): string {
  return id.split("/").at(-1) ?? id;
}

import { getManagedClusterOutput } from "@pulumi/azure-native/containerservice/getManagedCluster.js";
import * as pulumi from "../pulumi.ts";

/**
 * Issuer of the tokens of a cluster that is there already. Who shows them to Azure, the add-on for workload identity or
 * its Helm chart, is the cluster's affair.
 * @throws {pulumi.RunError} when it issues none that Azure could trust
 */
export function issuerOf(
  resourceGroup: string,
  cluster: string,
  options: { readonly parent: pulumi.Resource },
): pulumi.Output<string> {
  const found = getManagedClusterOutput({ resourceGroupName: resourceGroup, resourceName: cluster }, options);
  return found.apply(({ oidcIssuerProfile }) => {
    if (oidcIssuerProfile?.issuerURL !== undefined) return oidcIssuerProfile.issuerURL;
    throw new pulumi.RunError(
      `vigil:cluster.name: got ${cluster}, which issues no tokens that Azure trusts; run \`az aks update --resource-group ${resourceGroup} --name ${cluster} --enable-oidc-issuer --enable-workload-identity\``,
    );
  });
}

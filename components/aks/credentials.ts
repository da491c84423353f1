import { listManagedClusterUserCredentialsOutput } from "@pulumi/azure-native/containerservice/listManagedClusterUserCredentials.js";
import { parse, stringify } from "yaml";
import * as pulumi from "../pulumi.ts";

/**
 * The kubeconfig of a cluster of AKS for whoever asks: it holds no key, only how to log in with Entra ID (kubelogin).
 * Secret, since it names the way in.
 */
export function userCredentials(
  resourceGroup: pulumi.Input<string>,
  cluster: pulumi.Input<string>,
  options: { readonly parent: pulumi.Resource },
): pulumi.Output<string> {
  const listed = listManagedClusterUserCredentialsOutput(
    { resourceGroupName: resourceGroup, resourceName: cluster, format: "exec" },
    options,
  );
  // Azure's answer is not marked as a secret, whatever it holds.
  return pulumi.secret(listed).apply(({ kubeconfigs }) => {
    const [first] = kubeconfigs;
    if (first === undefined)
      throw new pulumi.RunError(
        "Azure gives no credentials of the cluster; whoever runs this needs the role Azure Kubernetes Service Cluster User",
      );
    return withoutBrowser(Buffer.from(first.value, "base64").toString("utf8"));
  });
}

interface Kubeconfig {
  readonly users?: readonly { readonly user?: { readonly exec?: { args?: string[] } } }[];
}

/**
 * AKS answers with a login that waits for a person with a browser; nobody sees it under an engine. The login of the Azure
 * CLI is there on a desk (`az login`) and in a pipeline (federated, `az login --federated-token`) alike.
 *
 * @see https://azure.github.io/kubelogin/concepts/login-modes/azurecli.html
 */
export function withoutBrowser(kubeconfig: string): string {
  const config = parse(kubeconfig) as Kubeconfig | null;
  for (const { user } of config?.users ?? []) {
    const exec = user?.exec;
    if (exec?.args === undefined) continue;
    exec.args = exec.args.map((argument) => (argument === "devicecode" ? "azurecli" : argument));
  }
  return stringify(config);
}

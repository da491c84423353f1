/** How kubectl, Helm and Pulumi reach a cluster: with a token that the AWS CLI asks for each time, never a stored one. */
export interface Endpoint {
  readonly cluster: string;
  readonly region: string;
  /** Address of the API server. */
  readonly server: string;
  /** Its authority, PEM in base64. */
  readonly authority: string;
}

/** A kubeconfig (JSON, which is YAML too) of one cluster. */
export function kubeconfig({ cluster, region, server, authority }: Endpoint): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: cluster, cluster: { server, "certificate-authority-data": authority } }],
    users: [
      {
        name: cluster,
        user: {
          exec: {
            apiVersion: "client.authentication.k8s.io/v1beta1",
            command: "aws",
            args: ["--region", region, "eks", "get-token", "--cluster-name", cluster, "--output", "json"],
            interactiveMode: "Never",
          },
        },
      },
    ],
    contexts: [{ name: cluster, context: { cluster, user: cluster } }],
    "current-context": cluster,
  });
}

/** What is wrong with a stack's configuration on any Kubernetes: who logs in where, and how the edge gets its certificate. */
import { removal, setting } from "../../configuration/commands.ts";
import type { StackConfig } from "../../configuration/parse.ts";
import type { Finding } from "../../monitoring/checks/finding.ts";
import { grafanaFindings } from "../../monitoring/kubernetes/prometheusStack.ts";
import type { System } from "../../monitoring/model.ts";

/** @param system with the stack's changes */
export function kubernetesFindings(config: StackConfig<unknown>, system: System): Finding[] {
  return [
    ...loginFindings(config),
    ...edgeFindings(config),
    ...networkFindings(config),
    ...installedFindings(config),
    ...grafanaFindings(system, Object.keys(config.secrets), config.kubernetes.oidc),
  ];
}

/** On AKS the issuer is the subscription's own tenant unless another is named. */
function loginFindings({ stack, platform, kubernetes: { oidc } }: StackConfig<unknown>): Finding[] {
  return [
    ...(oidc.clientId === ""
      ? [
          {
            key: "vigil:oidc.clientId",
            message: "missing, and people log in as users of an application of the identity provider",
            mend: `run ${setting(stack, "vigil:oidc.clientId", "CLIENT-ID")}`,
          },
        ]
      : []),
    ...(oidc.issuer === "" && platform !== "aks"
      ? [
          {
            key: "vigil:oidc.issuer",
            message: "missing, and people log in at an identity provider",
            mend: `run ${setting(stack, "vigil:oidc.issuer", "https://ISSUER")}`,
          },
        ]
      : []),
  ];
}

/** An ACME authority proves the name by asking for a file over HTTP, from wherever it likes. */
function edgeFindings({ stack, kubernetes: { edge } }: StackConfig<unknown>): Finding[] {
  if (edge.certificate !== "acme") return [];
  const closed = edge.internal || !edge.allowedCidrs.includes("0.0.0.0/0");
  return [
    ...(edge.email === ""
      ? [
          {
            key: "vigil:edge.email",
            message: "missing, and an ACME authority wants an address of who is responsible",
            mend: `run ${setting(stack, "vigil:edge.email", "ADDRESS")}`,
          },
        ]
      : []),
    ...(closed
      ? [
          {
            key: "vigil:edge.certificate",
            message:
              "got acme, whose authority must reach the edge from anywhere, and this edge admits only some",
            mend: `run ${setting(stack, "vigil:edge.certificate", "internal")}`,
          },
        ]
      : []),
  ];
}

/** Policies admit the cluster's own network: with another's the API server calls its webhooks in vain, long after the start. */
function networkFindings({ stack, kubernetes: { cluster, network } }: StackConfig<unknown>): Finding[] {
  if (cluster.mode === "create" || network.given) return [];
  return [
    {
      key: "vigil:network.cidr",
      message:
        "missing, and vigil:cluster.mode is existing: name the network of the cluster, of its nodes, pods and API server",
      mend: `run ${setting(stack, "vigil:network.cidr", "CIDR")}`,
    },
  ];
}

/** A cluster that the stack makes has nothing on it. */
function installedFindings({ stack, kubernetes: { cluster } }: StackConfig<unknown>): Finding[] {
  if (cluster.mode === "existing" || cluster.installed.length === 0) return [];
  return [
    {
      key: "vigil:cluster.installed",
      message: `got ${cluster.installed.join(", ")}, but vigil:cluster.mode is create: a new cluster has none of it`,
      mend: `run ${removal(stack, "vigil:cluster.installed")}`,
    },
  ];
}

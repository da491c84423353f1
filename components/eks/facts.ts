/** What is known of a stack on EKS before any resource of it exists. */
import type { StackConfig } from "../../configuration/parse.ts";
import type { ClusterFacts, EdgeFacts } from "../../monitoring/kubernetes/model.ts";
import { deadMansSwitchSecret, storageClassName } from "../../monitoring/kubernetes/names.ts";
import type { System } from "../../monitoring/model.ts";
import { keyAlias } from "./names.ts";
import { zoneCount } from "./subnets.ts";

/** @param config of which only the names of the secrets are looked at */
export function awsFacts(config: StackConfig<unknown>, system: System): ClusterFacts {
  const { region, environment } = config.parameters;
  const { cluster, network, storage, oidc, edge, globalView, images } = config.kubernetes;
  const bucket = system.longTerm.bucket.name;
  return {
    cloud: "aws",
    cluster: clusterName(config),
    region,
    environment,
    version: cluster.version,
    storageClass: storageClassName,
    zones: zoneCount,
    objectStore: {
      kind: "s3",
      bucket,
      region,
      kmsKey: storage.mode === "existing" ? storage.kmsKey : keyAlias(bucket),
    },
    secretStore: { kind: "secrets-manager", region, prefix: `vigil/${config.stack}/` },
    hostname: edge.hostname === "" ? system.access.hostname : edge.hostname,
    oidc: {
      issuer: oidc.issuer,
      clientId: oidc.clientId,
      ...(oidc.adminGroup !== "" && { adminGroup: oidc.adminGroup }),
      ...(oidc.editorGroup !== "" && { editorGroup: oidc.editorGroup }),
      ...(oidc.endpoints && { endpoints: oidc.endpoints }),
      ...(oidc.jwt && { jwt: oidc.jwt }),
    },
    edge: {
      certificate: certificateOf(edge),
      internal: edge.internal,
      allowedCidrs: edge.allowedCidrs,
    },
    peers: globalView,
    deadMansSwitch: deadMansSwitchSecret in config.secrets,
    givenSecrets: Object.keys(config.secrets).sort(),
    imageDigests: images,
    cilium: false,
    networkCidr: network.cidr,
  };
}

/** The name that is configured, or one after the stack. */
export function clusterName({ stack, kubernetes }: StackConfig<unknown>): string {
  return kubernetes.cluster.name === "" ? `vigil-${stack}` : kubernetes.cluster.name;
}

function certificateOf(edge: StackConfig["kubernetes"]["edge"]): EdgeFacts["certificate"] {
  return edge.certificate === "internal"
    ? { kind: "internal" }
    : { kind: "acme", email: edge.email, server: edge.acmeServer };
}

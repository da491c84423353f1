/** What is known of a stack on any cluster before its first resource: what its configuration says, and its system. */
import type { StackConfig } from "../../configuration/parse.ts";
import type { ClusterFacts, EdgeFacts, OidcFacts } from "../../monitoring/kubernetes/model.ts";
import { deadMansSwitchSecret } from "../../monitoring/deadMansSwitch.ts";
import { storageClassName } from "../../monitoring/kubernetes/names.ts";
import type { System } from "../../monitoring/model.ts";

/** What no cloud has its own word on. */
export type CommonFacts = Pick<
  ClusterFacts,
  | "region"
  | "environment"
  | "version"
  | "storageClass"
  | "hostname"
  | "oidc"
  | "edge"
  | "peers"
  | "deadMansSwitch"
  | "givenSecrets"
  | "imageDigests"
  | "networkCidr"
  | "installed"
>;

/**
 * @param config of which only the names of the secrets are looked at
 * @param issuer of people's identities, where the configuration names none
 */
export function commonFacts(config: StackConfig<unknown>, system: System, issuer = ""): CommonFacts {
  const { cluster, network, oidc, edge, globalView, images } = config.kubernetes;
  const { region, environment } = config.parameters;
  return {
    region,
    environment,
    version: cluster.version,
    storageClass: storageClassName,
    hostname: edge.hostname === "" ? system.access.hostname : edge.hostname,
    oidc: oidcFacts(oidc, issuer),
    edge: { certificate: certificateOf(edge), internal: edge.internal, allowedCidrs: edge.allowedCidrs },
    peers: globalView,
    deadMansSwitch: deadMansSwitchSecret in config.secrets,
    givenSecrets: Object.keys(config.secrets).sort(),
    imageDigests: images,
    networkCidr: network.cidr,
    installed: cluster.installed,
  };
}

type Kubernetes = StackConfig["kubernetes"];

function oidcFacts(oidc: Kubernetes["oidc"], issuer: string): OidcFacts {
  return {
    issuer: oidc.issuer === "" ? issuer : oidc.issuer,
    clientId: oidc.clientId,
    ...(oidc.adminGroup !== "" && { adminGroup: oidc.adminGroup }),
    ...(oidc.editorGroup !== "" && { editorGroup: oidc.editorGroup }),
    ...(oidc.endpoints && { endpoints: oidc.endpoints }),
    ...(oidc.jwt && { jwt: oidc.jwt }),
  };
}

function certificateOf(edge: Kubernetes["edge"]): EdgeFacts["certificate"] {
  return edge.certificate === "internal"
    ? { kind: "internal" }
    : { kind: "acme", email: edge.email, server: edge.acmeServer };
}

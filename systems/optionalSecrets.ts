import { deadMansSwitchDeclaration } from "../monitoring/deadMansSwitch.ts";
import { kubeconfigSecret } from "../monitoring/kubernetes/names.ts";
import type { SecretDeclaration } from "../monitoring/model.ts";

/** Secrets by which a stack on Kubernetes is given more than it needs. */
export const optionalSecrets: readonly SecretDeclaration[] = [
  {
    name: kubeconfigSecret,
    about: "Of a cluster that is there already, where it is not to be found by its name.",
    generated: false,
    optional: true,
  },
  deadMansSwitchDeclaration,
  {
    name: "grafana-enterprise-license",
    about: "Grafana's Enterprise licence, which SAML needs.",
    generated: false,
    optional: true,
  },
  {
    name: "grafana-saml-metadata",
    about: "Metadata of the identity provider, XML, which SAML needs.",
    generated: false,
    optional: true,
  },
];

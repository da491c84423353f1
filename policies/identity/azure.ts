/** Azure: who may do what is named, and nothing has a key that never ends. */
import type { ResourcePolicy } from "../policy.ts";
import { at, listAt, quoted } from "../resource.ts";
import { isFalse, isOneOf, isTrue, requirementPolicy } from "../requirement.ts";

const account = "azure-native:storage:StorageAccount";
const cluster = "azure-native:containerservice:ManagedCluster";

export const identityAzureSharedKey = requirementPolicy({
  id: "identity-azure-shared-key",
  concern: "identity",
  severity: "critical",
  description: "A storage account takes identities only: no shared keys, no local users.",
  remedy: "Set allowSharedKeyAccess and isLocalUserEnabled to false and defaultToOAuthAuthentication to true",
  covers: ["CKV2_AZURE_40", "CKV2_AZURE_41", "CKV_AZURE_244", "CIS Azure 3.3"],
  requires: [
    { type: account, path: "allowSharedKeyAccess", ...isFalse },
    { type: account, path: "isLocalUserEnabled", ...isFalse },
    { type: account, path: "defaultToOAuthAuthentication", ...isTrue },
  ],
});

export const identityAksAccounts = requirementPolicy({
  id: "identity-aks-accounts",
  concern: "identity",
  severity: "critical",
  description:
    "Only people and programs that Entra ID knows come into a cluster, and Azure's roles say what they may do.",
  remedy:
    "Set disableLocalAccounts and enableRBAC to true, and aadProfile.managed and aadProfile.enableAzureRBAC",
  covers: ["CKV_AZURE_5", "CKV_AZURE_141", "CIS AKS 5.5.1", "AVD-AZU-0042"],
  requires: [
    { type: cluster, path: "disableLocalAccounts", ...isTrue },
    { type: cluster, path: "enableRBAC", accepts: (value) => value !== false, expected: "true" },
    { type: cluster, path: "aadProfile.managed", ...isTrue },
    { type: cluster, path: "aadProfile.enableAzureRBAC", ...isTrue },
    {
      type: cluster,
      path: "aadProfile.adminGroupObjectIDs",
      accepts: (value) => value === undefined || (Array.isArray(value) && value.length <= 3),
      expected: "three groups of administrators at most",
    },
  ],
});

export const identityAksWorkload = requirementPolicy({
  id: "identity-aks-workload",
  concern: "identity",
  severity: "high",
  description:
    "Pods have identities of their own, and no key is stored: OIDC issuer and workload identity are on.",
  remedy:
    "Set oidcIssuerProfile.enabled and securityProfile.workloadIdentity.enabled to true, and give the cluster an identity",
  covers: ["CIS AKS 5.2.1"],
  requires: [
    { type: cluster, path: "oidcIssuerProfile.enabled", ...isTrue },
    { type: cluster, path: "securityProfile.workloadIdentity.enabled", ...isTrue },
    {
      type: cluster,
      path: "identity.type",
      ...isOneOf("UserAssigned", "SystemAssigned", "SystemAssigned, UserAssigned"),
    },
    {
      type: cluster,
      path: "servicePrincipalProfile.clientId",
      accepts: (value) => value === undefined || value === "msi",
      expected: "nothing: a service principal has a password",
    },
  ],
});

export const identityAzureVault = requirementPolicy({
  id: "identity-azure-vault",
  concern: "identity",
  severity: "high",
  description: "Azure's roles say who reads a vault, one secret at a time if need be.",
  remedy: "Set properties.enableRbacAuthorization to true and remove access policies",
  covers: ["CIS Azure 8.6"],
  requires: [{ type: "azure-native:keyvault:Vault", path: "properties.enableRbacAuthorization", ...isTrue }],
});

/** Owner, Contributor, User Access Administrator, Role Based Access Control Administrator. */
const wideRoles = [
  "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
  "b24988ac-6180-42a0-ab88-20f7382dd24c",
  "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
  "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
];

export const identityAzureAssignment: ResourcePolicy = {
  id: "identity-azure-assignment",
  concern: "identity",
  severity: "high",
  description:
    "A role is assigned for what it is needed for: no owner or contributor, not over a subscription, its principal's kind said.",
  remedy:
    'Assign a narrower role on the resource itself, and set principalType ("ServicePrincipal" for identities), which Azure otherwise takes for a User',
  covers: ["CIS Azure 1.23"],
  types: ["azure-native:authorization:RoleAssignment"],
  *check({ props }) {
    const role = String(props["roleDefinitionId"]);
    if (wideRoles.some((id) => role.toLowerCase().endsWith(id)))
      yield { path: "roleDefinitionId", problem: "is a role that may do anything, or give others any role" };
    if (/^\/subscriptions\/[^/]+\/?$|^\/providers\/Microsoft\.Management\//.test(String(props["scope"])))
      yield { path: "scope", problem: `${quoted(props["scope"])}, a whole subscription or more` };
    if (props["principalType"] === undefined) yield { path: "principalType", problem: "is not set" };
  },
};

export const identityAzureRole: ResourcePolicy = {
  id: "identity-azure-role",
  concern: "identity",
  severity: "high",
  description: "A role of one's own names its actions.",
  remedy: "Replace `*` by the actions that are needed",
  covers: ["CKV_AZURE_39", "AVD-AZU-0030"],
  types: ["azure-native:authorization:RoleDefinition"],
  *check({ props }) {
    for (const [index, permission] of listAt(props, "permissions").entries())
      for (const kind of ["actions", "dataActions"])
        for (const action of listAt(permission, kind).map(String))
          if (action === "*" || /^[\w.]+\/\*$/.test(action) || /\*\/(write|delete|action)$/.test(action))
            yield { path: `permissions[${String(index)}].${kind}`, problem: `allows ${action}` };
    for (const scope of listAt(props, "assignableScopes").map(String))
      if (scope === "/") yield { path: "assignableScopes", problem: "is everything" };
  },
};

export const identityAzureFederation: ResourcePolicy = {
  id: "identity-azure-federation",
  concern: "identity",
  severity: "critical",
  description: "A federated credential is for one service account of one issuer.",
  remedy:
    'Set subject to "system:serviceaccount:NAMESPACE:NAME" (or the pipeline\'s own), and audiences to api://AzureADTokenExchange',
  covers: [],
  types: ["azure-native:managedidentity:FederatedIdentityCredential"],
  *check({ props }) {
    const subject = at(props, "subject");
    if (typeof subject !== "string" || subject === "" || subject.includes("*"))
      yield { path: "subject", problem: `${quoted(subject)}, expected one service account` };
    if (!String(at(props, "issuer")).startsWith("https://"))
      yield { path: "issuer", problem: `${quoted(at(props, "issuer"))}, expected an https address` };
    const audiences = listAt(props, "audiences");
    if (audiences.length !== 1 || audiences[0] !== "api://AzureADTokenExchange")
      yield { path: "audiences", problem: `${quoted(audiences)}, expected ["api://AzureADTokenExchange"]` };
  },
};

export const identityAzureMachine = requirementPolicy({
  id: "identity-azure-machine",
  concern: "identity",
  severity: "high",
  description: "A virtual machine has a managed identity, and a Linux one takes no passwords.",
  remedy: "Set identity.type, and osProfile.linuxConfiguration.disablePasswordAuthentication to true",
  covers: ["AVD-AZU-0039"],
  requires: [
    {
      type: "azure-native:compute:VirtualMachine",
      path: "identity.type",
      ...isOneOf("SystemAssigned", "UserAssigned", "SystemAssigned, UserAssigned"),
    },
    {
      type: "azure-native:compute:VirtualMachine",
      path: "osProfile.linuxConfiguration.disablePasswordAuthentication",
      ...isTrue,
      unless: ({ props }) => at(props, "osProfile", "linuxConfiguration") === undefined,
    },
  ],
});

export const identityAzureLogs = requirementPolicy({
  id: "identity-azure-logs",
  concern: "identity",
  severity: "medium",
  description: "A log workspace takes identities only, and keeps 90 days.",
  remedy: "Set features.disableLocalAuth to true and retentionInDays to 90 or more",
  covers: [],
  requires: [
    { type: "azure-native:operationalinsights:Workspace", path: "features.disableLocalAuth", ...isTrue },
    {
      type: "azure-native:operationalinsights:Workspace",
      path: "retentionInDays",
      accepts: (value) => typeof value === "number" && value >= 90,
      expected: "90 or more",
    },
  ],
});

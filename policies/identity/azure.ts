/** Azure: who may do what is named, and nothing has a key that never ends. */
import { machineTypes } from "../facts/machines.ts";
import type { Fault, ResourcePolicy } from "../policy.ts";
import { at, everyOne, isMap, listAt, type Properties } from "../resource.ts";
import { isFalse, isOneOf, isSet, isTrue, requirementPolicy } from "../requirement.ts";

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
    {
      type: account,
      path: "defaultToOAuthAuthentication",
      ...isTrue,
      // Where shared keys are off there is no other way.
      unless: ({ props }) => props["allowSharedKeyAccess"] === false,
    },
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
    { type: cluster, path: "enableRBAC", ...isTrue },
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

const assignment = "azure-native:authorization:RoleAssignment";

export const identityAzureAssignment = requirementPolicy({
  id: "identity-azure-assignment",
  concern: "identity",
  severity: "high",
  description:
    "A role is assigned for what it is needed for: no owner or contributor, not over a subscription, its principal's kind said.",
  remedy:
    'Assign a narrower role on the resource itself, and set principalType ("ServicePrincipal" for identities), which Azure otherwise takes for a User',
  covers: ["CIS Azure 1.23"],
  requires: [
    {
      type: assignment,
      path: "roleDefinitionId",
      accepts: (value) =>
        typeof value === "string" && !wideRoles.some((id) => value.toLowerCase().includes(id)),
      expected: "a role that may not do anything, nor give others any role",
    },
    {
      type: assignment,
      path: "scope",
      accepts: (value) => typeof value === "string" && !isWide(value),
      expected: "less than a subscription",
    },
    { type: assignment, path: "principalType", ...isSet("the kind of principal") },
  ],
});

/** Whether it is the tenant, a management group or a subscription; Azure takes any letters. */
function isWide(scope: string): boolean {
  return /^\/?$|^\/subscriptions\/[^/]+\/?$|^\/providers\/microsoft\.management\//i.test(scope);
}

export const identityAzureRole: ResourcePolicy = {
  id: "identity-azure-role",
  concern: "identity",
  severity: "high",
  description: "A role of one's own names its actions; only what it may see is left open.",
  remedy: "Replace `*` by the actions that are needed, and `/` by the scopes that it is for",
  covers: ["CKV_AZURE_39", "AVD-AZU-0030"],
  types: ["azure-native:authorization:RoleDefinition"],
  *check({ props }) {
    yield* everyOne([wildcards, scopes], (look) => look(props));
  },
};

function* wildcards(props: Properties): Iterable<Fault> {
  const permissions = listAt(props, "permissions");
  const kinds = ["actions", "dataActions"] as const;
  const lists = [...permissions.keys()].flatMap((index) => kinds.map((kind) => ({ index, kind })));
  yield* everyOne(lists, function* ({ index, kind }) {
    const actions = listAt(permissions[index], kind);
    yield* everyOne(actions.keys(), function* (each) {
      const action = String(actions[each]);
      // To see everything changes nothing; to read all content gives it away.
      const isSight = kind === "actions" && /\/read$/i.test(action);
      if (action.includes("*") && !isSight)
        yield { path: `permissions[${String(index)}].${kind}`, problem: `allows ${action}` };
    });
  });
}

function* scopes(props: Properties): Iterable<Fault> {
  const all = listAt(props, "assignableScopes");
  yield* everyOne(all.keys(), function* (index) {
    if (all[index] === "/") yield { path: "assignableScopes", problem: "is everything" };
  });
}

const federation = "azure-native:managedidentity:FederatedIdentityCredential";

export const identityAzureFederation = requirementPolicy({
  id: "identity-azure-federation",
  concern: "identity",
  severity: "critical",
  description: "A federated credential is for one service account of one issuer.",
  remedy:
    'Set subject to "system:serviceaccount:NAMESPACE:NAME" (or the pipeline\'s own), and audiences to api://AzureADTokenExchange',
  covers: [],
  requires: [
    {
      type: federation,
      path: "subject",
      accepts: (value) => typeof value === "string" && value !== "" && !value.includes("*"),
      expected: "one service account",
    },
    {
      type: federation,
      path: "issuer",
      accepts: (value) => typeof value === "string" && value.startsWith("https://"),
      expected: "an https address",
    },
    {
      type: federation,
      path: "audiences",
      accepts: (value) =>
        Array.isArray(value) && value.length === 1 && value[0] === "api://AzureADTokenExchange",
      expected: '["api://AzureADTokenExchange"]',
    },
  ],
});

export const identityAzureMachine = requirementPolicy({
  id: "identity-azure-machine",
  concern: "identity",
  severity: "high",
  description: "A virtual machine has a managed identity, and a Linux one takes no passwords.",
  remedy:
    "Set identity.type, and osProfile.linuxConfiguration.disablePasswordAuthentication to true, or osProfile.windowsConfiguration (of a scale set: in its virtualMachineProfile)",
  covers: ["CKV_AZURE_1", "CKV_AZURE_49", "CKV_AZURE_149", "AVD-AZU-0039"],
  requires: machineTypes.flatMap(({ type, place, profileOf }) => [
    {
      type,
      path: "identity.type",
      ...isOneOf("SystemAssigned", "UserAssigned", "SystemAssigned, UserAssigned"),
      unless: ({ props }) => profileOf(props) === undefined,
    },
    {
      type,
      path: `${place}osProfile.linuxConfiguration.disablePasswordAuthentication`,
      ...isTrue,
      unless: ({ props }) => !isMap(at(profileOf(props), "osProfile")) || isWindows(profileOf(props)),
    },
  ]),
});

/** Azure takes a machine that says nothing of its system for what its image is; one that nobody knows may be Linux. */
function isWindows(machine: unknown): boolean {
  const image = at(machine, "storageProfile", "imageReference", "publisher");
  return (
    !isMap(at(machine, "osProfile", "linuxConfiguration")) &&
    (isMap(at(machine, "osProfile", "windowsConfiguration")) ||
      at(machine, "storageProfile", "osDisk", "osType") === "Windows" ||
      /windows/i.test(String(image)))
  );
}

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

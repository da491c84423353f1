import * as identityPolicies from "../../policies/identity/azure.ts";
import {
  identityAksAccounts,
  identityAksWorkload,
  identityAzureAssignment,
  identityAzureFederation,
  identityAzureLogs,
  identityAzureMachine,
  identityAzureRole,
  identityAzureSharedKey,
  identityAzureVault,
} from "../../policies/identity/azure.ts";
import { testNoneIsLeftOut } from "./cases.ts";
import { testCloudPolicy } from "./declared.ts";
import { unknown, type Given } from "./evaluation.ts";

const keyless = {
  allowSharedKeyAccess: false,
  isLocalUserEnabled: false,
  defaultToOAuthAuthentication: true,
};
const entra = {
  disableLocalAccounts: true,
  enableRBAC: true,
  aadProfile: { managed: true, enableAzureRBAC: true },
};
const workload = {
  oidcIssuerProfile: { enabled: true },
  securityProfile: { workloadIdentity: { enabled: true } },
  identity: { type: "UserAssigned" },
};
const subscription = "/subscriptions/00000000-0000-4000-8000-000000000001";
const group = `${subscription}/resourceGroups/rg-vigil`;
const roles = `${subscription}/providers/Microsoft.Authorization/roleDefinitions`;
const reader = `${roles}/2a2b9908-6ea1-4ae2-8e65-a410df84e7d1`;
const owner = `${roles}/8e3af657-a8ff-443c-a75c-2fe8c4bcb635`;
const narrow = { roleDefinitionId: reader, scope: group, principalType: "ServicePrincipal" };
const credential = {
  issuer: "https://eastus.oic.prod-aks.azure.com/tenant/cluster/",
  subject: "system:serviceaccount:monitoring:prometheus",
  audiences: ["api://AzureADTokenExchange"],
};

const windowsImage = { imageReference: { publisher: "MicrosoftWindowsServer", offer: "WindowsServer" } };
const scaleSetType = "azure-native:compute:VirtualMachineScaleSet";

describe("Policies of identity in Azure", () => {
  testCloudPolicy({
    policy: identityAzureSharedKey,
    passes: { "identities only": [account(keyless)] },
    fails: {
      "shared keys": {
        stack: [account({ ...keyless, allowSharedKeyAccess: true })],
        says: /allowSharedKeyAccess is true, expected false/,
      },
      "local users": {
        stack: [account({ ...keyless, isLocalUserEnabled: true })],
        says: /isLocalUserEnabled is true, expected false/,
      },
      "keys by default": {
        stack: [account({ ...keyless, allowSharedKeyAccess: true, defaultToOAuthAuthentication: false })],
        says: /defaultToOAuthAuthentication is false, expected true/,
      },
      "local users beside keys that are not known": {
        stack: [account({ ...keyless, allowSharedKeyAccess: unknown, isLocalUserEnabled: true })],
        says: /isLocalUserEnabled is true/,
      },
    },
    absent: { stack: [account({})], says: /allowSharedKeyAccess is not set/ },
    unknown: [account({ ...keyless, allowSharedKeyAccess: unknown })],
  });

  testCloudPolicy({
    policy: identityAksAccounts,
    passes: {
      "people of Entra ID, roles of Azure": [cluster(entra)],
      "three groups of administrators": [
        cluster({ ...entra, aadProfile: { ...entra.aadProfile, adminGroupObjectIDs: ["a", "b", "c"] } }),
      ],
    },
    fails: {
      "local accounts": {
        stack: [cluster({ ...entra, disableLocalAccounts: false })],
        says: /disableLocalAccounts is false, expected true/,
      },
      "no roles at all": {
        stack: [cluster({ ...entra, enableRBAC: false })],
        says: /enableRBAC is false/,
      },
      "roles of which nothing is said": {
        stack: [cluster({ ...entra, enableRBAC: undefined })],
        says: /enableRBAC is not set, expected true/,
      },
      "roles of the cluster's own": {
        stack: [cluster({ ...entra, aadProfile: { managed: true } })],
        says: /aadProfile\.enableAzureRBAC is not set/,
      },
      "people of the cluster's own": {
        stack: [cluster({ ...entra, aadProfile: { enableAzureRBAC: true, managed: false } })],
        says: /aadProfile\.managed is false/,
      },
      "four groups of administrators": {
        stack: [
          cluster({
            ...entra,
            aadProfile: { ...entra.aadProfile, adminGroupObjectIDs: ["a", "b", "c", "d"] },
          }),
        ],
        says: /adminGroupObjectIDs is .*expected three groups of administrators at most/,
      },
    },
    absent: { stack: [cluster({})], says: /disableLocalAccounts is not set/ },
    unknown: [cluster({ ...entra, disableLocalAccounts: unknown })],
  });

  testCloudPolicy({
    policy: identityAksWorkload,
    passes: {
      "an identity of one's own": [cluster(workload)],
      "an identity of the system's, as Azure writes it back": [
        cluster({
          ...workload,
          identity: { type: "SystemAssigned" },
          servicePrincipalProfile: { clientId: "msi" },
        }),
      ],
    },
    fails: {
      "a service principal with a password": {
        stack: [
          cluster({ ...workload, servicePrincipalProfile: { clientId: "8e3af657", secret: "s3cret" } }),
        ],
        says: /servicePrincipalProfile\.clientId is "8e3af657", expected nothing/,
      },
      "no issuer": {
        stack: [cluster({ ...workload, oidcIssuerProfile: { enabled: false } })],
        says: /oidcIssuerProfile\.enabled is false/,
      },
      "no workload identity": {
        stack: [cluster({ ...workload, securityProfile: {} })],
        says: /securityProfile\.workloadIdentity\.enabled is not set/,
      },
      "no identity": {
        stack: [cluster({ ...workload, identity: { type: "None" } })],
        says: /identity\.type is "None", expected "UserAssigned"/,
      },
    },
    absent: { stack: [cluster({})], says: /oidcIssuerProfile\.enabled is not set/ },
    unknown: [cluster({ ...workload, identity: unknown })],
  });

  testCloudPolicy({
    policy: identityAzureVault,
    passes: { "Azure's roles": [vault({ enableRbacAuthorization: true })] },
    fails: {
      "policies of the vault's own": {
        stack: [vault({ enableRbacAuthorization: false, accessPolicies: [{ objectId: "everybody" }] })],
        says: /properties\.enableRbacAuthorization is false, expected true/,
      },
    },
    absent: { stack: [vault({})], says: /properties\.enableRbacAuthorization is not set/ },
    unknown: [vault({ enableRbacAuthorization: unknown })],
  });

  testCloudPolicy({
    policy: identityAzureAssignment,
    passes: {
      "a narrow role on a group": [assignment(narrow)],
      "a role of one's own that is not there yet": [
        assignment({ ...narrow, roleDefinitionId: `${group}/roleDefinitions/role-disks8cbae9c1` }),
      ],
    },
    fails: {
      ...Object.fromEntries(
        [
          ["owner", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"],
          ["contributor", "b24988ac-6180-42a0-ab88-20f7382dd24c"],
          ["administrator of access", "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9"],
          ["administrator of roles", "f58310d9-a9f6-439a-9e8d-f62e7b41a168"],
          ["owner in capitals", "8E3AF657-A8FF-443C-A75C-2FE8C4BCB635"],
        ].map(([what, id]) => [
          `an ${String(what)}`,
          {
            stack: [assignment({ ...narrow, roleDefinitionId: `${roles}/${String(id)}` })],
            says: /roleDefinitionId is ".*expected a role that may not do anything/,
          },
        ]),
      ),
      "a whole subscription": {
        stack: [assignment({ ...narrow, scope: subscription })],
        says: /scope is ".*expected less than a subscription/,
      },
      "a management group": {
        stack: [
          assignment({ ...narrow, scope: "/providers/Microsoft.Management/managementGroups/production" }),
        ],
        says: /scope is ".*expected less than a subscription/,
      },
      "nobody in particular": {
        stack: [assignment({ roleDefinitionId: reader, scope: group })],
        says: /principalType is not set/,
      },
      "a whole subscription in other letters": {
        stack: [assignment({ ...narrow, scope: subscription.replace("subscriptions", "Subscriptions") })],
        says: /scope is ".*expected less than a subscription/,
      },
      "a management group in other letters": {
        stack: [
          assignment({ ...narrow, scope: "/providers/microsoft.management/managementGroups/production" }),
        ],
        says: /scope is ".*expected less than a subscription/,
      },
      "the whole tenant": {
        stack: [assignment({ ...narrow, scope: "/" })],
        says: /scope is "\/", expected less than a subscription/,
      },
      "an owner with a slash behind": {
        stack: [assignment({ ...narrow, roleDefinitionId: `${owner}/` })],
        says: /roleDefinitionId is ".*expected a role that may not do anything/,
      },
      "a whole subscription, for a role that is not known": {
        stack: [assignment({ ...narrow, roleDefinitionId: unknown, scope: subscription })],
        says: /scope is ".*expected less than a subscription/,
      },
      "an owner of what is not known": {
        stack: [assignment({ ...narrow, roleDefinitionId: owner, scope: unknown })],
        says: /roleDefinitionId is ".*expected a role that may not do anything/,
      },
    },
    absent: { stack: [assignment({})], says: /principalType is not set/ },
    unknown: [assignment({ ...narrow, roleDefinitionId: unknown })],
  });

  testCloudPolicy({
    policy: identityAzureRole,
    passes: {
      "actions by name": [
        role({ actions: ["Microsoft.Compute/disks/read", "Microsoft.Compute/disks/write"] }),
      ],
      "whatever is read": [role({ actions: ["*/read", "Microsoft.Compute/*/read"] })],
      "what it does not allow": [role({ actions: ["Microsoft.Compute/disks/read"], notActions: ["*"] })],
    },
    fails: {
      everything: {
        stack: [role({ actions: ["*"] })],
        says: /permissions\[0\]\.actions allows \*/,
      },
      "everything of a service": {
        stack: [role({ actions: ["Microsoft.Compute/*"] })],
        says: /permissions\[0\]\.actions allows Microsoft\.Compute\/\*/,
      },
      "whatever is written": {
        stack: [role({ actions: ["Microsoft.Authorization/*/write"] })],
        says: /allows Microsoft\.Authorization\/\*\/write/,
      },
      "all content": {
        stack: [role({ actions: [], dataActions: ["*"] })],
        says: /permissions\[0\]\.dataActions allows \*/,
      },
      "the second permission": {
        stack: [
          {
            ...role({}),
            props: { permissions: [{ actions: ["Microsoft.Compute/disks/read"] }, { actions: ["*"] }] },
          },
        ],
        says: /permissions\[1\]\.actions allows \*/,
      },
      "a role for everything": {
        stack: [{ ...role({}), props: { permissions: [], assignableScopes: ["/"] } }],
        says: /assignableScopes is everything/,
      },
      "everything of a kind": {
        stack: [role({ actions: ["Microsoft.Authorization/roleAssignments/*"] })],
        says: /allows Microsoft\.Authorization\/roleAssignments\/\*/,
      },
      "whatever is written, in capitals": {
        stack: [role({ actions: ["Microsoft.Authorization/*/Write"] })],
        says: /allows Microsoft\.Authorization\/\*\/Write/,
      },
      "whatever is done to a kind": {
        stack: [role({ actions: ["Microsoft.Compute/virtualMachines/*/action"] })],
        says: /allows Microsoft\.Compute\/virtualMachines\/\*\/action/,
      },
      "half a name": {
        stack: [role({ actions: ["Microsoft.Stor*"] })],
        says: /allows Microsoft\.Stor\*/,
      },
      "all content that is read": {
        stack: [role({ dataActions: ["*/read"] })],
        says: /dataActions allows \*\/read/,
      },
      "everything beside an action that is not known": {
        stack: [role({ actions: [unknown, "*"] })],
        says: /actions allows \*/,
      },
      "a role for everything, its actions not known": {
        stack: [{ ...role({}), props: { permissions: unknown, assignableScopes: [group, "/"] } }],
        says: /assignableScopes is everything/,
      },
    },
    absent: { stack: [role({})] },
    unknown: [role({ actions: [unknown] })],
  });

  testCloudPolicy({
    policy: identityAzureFederation,
    passes: {
      "one service account": [federation(credential)],
      "a pipeline's environment": [
        federation({
          ...credential,
          issuer: "https://token.actions.githubusercontent.com",
          subject: "repo:example/vigil:environment:prod",
        }),
      ],
    },
    fails: {
      "every service account of a namespace": {
        stack: [federation({ ...credential, subject: "system:serviceaccount:monitoring:*" })],
        says: /subject is "system:serviceaccount:monitoring:\*", expected one service account/,
      },
      nobody: { stack: [federation({ ...credential, subject: "" })], says: /subject is ""/ },
      "an issuer without TLS": {
        stack: [federation({ ...credential, issuer: "http://oidc.example.com" })],
        says: /issuer is "http:\/\/oidc\.example\.com", expected an https address/,
      },
      "another audience": {
        stack: [federation({ ...credential, audiences: ["sts.amazonaws.com"] })],
        says: /audiences is \["sts\.amazonaws\.com"\]/,
      },
      "a second audience": {
        stack: [federation({ ...credential, audiences: [...credential.audiences, "any"] })],
        says: /audiences is /,
      },
      "another audience of an issuer that is not known": {
        stack: [federation({ ...credential, issuer: unknown, audiences: ["any"] })],
        says: /audiences is \["any"\]/,
      },
    },
    absent: { stack: [federation({})], says: /subject is not set/ },
    unknown: [federation({ ...credential, issuer: unknown })],
  });

  testCloudPolicy({
    policy: identityAzureMachine,
    passes: {
      "a Linux machine with keys": [linux({ linuxConfiguration: { disablePasswordAuthentication: true } })],
      "a Windows machine": [machine({ adminPassword: "s3cret", windowsConfiguration: {} }, windowsImage)],
      "both kinds of identity": [
        {
          ...machine({ windowsConfiguration: {} }, windowsImage),
          props: {
            identity: { type: "SystemAssigned, UserAssigned" },
            osProfile: { windowsConfiguration: {} },
          },
        },
      ],
      "a Windows machine that says nothing of Windows": [machine({ adminPassword: "s3cret" }, windowsImage)],
      "a Windows machine of an image of one's own": [
        machine({ adminPassword: "s3cret" }, { imageReference: { id: "/i" }, osDisk: { osType: "Windows" } }),
      ],
      "a Windows machine of which a state says that it is not Linux": [
        machine({ windowsConfiguration: {}, linuxConfiguration: null }, windowsImage),
      ],
      "a machine from a disk that has its people already": [
        { type: "azure-native:compute:VirtualMachine", props: { identity: { type: "SystemAssigned" } } },
      ],
      "a scale set": [scaleSet({ type: "UserAssigned" }, { disablePasswordAuthentication: true })],
      "a scale set of machines that are described on their own": [
        { type: scaleSetType, props: { orchestrationMode: "Flexible" } },
      ],
    },
    fails: {
      passwords: {
        stack: [linux({ linuxConfiguration: { disablePasswordAuthentication: false } })],
        says: /osProfile\.linuxConfiguration\.disablePasswordAuthentication is false/,
      },
      "passwords by Azure's own default": {
        stack: [linux({ linuxConfiguration: { provisionVMAgent: true } })],
        says: /disablePasswordAuthentication is not set/,
      },
      "no identity": {
        stack: [
          {
            ...linux({}),
            props: {
              identity: { type: "None" },
              osProfile: { linuxConfiguration: { disablePasswordAuthentication: true } },
            },
          },
        ],
        says: /identity\.type is "None", expected "SystemAssigned"/,
      },
      "a Linux machine that says nothing of Linux": {
        stack: [linux({ adminPassword: "s3cret" })],
        says: /osProfile\.linuxConfiguration\.disablePasswordAuthentication is not set/,
      },
      "a Linux machine of which a state says that it is not Windows": {
        stack: [linux({ adminPassword: "s3cret", windowsConfiguration: null })],
        says: /disablePasswordAuthentication is not set/,
      },
      "a machine of an image that nobody knows": {
        stack: [machine({ adminPassword: "s3cret" }, { imageReference: { id: "/i" } })],
        says: /disablePasswordAuthentication is not set/,
      },
      "passwords of a scale set": {
        stack: [scaleSet({ type: "UserAssigned" }, { disablePasswordAuthentication: false })],
        says: /virtualMachineProfile\.osProfile\.linuxConfiguration\.disablePasswordAuthentication is false/,
      },
      "a scale set without an identity": {
        stack: [scaleSet(undefined, { disablePasswordAuthentication: true })],
        says: /^subject \(azure-native:compute:VirtualMachineScaleSet\): identity\.type is not set/,
      },
    },
    absent: {
      stack: [{ type: "azure-native:compute:VirtualMachine", props: { vmName: "node-1" } }],
      says: /identity\.type is not set/,
    },
    unknown: [linux({ linuxConfiguration: { disablePasswordAuthentication: unknown } })],
  });

  testCloudPolicy({
    policy: identityAzureLogs,
    passes: {
      "90 days and identities": [logs({ features: { disableLocalAuth: true }, retentionInDays: 90 })],
    },
    fails: {
      "a month": {
        stack: [logs({ features: { disableLocalAuth: true }, retentionInDays: 30 })],
        says: /retentionInDays is 30, expected 90 or more/,
      },
      "a text for a number": {
        stack: [logs({ features: { disableLocalAuth: true }, retentionInDays: "900" })],
        says: /retentionInDays is "900"/,
      },
      keys: {
        stack: [logs({ features: { disableLocalAuth: false }, retentionInDays: 730 })],
        says: /features\.disableLocalAuth is false, expected true/,
      },
    },
    absent: { stack: [logs({})], says: /features\.disableLocalAuth is not set/ },
    unknown: [logs({ features: { disableLocalAuth: true }, retentionInDays: unknown })],
  });

  testNoneIsLeftOut(identityPolicies);
});

function account(props: Given["props"]): Given {
  return { type: "azure-native:storage:StorageAccount", props: { accountName: "stblocks", ...props } };
}

function cluster(props: Given["props"]): Given {
  return { type: "azure-native:containerservice:ManagedCluster", props };
}

function vault(properties: object): Given {
  return { type: "azure-native:keyvault:Vault", props: { vaultName: "kv", properties } };
}

function assignment(props: Given["props"]): Given {
  return { type: "azure-native:authorization:RoleAssignment", props: { principalId: "somebody", ...props } };
}

function role(permission: object): Given {
  return {
    type: "azure-native:authorization:RoleDefinition",
    props: { permissions: [permission], assignableScopes: [group] },
  };
}

function federation(props: Given["props"]): Given {
  return { type: "azure-native:managedidentity:FederatedIdentityCredential", props };
}

function machine(osProfile: object, storageProfile: object): Given {
  return {
    type: "azure-native:compute:VirtualMachine",
    props: { identity: { type: "UserAssigned" }, osProfile, storageProfile },
  };
}

function linux(osProfile: object): Given {
  return machine(osProfile, { imageReference: { publisher: "Canonical", offer: "ubuntu-24_04-lts" } });
}

function scaleSet(identity: unknown, linuxConfiguration: object): Given {
  return {
    type: scaleSetType,
    props: { identity, virtualMachineProfile: { osProfile: { linuxConfiguration } } },
  };
}

function logs(props: Given["props"]): Given {
  return { type: "azure-native:operationalinsights:Workspace", props };
}

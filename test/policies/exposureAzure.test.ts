import * as exposurePolicies from "../../policies/exposure/azure.ts";
import {
  exposureAksApi,
  exposureAksNodes,
  exposureAksPolicy,
  exposureAzureBlobs,
  exposureAzureEndpoints,
  exposureAzureStorage,
  exposureAzureTenants,
  exposureAzureVault,
} from "../../policies/exposure/azure.ts";
import * as networkPolicies from "../../policies/exposure/azureNetworks.ts";
import {
  exposureAzureAdministration,
  exposureAzureDenied,
  exposureAzureInbound,
  exposureAzureMachineAddress,
  exposureAzureSubnet,
} from "../../policies/exposure/azureNetworks.ts";
import { testNoneIsLeftOut } from "./cases.ts";
import { testCloudPolicy } from "./declared.ts";
import { unknown, type Given } from "./evaluation.ts";

const ours = "203.0.113.0/24";
const deny = { defaultAction: "Deny" };
const disabled = { publicNetworkAccess: "Disabled" };
const accountId = "/subscriptions/0/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/stblocks";
const guarded = { networkSecurityGroup: { id: "/nsg" }, defaultOutboundAccess: false };
const refusal = {
  access: "Deny",
  direction: "Inbound",
  protocol: "*",
  priority: 4096,
  sourceAddressPrefix: "*",
  sourcePortRange: "*",
  destinationAddressPrefix: "*",
  destinationPortRange: "*",
};
const hardened = {
  enableEncryptionAtHost: true,
  securityProfile: { sshAccess: "Disabled", enableSecureBoot: true, enableVTPM: true },
};

describe("Policies of exposure in Azure: what stores", () => {
  testCloudPolicy({
    policy: exposureAzureStorage,
    passes: {
      "a private endpoint alone": [account({ ...disabled, networkRuleSet: deny })],
      "a perimeter": [account({ publicNetworkAccess: "SecuredByPerimeter", networkRuleSet: deny })],
      "networks by their addresses": [account({ networkRuleSet: { ...deny, ipRules: addresses(ours) } })],
      "networks of Azure's own": [
        account({
          publicNetworkAccess: "Enabled",
          networkRuleSet: {
            ...deny,
            bypass: "None",
            virtualNetworkRules: [{ virtualNetworkResourceId: "/s" }],
          },
        }),
      ],
      "Azure's own services": [
        account({ ...disabled, networkRuleSet: { ...deny, bypass: "AzureServices", ipRules: [] } }),
      ],
    },
    fails: {
      "everybody by default": {
        stack: [account({ ...disabled, networkRuleSet: { defaultAction: "Allow" } })],
        says: /networkRuleSet\.defaultAction is "Allow", expected "Deny"/,
      },
      "the internet, where no network is named": {
        stack: [account({ publicNetworkAccess: "Enabled", networkRuleSet: deny })],
        says: /publicNetworkAccess is "Enabled", expected "Disabled"/,
      },
      "metrics for everybody": {
        stack: [account({ ...disabled, networkRuleSet: { ...deny, bypass: "Metrics, AzureServices" } })],
        says: /networkRuleSet\.bypass is "Metrics, AzureServices"/,
      },
      "logs for everybody": {
        stack: [account({ ...disabled, networkRuleSet: { ...deny, bypass: "Logging, AzureServices" } })],
        says: /networkRuleSet\.bypass is "Logging, AzureServices", expected "AzureServices" or "None"/,
      },
      "a named network that is everybody": {
        stack: [account({ networkRuleSet: { ...deny, ipRules: addresses(ours, "0.0.0.0/0") } })],
        says: /networkRuleSet\.ipRules\[1\]\.iPAddressOrRange is "0\.0\.0\.0\/0"/,
      },
      "everybody in two halves": {
        stack: [account({ networkRuleSet: { ...deny, ipRules: addresses("0.0.0.0/1", "128.0.0.0/1") } })],
        says: /ipRules\[1\]\.iPAddressOrRange is "128\.0\.0\.0\/1"/,
      },
      "everybody by default, where the networks are not known": {
        stack: [account({ networkRuleSet: { defaultAction: "Allow", ipRules: unknown } })],
        says: /networkRuleSet\.defaultAction is "Allow"/,
      },
    },
    absent: { stack: [account({})], says: /networkRuleSet\.defaultAction is not set/ },
    unknown: [account({ networkRuleSet: { ...deny, ipRules: unknown } })],
  });

  testCloudPolicy({
    policy: exposureAzureBlobs,
    passes: {
      "an account and a container for nobody": [
        account({ allowBlobPublicAccess: false }),
        container({ publicAccess: "None" }),
      ],
      "a container by Azure's own default": [container({})],
    },
    fails: {
      "an account that lets its containers decide": {
        stack: [account({ allowBlobPublicAccess: true })],
        says: /allowBlobPublicAccess is true, expected false/,
      },
      "a container whose blobs are read": {
        stack: [container({ publicAccess: "Blob" })],
        says: /publicAccess is "Blob", expected "None"/,
      },
      "a container that is listed": {
        stack: [account({ allowBlobPublicAccess: false }), container({ publicAccess: "Container" })],
        says: /publicAccess is "Container"/,
      },
    },
    absent: { stack: [account({})], says: /allowBlobPublicAccess is not set/ },
    unknown: [account({ allowBlobPublicAccess: unknown })],
  });

  testCloudPolicy({
    policy: exposureAzureTenants,
    passes: { "a tenant's own copies": [account({ allowCrossTenantReplication: false })] },
    fails: {
      "copies to other tenants": {
        stack: [account({ allowCrossTenantReplication: true })],
        says: /allowCrossTenantReplication is true/,
      },
    },
    absent: { stack: [account({})], says: /allowCrossTenantReplication is not set/ },
    unknown: [account({ allowCrossTenantReplication: unknown })],
  });

  testCloudPolicy({
    policy: exposureAzureVault,
    passes: {
      "a private endpoint alone": [vault({ ...disabled, networkAcls: deny })],
      "a private endpoint, as Azure writes it back": [
        vault({ publicNetworkAccess: "disabled", networkAcls: deny }),
      ],
      "named networks": [vault({ networkAcls: { ...deny, ipRules: [{ value: ours }] } })],
      "a subnet": [vault({ networkAcls: { ...deny, virtualNetworkRules: [{ id: "/subnets/nodes" }] } })],
    },
    fails: {
      "everybody by default": {
        stack: [vault({ ...disabled, networkAcls: { defaultAction: "Allow" } })],
        says: /properties\.networkAcls\.defaultAction is "Allow"/,
      },
      "the internet, where no network is named": {
        stack: [vault({ publicNetworkAccess: "Enabled", networkAcls: deny })],
        says: /properties\.publicNetworkAccess is "Enabled"/,
      },
      "secrets for whoever deploys": {
        stack: [vault({ ...disabled, networkAcls: deny, enabledForTemplateDeployment: true })],
        says: /properties\.enabledForTemplateDeployment is true/,
      },
      "secrets for machines": {
        stack: [vault({ ...disabled, networkAcls: deny, enabledForDeployment: true })],
        says: /properties\.enabledForDeployment is true/,
      },
      "secrets for disks": {
        stack: [vault({ ...disabled, networkAcls: deny, enabledForDiskEncryption: true })],
        says: /properties\.enabledForDiskEncryption is true/,
      },
      "a named network that is everybody": {
        stack: [vault({ networkAcls: { ...deny, ipRules: [{ value: ours }, { value: "0.0.0.0/0" }] } })],
        says: /properties\.networkAcls\.ipRules\[1\]\.value is "0\.0\.0\.0\/0"/,
      },
    },
    absent: { stack: [vault({})], says: /networkAcls\.defaultAction is not set/ },
    unknown: [vault({ ...disabled, networkAcls: { defaultAction: unknown } })],
  });

  testCloudPolicy({
    policy: exposureAzureEndpoints,
    passes: {
      "an account and a vault with an endpoint each": [
        account(disabled),
        vault(disabled),
        { ...endpoint(unknown), from: { privateLinkServiceConnections: "account" } },
        { ...endpoint(unknown), name: "other", from: { privateLinkServiceConnections: "vault" } },
      ],
      "an endpoint that names the account by its id": [account(disabled), endpoint(accountId)],
      "an account that is open to networks": [account({ publicNetworkAccess: "Enabled" })],
      "a copy that Azure writes": [
        account(disabled),
        {
          type: "azure-native:storage:ObjectReplicationPolicy",
          name: "copy",
          props: { destinationAccount: accountId },
          from: { destinationAccount: "account" },
        },
      ],
      "an endpoint that somebody approves": [
        account(disabled),
        {
          ...endpoint(""),
          props: { manualPrivateLinkServiceConnections: [{ privateLinkServiceId: accountId }] },
        },
      ],
      "an account as a state's outputs name it": [
        { ...account({}), props: { ...disabled, name: "stblocks" } },
        endpoint(accountId),
      ],
      "an id in other letters": [account(disabled), endpoint(accountId.toLowerCase())],
    },
    fails: {
      "an account that nobody reaches": {
        stack: [account(disabled)],
        says: /^account .*is closed to the internet and has no private endpoint/,
      },
      "a vault that nobody reaches": {
        stack: [vault({ publicNetworkAccess: "disabled" })],
        says: /^vault .*has no private endpoint/,
      },
      "another account's endpoint": {
        stack: [account(disabled), endpoint("/subscriptions/0/storageAccounts/stother")],
        says: /^account .*has no private endpoint/,
      },
      "an endpoint of a vault that has the account's name": {
        stack: [account(disabled), endpoint("/subscriptions/0/providers/Microsoft.KeyVault/vaults/stblocks")],
        says: /^account .*has no private endpoint/,
      },
    },
    absent: { stack: [account({}), vault({})] },
    unknown: [account(disabled), endpoint(unknown)],
  });
});

describe("Policies of exposure in Azure: networks", () => {
  testCloudPolicy({
    policy: exposureAzureInbound,
    passes: {
      "the edge": [group(allow({ destinationPortRanges: ["443"], sourceAddressPrefix: "Internet" }))],
      "a network that is somebody's": [
        group(allow({ destinationPortRange: "*", sourceAddressPrefix: ours })),
      ],
      "a refusal of everybody": [group(allow({ access: "Deny", sourceAddressPrefix: "*" }))],
      "a way out to everybody": [
        group(allow({ direction: "Outbound", sourceAddressPrefix: "*", destinationPortRange: "*" })),
      ],
      "a rule of its own for the edge": [
        ruleOf({ destinationPortRange: "443", sourceAddressPrefix: "0.0.0.0/0" }),
      ],
      "the edge as a range of one port": [
        group(allow({ destinationPortRange: "443-443", sourceAddressPrefix: "*" })),
      ],
      "machines of one kind": [
        group({
          ...allow({ destinationPortRange: "9090" }),
          sourceApplicationSecurityGroups: [{ id: unknown }],
        }),
      ],
      "a way out that is not known": [
        group(allow({ direction: "Outbound", sourceAddressPrefix: unknown, destinationPortRange: unknown })),
      ],
    },
    fails: {
      ...Object.fromEntries(
        ["*", "Internet", "internet", "Any", "0.0.0.0/0", "::/0", "128.0.0.0/1", "10.0.0.0/0"].map(
          (source) => [
            `9090 for ${source}`,
            {
              stack: [group(allow({ destinationPortRange: "9090", sourceAddressPrefix: source }))],
              says: /^subject .*: securityRules\[0\] lets everybody in on port 9090/,
            },
          ],
        ),
      ),
      "everybody among others": {
        stack: [group(allow({ destinationPortRange: "9090", sourceAddressPrefixes: [ours, "0.0.0.0/0"] }))],
        says: /lets everybody in on port 9090/,
      },
      "every port": {
        stack: [group(allow({ destinationPortRange: "*", sourceAddressPrefix: "*" }))],
        says: /lets everybody in on port \*/,
      },
      "ports among which the edge's are": {
        stack: [group(allow({ destinationPortRange: "80-443", sourceAddressPrefix: "*" }))],
        says: /lets everybody in on port 80-443/,
      },
      "a port beside the edge's": {
        stack: [group(allow({ destinationPortRanges: ["443", "9090"], sourceAddressPrefix: "*" }))],
        says: /lets everybody in on port 443, 9090/,
      },
      "a rule of its own": {
        stack: [ruleOf({ destinationPortRange: "22", sourceAddressPrefix: "*" })],
        says: /^rule \(azure-native:network:SecurityRule\): lets everybody in on port 22/,
      },
      "the second rule": {
        stack: [
          group(
            allow({ destinationPortRange: "443", sourceAddressPrefix: "*" }),
            allow({ destinationPortRange: "9090", sourceAddressPrefix: "*" }),
          ),
        ],
        says: /securityRules\[1\] lets everybody in/,
      },
      "a rule in small letters": {
        stack: [
          group(
            allow({
              access: "allow",
              direction: "inbound",
              destinationPortRange: "9090",
              sourceAddressPrefix: "*",
            }),
          ),
        ],
        says: /lets everybody in on port 9090/,
      },
      "a rule that names no source": {
        stack: [group(allow({ destinationPortRange: "9090" }))],
        says: /lets everybody in on port 9090/,
      },
      "a rule that names no port": {
        stack: [group(allow({ sourceAddressPrefix: "*" }))],
        says: /lets everybody in on port \*/,
      },
      "ports that are none": {
        stack: [group(allow({ destinationPortRange: "https", sourceAddressPrefix: "*" }))],
        says: /lets everybody in on port \*/,
      },
      "everybody behind a rule that is not known": {
        stack: [
          group(
            allow({ destinationPortRange: "443", sourceAddressPrefix: unknown }),
            allow({ destinationPortRange: "9090", sourceAddressPrefix: "*" }),
          ),
        ],
        says: /securityRules\[1\] lets everybody in on port 9090/,
      },
    },
    absent: { stack: [group()] },
    unknown: [group(allow({ destinationPortRange: "9090", sourceAddressPrefix: unknown }))],
  });

  testCloudPolicy({
    policy: exposureAzureInbound,
    settings: { ports: [9090] },
    passes: {
      "a port that the stack opens": [
        group(allow({ destinationPortRange: "9090", sourceAddressPrefix: "*" })),
      ],
    },
    fails: {
      "the edge, where the stack has none": {
        stack: [group(allow({ destinationPortRange: "443", sourceAddressPrefix: "*" }))],
        says: /lets everybody in on port 443/,
      },
    },
    absent: { stack: [group()] },
    unknown: [group(allow({ destinationPortRange: unknown, sourceAddressPrefix: "*" }))],
  });

  testCloudPolicy({
    policy: exposureAzureAdministration,
    passes: {
      "the ports of a monitoring": [
        group(allow({ destinationPortRange: "9090-9094", sourceAddressPrefix: ours })),
      ],
      "what other policies tell of: every port, and everybody": [
        group(
          allow({ destinationPortRange: "*", sourceAddressPrefix: ours }),
          allow({ destinationPortRange: "22", sourceAddressPrefix: "*" }),
        ),
      ],
      "the load balancer's questions": [
        group(allow({ destinationPortRange: "*", sourceAddressPrefix: "AzureLoadBalancer" })),
      ],
      "a refusal": [group(allow({ access: "Deny", destinationPortRange: "22", sourceAddressPrefix: "*" }))],
      "a way out": [group(allow({ direction: "Outbound", destinationPortRange: "22" }))],
      "a remote desktop from the Bastion's own subnet": [
        subnet({ subnetName: "AzureBastionSubnet", addressPrefix: "10.60.16.0/26" }),
        group(allow({ destinationPortRange: "3389", sourceAddressPrefix: "10.60.16.0/26" })),
      ],
      "a question whether a machine is there": [
        group(allow({ protocol: "Icmp", destinationPortRange: "*", sourceAddressPrefix: ours })),
      ],
    },
    fails: {
      ...Object.fromEntries(
        [
          ["22", "22"],
          ["3389", "3389"],
          ["5985", "5985"],
          ["5986", "5986"],
          ["20-30", "22"],
          ["1-65535", "22, 3389, 5985, 5986"],
          ["5980-5990", "5985, 5986"],
        ].map(([range, port]) => [
          `${String(range)} for one network`,
          {
            stack: [group(allow({ destinationPortRange: range, sourceAddressPrefix: ours }))],
            says: new RegExp(`securityRules\\[0\\] opens port ${String(port)}\\.`),
          },
        ]),
      ),
      "one of several": {
        stack: [group(allow({ destinationPortRanges: ["443", "3380-3390"], sourceAddressPrefix: ours }))],
        says: /opens port 3389/,
      },
      "a rule of its own": {
        stack: [ruleOf({ destinationPortRange: "22", sourceAddressPrefix: "10.0.0.0/8" })],
        says: /^rule .*opens port 22/,
      },
      "a rule in small letters": {
        stack: [
          group(
            allow({
              access: "allow",
              direction: "inbound",
              destinationPortRange: "22",
              sourceAddressPrefix: ours,
            }),
          ),
        ],
        says: /opens port 22/,
      },
      "a rule behind one that is not known": {
        stack: [
          group(
            allow({ destinationPortRange: unknown }),
            allow({ destinationPortRange: "22", sourceAddressPrefix: ours }),
          ),
        ],
        says: /securityRules\[1\] opens port 22/,
      },
      "a remote desktop from the Bastion and from elsewhere": {
        stack: [
          subnet({ subnetName: "AzureBastionSubnet", addressPrefix: "10.60.16.0/26" }),
          group(allow({ destinationPortRange: "3389", sourceAddressPrefixes: ["10.60.16.0/26", ours] })),
        ],
        says: /opens port 3389/,
      },
    },
    absent: { stack: [group()] },
    unknown: [group(allow({ destinationPortRange: unknown, sourceAddressPrefix: ours }))],
  });

  testCloudPolicy({
    policy: exposureAzureDenied,
    passes: {
      "a refusal of the rest": [group(allow({ destinationPortRange: "443" }), refusal)],
      "a refusal of the rest in small letters": [group({ ...refusal, access: "deny", direction: "inbound" })],
      "a refusal as a rule of its own": [
        { ...group(), props: { networkSecurityGroupName: "nsg" } },
        {
          ...ruleOf({ ...refusal, networkSecurityGroupName: unknown }),
          from: { networkSecurityGroupName: "subject" },
        },
      ],
      "a refusal as a rule of its own that names its group": [
        { ...group(), props: { networkSecurityGroupName: "nsg" } },
        ruleOf({ ...refusal, networkSecurityGroupName: "nsg" }),
      ],
      "a refusal as a rule of its own, the group as a state's outputs name it": [
        { ...group(), props: { name: "nsg" } },
        ruleOf({ ...refusal, networkSecurityGroupName: "nsg" }),
      ],
    },
    fails: {
      "no refusal": {
        stack: [group(allow({ destinationPortRange: "443" }))],
        says: /securityRules let in whatever no rule speaks of/,
      },
      "a refusal of the internet only": {
        stack: [group({ ...refusal, sourceAddressPrefix: "Internet" })],
        says: /let in whatever no rule speaks of/,
      },
      "a refusal of one port": {
        stack: [group({ ...refusal, destinationPortRange: "22" })],
        says: /let in whatever/,
      },
      "a refusal of what goes out": {
        stack: [group({ ...refusal, direction: "Outbound" })],
        says: /let in whatever/,
      },
      "a refusal of one protocol": {
        stack: [group({ ...refusal, protocol: "Tcp" })],
        says: /let in whatever/,
      },
      "a refusal to one machine": {
        stack: [group({ ...refusal, destinationAddressPrefix: "10.0.0.4" })],
        says: /let in whatever/,
      },
      "a refusal of what comes from one port": {
        stack: [group({ ...refusal, sourcePortRange: "1024" })],
        says: /let in whatever/,
      },
      "another group's rule": {
        stack: [
          { ...group(), props: { networkSecurityGroupName: "nsg" } },
          ruleOf({ ...refusal, networkSecurityGroupName: "another" }),
        ],
        says: /^subject .*let in whatever/,
      },
    },
    absent: { stack: [group()], says: /let in whatever no rule speaks of/ },
    unknown: [group({ ...refusal, access: unknown })],
  });

  testCloudPolicy({
    policy: exposureAzureSubnet,
    passes: {
      "a group and no way out": [subnet({ ...guarded, subnetName: "nodes" })],
      "a group that is not there yet": [
        {
          ...subnet({ networkSecurityGroup: { id: unknown }, defaultOutboundAccess: false }),
          from: { networkSecurityGroup: "nsg" },
        },
      ],
      "the subnets that take no group": [
        subnet({ subnetName: "GatewaySubnet" }),
        subnet({ subnetName: "AzureFirewallSubnet" }),
        subnet({ subnetName: "RouteServerSubnet" }),
        subnet({ name: "GatewaySubnet" }),
      ],
      "a Bastion, which needs a way out": [
        subnet({ subnetName: "AzureBastionSubnet", networkSecurityGroup: { id: "/nsg" } }),
      ],
      "a network with its subnets in it": [network({ name: "nodes", ...guarded }, { name: "GatewaySubnet" })],
    },
    fails: {
      "no group": {
        stack: [subnet({ defaultOutboundAccess: false })],
        says: /^subnet .*networkSecurityGroup is not set/,
      },
      "a group of which nothing is left": {
        stack: [
          {
            ...subnet({ networkSecurityGroup: {}, defaultOutboundAccess: false }),
            from: { networkSecurityGroup: "nsg" },
          },
        ],
        says: /networkSecurityGroup is not set/,
      },
      "a group of nothing": {
        stack: [subnet({ networkSecurityGroup: {}, defaultOutboundAccess: false })],
        says: /networkSecurityGroup is not set/,
      },
      "a way out": {
        stack: [subnet({ ...guarded, defaultOutboundAccess: true })],
        says: /defaultOutboundAccess is not false/,
      },
      "a Bastion without a group": {
        stack: [subnet({ subnetName: "AzureBastionSubnet" })],
        says: /networkSecurityGroup is not set/,
      },
      "a subnet in its network": {
        stack: [network({ name: "nodes", ...guarded }, { name: "open", defaultOutboundAccess: false })],
        says: /^network .*: subnets\[1\]\.networkSecurityGroup is not set/,
      },
      "a way out of a subnet in its network": {
        stack: [network({ name: "nodes", networkSecurityGroup: { id: "/nsg" } })],
        says: /subnets\[0\]\.defaultOutboundAccess is not false/,
      },
    },
    absent: {
      stack: [subnet({})],
      says: /defaultOutboundAccess is not false[^]*networkSecurityGroup is not set/,
    },
    unknown: [subnet({ networkSecurityGroup: { id: unknown }, defaultOutboundAccess: false })],
  });

  testCloudPolicy({
    policy: exposureAzureMachineAddress,
    passes: {
      "an interface and a balancer inside": [
        nic({ ipConfigurations: [{ privateIPAddress: "10.0.0.4" }], enableIPForwarding: false }),
        balancer({ privateIPAddress: "10.0.0.5" }),
      ],
      "a machine that brings its interface along": [madeWith("VirtualMachine", {})],
      "a scale set": [madeWith("VirtualMachineScaleSet", {})],
    },
    fails: {
      "a public address": {
        stack: [nic({ ipConfigurations: [{ publicIPAddress: { id: "/pip" } }] })],
        says: /^subject .*: ipConfigurations\[0\]\.publicIPAddress makes the machine reachable/,
      },
      "a public address that is not there yet": {
        stack: [nic({ ipConfigurations: [{}, { publicIPAddress: { id: unknown } }] })],
        says: /ipConfigurations\[1\]\.publicIPAddress makes the machine reachable/,
      },
      "an interface that speaks for others": {
        stack: [nic({ enableIPForwarding: true })],
        says: /enableIPForwarding lets it speak for others/,
      },
      "a public balancer": {
        stack: [balancer({}, { publicIPAddress: { id: "/pip" } })],
        says: /frontendIPConfigurations\[1\]\.publicIPAddress makes the machines behind it reachable/,
      },
      "a scale set whose machines have addresses": {
        stack: [
          madeWith("VirtualMachineScaleSet", {
            ipConfigurations: [{}, { publicIPAddressConfiguration: { name: "pip" } }],
          }),
        ],
        says: /virtualMachineProfile\.networkProfile\.networkInterfaceConfigurations\[0\]\.ipConfigurations\[1\]\.publicIPAddressConfiguration makes/,
      },
      "a machine that brings its address along": {
        stack: [
          madeWith("VirtualMachine", {
            ipConfigurations: [{ publicIPAddressConfiguration: { name: "pip" } }],
          }),
        ],
        says: /: networkProfile\.networkInterfaceConfigurations\[0\]\.ipConfigurations\[0\]\.publicIPAddressConfiguration makes/,
      },
      "a scale set whose machines speak for others": {
        stack: [madeWith("VirtualMachineScaleSet", { enableIPForwarding: true })],
        says: /networkInterfaceConfigurations\[0\]\.enableIPForwarding lets it speak for others/,
      },
      "an interface that speaks for others, its addresses not known": {
        stack: [nic({ ipConfigurations: unknown, enableIPForwarding: true })],
        says: /enableIPForwarding lets it speak for others/,
      },
    },
    absent: { stack: [nic({}), balancer()] },
    unknown: [nic({ ipConfigurations: unknown })],
  });
});

describe("Policies of exposure in Azure: clusters", () => {
  testCloudPolicy({
    policy: exposureAksApi,
    passes: {
      "a private API": [api({ enablePrivateCluster: true, enablePrivateClusterPublicFQDN: false })],
      "named networks": [api({ authorizedIPRanges: [ours] })],
    },
    fails: {
      everybody: {
        stack: [api({ enablePrivateCluster: false })],
        says: /apiServerAccessProfile\.authorizedIPRanges/,
      },
      "everybody by name": {
        stack: [api({ authorizedIPRanges: [ours, "0.0.0.0/0"] })],
        says: /apiServerAccessProfile\.authorizedIPRanges/,
      },
      "an empty list, which is everybody": {
        stack: [api({ authorizedIPRanges: [] })],
        says: /apiServerAccessProfile\.authorizedIPRanges/,
      },
      "a private API whose address is public": {
        stack: [api({ enablePrivateCluster: true, enablePrivateClusterPublicFQDN: true })],
        says: /enablePrivateClusterPublicFQDN/,
      },
      "commands through Azure": {
        stack: [api({ authorizedIPRanges: [ours], disableRunCommand: false })],
        says: /apiServerAccessProfile\.disableRunCommand is false/,
      },
      "a private API whose address Azure publishes by default": {
        stack: [api({ enablePrivateCluster: true })],
        says: /apiServerAccessProfile\.enablePrivateClusterPublicFQDN is not set, expected false/,
      },
      "commands through Azure, the networks not known": {
        stack: [api({ authorizedIPRanges: unknown, disableRunCommand: false })],
        says: /disableRunCommand is false/,
      },
    },
    absent: { stack: [cluster({})], says: /authorizedIPRanges/ },
    unknown: [api({ authorizedIPRanges: [unknown] })],
  });

  testCloudPolicy({
    policy: exposureAksNodes,
    passes: {
      "nodes that nobody reaches": [cluster({ agentPoolProfiles: [{ name: "system", ...hardened }] })],
      "a pool of its own": [pool({ ...hardened, enableNodePublicIP: false })],
      "people by Entra ID": [
        pool({ ...hardened, securityProfile: { ...hardened.securityProfile, sshAccess: "EntraId" } }),
      ],
    },
    fails: {
      "public nodes": {
        stack: [pool({ ...hardened, enableNodePublicIP: true })],
        says: /enableNodePublicIP is true/,
      },
      "disks in the clear": {
        stack: [pool({ ...hardened, enableEncryptionAtHost: false })],
        says: /enableEncryptionAtHost is false/,
      },
      "SSH with keys": {
        stack: [
          pool({ ...hardened, securityProfile: { ...hardened.securityProfile, sshAccess: "LocalUser" } }),
        ],
        says: /securityProfile\.sshAccess is "LocalUser", expected "Disabled"/,
      },
      "no secure boot and no TPM": {
        stack: [pool({ ...hardened, securityProfile: { sshAccess: "Disabled", enableVTPM: false } })],
        says: /securityProfile\.enableVTPM is false/,
      },
      "the second pool of a cluster": {
        stack: [cluster({ agentPoolProfiles: [hardened, { ...hardened, enableEncryptionAtHost: false }] })],
        says: /agentPoolProfiles\[1\]\.enableEncryptionAtHost is false/,
      },
      "public nodes in a pool behind one that is not known": {
        stack: [cluster({ agentPoolProfiles: [unknown, { ...hardened, enableNodePublicIP: true }] })],
        says: /agentPoolProfiles\[1\]\.enableNodePublicIP is true/,
      },
    },
    absent: { stack: [cluster({})], says: /agentPoolProfiles\[\]\.enableEncryptionAtHost is not set/ },
    unknown: [pool({ ...hardened, enableEncryptionAtHost: unknown })],
  });

  testCloudPolicy({
    policy: exposureAksPolicy,
    passes: {
      Cilium: [cluster({ networkProfile: { networkPolicy: "cilium" } })],
      Calico: [cluster({ networkProfile: { networkPolicy: "calico" } })],
    },
    fails: {
      none: {
        stack: [cluster({ networkProfile: { networkPolicy: "none" } })],
        says: /networkProfile\.networkPolicy is "none", expected "cilium"/,
      },
    },
    absent: {
      stack: [cluster({ networkProfile: { networkPlugin: "azure" } })],
      says: /networkProfile\.networkPolicy is not set/,
    },
    unknown: [cluster({ networkProfile: { networkPolicy: unknown } })],
  });

  testNoneIsLeftOut(exposurePolicies, networkPolicies);
});

function account(props: Given["props"]): Given {
  return {
    type: "azure-native:storage:StorageAccount",
    name: "account",
    props: { accountName: "stblocks", ...props },
  };
}

function container(props: Given["props"]): Given {
  return { type: "azure-native:storage:BlobContainer", props: { accountName: "stblocks", ...props } };
}

function addresses(...ranges: string[]): object[] {
  return ranges.map((iPAddressOrRange) => ({ iPAddressOrRange }));
}

function vault(properties: object): Given {
  return { type: "azure-native:keyvault:Vault", name: "vault", props: { vaultName: "kv", properties } };
}

function endpoint(privateLinkServiceId: string): Given {
  return {
    type: "azure-native:network:PrivateEndpoint",
    name: "endpoint",
    props: { privateLinkServiceConnections: [{ groupIds: ["blob"], privateLinkServiceId }] },
  };
}

function group(...securityRules: object[]): Given {
  return { type: "azure-native:network:NetworkSecurityGroup", props: { securityRules } };
}

function allow(rule: object): object {
  return { access: "Allow", direction: "Inbound", protocol: "Tcp", priority: 100, ...rule };
}

/** A rule that is a resource of its own. */
function ruleOf(rule: object): Given {
  return { type: "azure-native:network:SecurityRule", name: "rule", props: { ...allow(rule) } };
}

function subnet(props: Given["props"]): Given {
  return { type: "azure-native:network:Subnet", name: "subnet", props };
}

function network(...subnets: object[]): Given {
  return { type: "azure-native:network:VirtualNetwork", name: "network", props: { subnets } };
}

function nic(props: Given["props"]): Given {
  return { type: "azure-native:network:NetworkInterface", props };
}

function balancer(...frontendIPConfigurations: object[]): Given {
  return { type: "azure-native:network:LoadBalancer", name: "balancer", props: { frontendIPConfigurations } };
}

/** A machine, or a set of them, that makes its interface itself. */
function madeWith(kind: "VirtualMachine" | "VirtualMachineScaleSet", configuration: object): Given {
  const networkProfile = { networkInterfaceConfigurations: [{ name: "nic", ...configuration }] };
  return {
    type: `azure-native:compute:${kind}`,
    props: kind === "VirtualMachine" ? { networkProfile } : { virtualMachineProfile: { networkProfile } },
  };
}

function cluster(props: Given["props"]): Given {
  return { type: "azure-native:containerservice:ManagedCluster", props };
}

function api(profile: object): Given {
  return cluster({ apiServerAccessProfile: { disableRunCommand: true, ...profile } });
}

function pool(props: Given["props"]): Given {
  return { type: "azure-native:containerservice:AgentPool", props };
}

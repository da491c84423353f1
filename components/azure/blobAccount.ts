import { BlobContainer } from "@pulumi/azure-native/storage/blobContainer.js";
import { BlobServiceProperties } from "@pulumi/azure-native/storage/blobServiceProperties.js";
import { ManagementPolicy } from "@pulumi/azure-native/storage/managementPolicy.js";
import { StorageAccount } from "@pulumi/azure-native/storage/storageAccount.js";
import { recoveryDays, type LifecycleRule } from "../../monitoring/kubernetes/tiersAzure.ts";
import * as pulumi from "../pulumi.ts";
import type { AzureLogs } from "./logs.ts";
import { redundancyOf } from "./regions.ts";

export interface BlobAccountArgs {
  readonly resourceGroup: pulumi.Input<string>;
  readonly location: string;
  /** 3 to 24 small letters and digits. */
  readonly account: string;
  readonly container: string;
  readonly rules: readonly LifecycleRule[];
  /** Whether the account is reached by its private endpoint only. */
  readonly hidden: boolean;
  /** Whether what changes is recorded, so that it can be copied to another account. */
  readonly replicated: boolean;
  readonly logs: AzureLogs;
}

/**
 * A storage account with one container. Who comes in comes as an identity: there are no keys and no anonymous readers.
 * Account and container outlive the stack: nothing that is measured is lost with what measured it.
 */
export class BlobAccount extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;
  readonly container: BlobContainer;
  /** Object replication wants versions and the record of changes first. */
  readonly service: BlobServiceProperties;

  constructor(name: string, args: BlobAccountArgs, options?: pulumi.ComponentResourceOptions) {
    super("vigil:azure:BlobAccount", name, {}, options);
    const { resourceGroup: resourceGroupName, location } = args;
    const parent = { parent: this };
    // Its settings stay with an account that stays: without versions and lifecycle it would be another one.
    const retained = { ...parent, retainOnDelete: true };
    const kept = { ...retained, protect: true };
    const account = new StorageAccount(
      name,
      {
        resourceGroupName,
        location,
        accountName: args.account,
        kind: "StorageV2",
        sku: { name: redundancyOf(location) },
        accessTier: "Hot",
        // The three are Azure's to choose otherwise, and it chooses TLS 1.0, shared keys, and copies to any tenant.
        minimumTlsVersion: "TLS1_2",
        allowSharedKeyAccess: false,
        allowCrossTenantReplication: false,
        allowBlobPublicAccess: false,
        defaultToOAuthAuthentication: true,
        enableHttpsTrafficOnly: true,
        isLocalUserEnabled: false,
        publicNetworkAccess: args.hidden ? "Disabled" : "Enabled",
        networkRuleSet: { defaultAction: args.hidden ? "Deny" : "Allow", bypass: "AzureServices" },
        encryption: {
          keySource: "Microsoft.Storage",
          requireInfrastructureEncryption: true,
          services: { blob: { enabled: true, keyType: "Account" } },
        },
      },
      kept,
    );
    this.service = new BlobServiceProperties(
      `${name}-service`,
      {
        resourceGroupName,
        accountName: account.name,
        blobServicesName: "default",
        isVersioningEnabled: true,
        deleteRetentionPolicy: { enabled: true, days: recoveryDays },
        containerDeleteRetentionPolicy: { enabled: true, days: recoveryDays },
        changeFeed: args.replicated ? { enabled: true, retentionInDays: recoveryDays } : { enabled: false },
      },
      retained,
    );
    this.container = new BlobContainer(
      `${name}-container`,
      {
        resourceGroupName,
        accountName: account.name,
        containerName: args.container,
        publicAccess: "None",
      },
      { ...kept, dependsOn: [this.service] },
    );
    new ManagementPolicy(
      `${name}-lifecycle`,
      {
        resourceGroupName,
        accountName: account.name,
        // The only name that Azure accepts.
        managementPolicyName: "default",
        policy: { rules: [...args.rules] },
      },
      { ...retained, dependsOn: [this.service] },
    );
    args.logs.collect(
      `${name}-access`,
      account.id.apply((id) => `${id}/blobServices/default`),
      ["StorageRead", "StorageWrite", "StorageDelete"],
      this,
    );
    this.id = account.id;
    this.registerOutputs({ id: this.id });
  }
}

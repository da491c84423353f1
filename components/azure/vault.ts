import { Secret } from "@pulumi/azure-native/keyvault/secret.js";
import { Vault } from "@pulumi/azure-native/keyvault/vault.js";
import type { SecretDeclaration } from "../../monitoring/model.ts";
import * as pulumi from "../pulumi.ts";
import type { AzureLogs } from "./logs.ts";
import { PrivateAccess, type PrivateNetwork } from "./privateAccess.ts";
import { secretValue } from "./secretValues.ts";

export interface KeyVaultSecretsArgs {
  readonly dataGroup: pulumi.Input<string>;
  readonly resourceGroup: pulumi.Input<string>;
  readonly location: string;
  readonly tenant: string;
  readonly vault: string;
  readonly secrets: readonly SecretDeclaration[];
  /** Values that the configuration gives, by name. */
  readonly given: Readonly<Record<string, pulumi.Output<string>>>;
  /** The stack's own network, where it has one: then the vault has no public address. */
  readonly network?: PrivateNetwork;
  readonly logs: AzureLogs;
}

/**
 * The secrets of a stack in a vault of its own. They are written through Azure's Resource Manager, which needs no way
 * into the network and no role in the vault: so they are written from anywhere, and read from the cluster only.
 */
export class KeyVaultSecrets extends pulumi.ComponentResource {
  /** The scope of the role of whoever reads them. */
  readonly scope: pulumi.Output<string>;
  readonly ready: readonly pulumi.Resource[];
  private readonly dataGroup: pulumi.Input<string>;
  private readonly vault: Vault;

  constructor(name: string, args: KeyVaultSecretsArgs, options?: pulumi.ComponentResourceOptions) {
    super("vigil:azure:KeyVaultSecrets", name, {}, options);
    const { dataGroup, network } = args;
    const parent = { parent: this };
    const hidden = network !== undefined;
    const vault = new Vault(
      name,
      {
        resourceGroupName: dataGroup,
        location: args.location,
        vaultName: args.vault,
        properties: {
          tenantId: args.tenant,
          sku: { family: "A", name: "standard" },
          enableRbacAuthorization: true,
          enableSoftDelete: true,
          softDeleteRetentionInDays: 90,
          enablePurgeProtection: true,
          enabledForDeployment: false,
          enabledForDiskEncryption: false,
          enabledForTemplateDeployment: false,
          publicNetworkAccess: hidden ? "Disabled" : "Enabled",
          networkAcls: { defaultAction: hidden ? "Deny" : "Allow", bypass: "AzureServices" },
        },
      },
      { ...parent, protect: true, retainOnDelete: true },
    );
    args.logs.collect(`${name}-audit`, vault.id, ["AuditEvent"], this);
    this.dataGroup = dataGroup;
    this.vault = vault;
    const secrets = args.secrets.map((declaration) =>
      this.store(declaration.name, secretValue(declaration, args.given[declaration.name], parent), this),
    );
    const access =
      network &&
      new PrivateAccess(
        `${name}-access`,
        {
          resourceGroup: args.resourceGroup,
          location: args.location,
          kind: "vault",
          target: vault.id,
          targetName: args.vault,
          network,
        },
        parent,
      );
    this.scope = vault.id;
    this.ready = [...secrets, ...(access ? [access.ready] : [])];
    this.registerOutputs({ scope: this.scope });
  }
  /**
   * Puts a text into the vault, as a resource of the secret's own name.
   * @param name up to 127 letters, digits and hyphens
   */
  store(name: string, value: pulumi.Input<string>, parent: pulumi.Resource): Secret {
    return new Secret(
      name,
      {
        resourceGroupName: this.dataGroup,
        vaultName: this.vault.name,
        secretName: name,
        properties: { value, contentType: "text/plain", attributes: { enabled: true } },
      },
      // Deleting one needs the way into the vault that writing does without; it stays, with the vault. Azure never returns
      // a value, so that there is nothing to hide in what comes back.
      { parent, retainOnDelete: true },
    );
  }
}

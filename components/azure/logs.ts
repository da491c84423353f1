import { DiagnosticSetting } from "@pulumi/azure-native/monitor/diagnosticSetting.js";
import { Workspace } from "@pulumi/azure-native/operationalinsights/workspace.js";
import * as pulumi from "../pulumi.ts";

export interface AzureLogsArgs {
  readonly resourceGroup: pulumi.Input<string>;
  readonly location: string;
  readonly workspace: string;
  /** Days for which the logs are kept, 30 to 730. @default 90 */
  readonly retentionDays?: number;
}

/** Where the logs of Azure's own resources go: who administered the cluster, who read or deleted an object or a secret. */
export class AzureLogs extends pulumi.ComponentResource {
  private readonly workspaceId: pulumi.Output<string>;

  constructor(name: string, args: AzureLogsArgs, options?: pulumi.ComponentResourceOptions) {
    super("vigil:azure:Logs", name, {}, options);
    const workspace = new Workspace(
      name,
      {
        resourceGroupName: args.resourceGroup,
        workspaceName: args.workspace,
        location: args.location,
        sku: { name: "PerGB2018" },
        retentionInDays: args.retentionDays ?? 90,
        features: { disableLocalAuth: true, enableLogAccessUsingOnlyResourcePermissions: true },
      },
      { parent: this },
    );
    this.workspaceId = workspace.id;
    this.registerOutputs({ workspaceId: this.workspaceId });
  }

  /**
   * Sends the logs of these categories here.
   * @param resource id of the resource that writes them
   */
  collect(
    name: string,
    resource: pulumi.Input<string>,
    categories: readonly string[],
    parent: pulumi.Resource,
  ): DiagnosticSetting {
    return new DiagnosticSetting(
      name,
      {
        name: "vigil",
        resourceUri: resource,
        workspaceId: this.workspaceId,
        logs: categories.map((category) => ({ category, enabled: true })),
      },
      { parent },
    );
  }
}

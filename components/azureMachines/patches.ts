import { ConfigurationAssignment } from "@pulumi/azure-native/maintenance/configurationAssignment.js";
import { MaintenanceConfiguration } from "@pulumi/azure-native/maintenance/maintenanceConfiguration.js";
import * as pulumi from "../pulumi.ts";

export interface PatchNightsArgs {
  readonly resourceGroup: pulumi.Input<string>;
  readonly location: string;
  readonly stack: string;
}

/** The night of each zone, two days apart: a pair whose member did not come back is looked at before the other goes. */
const nights = ["Tuesday", "Thursday"] as const;

/**
 * When Azure may patch machines and start them again: each zone in a night of its own, never both. UTC.
 *
 * @see https://learn.microsoft.com/azure/virtual-machines/maintenance-configurations#guest
 */
export class PatchNights extends pulumi.ComponentResource {
  private readonly configurations: readonly MaintenanceConfiguration[];

  constructor(name: string, args: PatchNightsArgs, options?: pulumi.ComponentResourceOptions) {
    super("vigil:azure:PatchNights", name, {}, options);
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    this.configurations = nights.map(
      (night, zone) =>
        new MaintenanceConfiguration(
          `${name}-zone-${zone + 1}`,
          {
            resourceGroupName: args.resourceGroup,
            location: args.location,
            resourceName: `mc-${args.stack}-zone-${zone + 1}`,
            maintenanceScope: "InGuestPatch",
            extensionProperties: { InGuestPatchMode: "User" },
            visibility: "Custom",
            startDateTime: `${tomorrow} 01:00`,
            duration: "03:00",
            timeZone: "UTC",
            recurEvery: `1Week ${night}`,
            installPatches: {
              rebootSetting: "IfRequired",
              windowsParameters: {
                classificationsToInclude: ["Critical", "Security", "UpdateRollup", "Definition"],
              },
              linuxParameters: { classificationsToInclude: ["Critical", "Security"] },
            },
          },
          // A date that lies behind is as good; Azure takes none for a new one.
          { parent: this, ignoreChanges: ["startDateTime"] },
        ),
    );
    this.registerOutputs({});
  }

  /** Has a machine patched in the night of its zone, 0 or 1. */
  assign(
    machine: string,
    args: PatchNightsArgs & { readonly zone: 0 | 1; readonly vmName: pulumi.Input<string> },
    parent: pulumi.Resource,
  ): void {
    new ConfigurationAssignment(
      `${machine}-patches`,
      {
        resourceGroupName: args.resourceGroup,
        location: args.location,
        providerName: "Microsoft.Compute",
        resourceType: "virtualMachines",
        resourceName: args.vmName,
        configurationAssignmentName: "patches",
        maintenanceConfigurationId: pulumi.output(this.configurations[args.zone]?.id ?? ""),
      },
      { parent },
    );
  }
}

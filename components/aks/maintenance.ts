import { MaintenanceConfiguration } from "@pulumi/azure-native/containerservice/maintenanceConfiguration.js";
import type * as pulumi from "../pulumi.ts";

/**
 * When AKS may change what runs: its own releases, the cluster's patches and the nodes' images, each in a night of its
 * own, so that a replica is back for a day before the next of it goes. UTC.
 *
 * @see https://learn.microsoft.com/azure/aks/planned-maintenance
 */
const windows = {
  default: "Monday",
  aksManagedAutoUpgradeSchedule: "Tuesday",
  aksManagedNodeOSUpgradeSchedule: "Thursday",
} as const;

export interface UpgradeWindowsOptions {
  readonly resourceGroup: pulumi.Input<string>;
  readonly cluster: pulumi.Input<string>;
  readonly dependsOn: pulumi.Resource;
  readonly parent: pulumi.Resource;
}

export function upgradeWindows({ resourceGroup, cluster, dependsOn, parent }: UpgradeWindowsOptions): void {
  for (const [configName, day] of Object.entries(windows))
    new MaintenanceConfiguration(
      `maintenance-${configName}`,
      {
        resourceGroupName: resourceGroup,
        resourceName: cluster,
        configName,
        ...(configName === "default"
          ? { timeInWeek: [{ day, hourSlots: [1, 2, 3, 4] }] }
          : {
              maintenanceWindow: {
                durationHours: 4,
                startTime: "01:00",
                utcOffset: "+00:00",
                schedule: { weekly: { dayOfWeek: day, intervalWeeks: 1 } },
              },
            }),
      },
      { parent, dependsOn: [dependsOn] },
    );
}

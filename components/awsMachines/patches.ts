import { MaintenanceWindow } from "@pulumi/aws/ssm/maintenanceWindow.js";
import { MaintenanceWindowTarget } from "@pulumi/aws/ssm/maintenanceWindowTarget.js";
import { MaintenanceWindowTask } from "@pulumi/aws/ssm/maintenanceWindowTask.js";
import { PatchBaseline } from "@pulumi/aws/ssm/patchBaseline.js";
import { PatchGroup } from "@pulumi/aws/ssm/patchGroup.js";
import * as pulumi from "../pulumi.ts";

export interface PatchNightsArgs {
  /** `vigil-STACK`, with which the tags of machines begin. */
  readonly prefix: string;
}

/** The night of each zone, two days apart: a pair whose member did not come back is looked at before the other goes. */
const nights = ["TUE", "THU"] as const;

/** What is installed, a week after it came out: what breaks others is withdrawn by then. */
const rules = {
  windows: {
    operatingSystem: "WINDOWS",
    patchFilters: [
      { key: "CLASSIFICATION", values: ["CriticalUpdates", "SecurityUpdates"] },
      { key: "MSRC_SEVERITY", values: ["Critical", "Important"] },
    ],
  },
  linux: {
    operatingSystem: "UBUNTU",
    patchFilters: [{ key: "PRIORITY", values: ["Required", "Important", "Standard"] }],
  },
} as const;

/**
 * When Systems Manager patches machines and starts them again: each zone in a night of its own, one machine at a time. UTC.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-patch-groups.html
 */
export class PatchNights extends pulumi.ComponentResource {
  constructor(name: string, { prefix }: PatchNightsArgs, options?: pulumi.ComponentResourceOptions) {
    super("vigil:aws:PatchNights", name, {}, options);
    const parent = { parent: this };
    for (const [system, { operatingSystem, patchFilters }] of Object.entries(rules)) {
      const baseline = new PatchBaseline(
        `${name}-${system}`,
        {
          name: `${prefix}-${system}`,
          operatingSystem,
          approvalRules: [
            {
              approveAfterDays: 7,
              complianceLevel: "HIGH",
              patchFilters: patchFilters.map(({ key, values }) => ({ key, values: [...values] })),
            },
          ],
        },
        parent,
      );
      new PatchGroup(
        `${name}-${system}`,
        { baselineId: baseline.id, patchGroup: `${prefix}-${system}` },
        parent,
      );
    }
    for (const [zone, night] of nights.entries()) {
      const own = `${name}-zone-${zone + 1}`;
      const window = new MaintenanceWindow(
        own,
        {
          name: `${prefix}-zone-${zone + 1}`,
          schedule: `cron(0 0 1 ? * ${night} *)`,
          scheduleTimezone: "Etc/UTC",
          duration: 3,
          cutoff: 1,
          allowUnassociatedTargets: false,
        },
        parent,
      );
      const machines = new MaintenanceWindowTarget(
        own,
        {
          windowId: window.id,
          resourceType: "INSTANCE",
          targets: [{ key: "tag:vigil:patches", values: [`${prefix}-zone-${zone + 1}`] }],
        },
        parent,
      );
      new MaintenanceWindowTask(
        own,
        {
          windowId: window.id,
          taskType: "RUN_COMMAND",
          taskArn: "AWS-RunPatchBaseline",
          priority: 1,
          maxConcurrency: "1",
          maxErrors: "0",
          cutoffBehavior: "CANCEL_TASK",
          targets: [{ key: "WindowTargetIds", values: [machines.id] }],
          taskInvocationParameters: {
            runCommandParameters: {
              timeoutSeconds: 3600,
              parameters: [
                { name: "Operation", values: ["Install"] },
                { name: "RebootOption", values: ["RebootIfNeeded"] },
              ],
            },
          },
        },
        parent,
      );
    }
    this.registerOutputs({});
  }
}

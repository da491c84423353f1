/** Thanos compactors and what they keep in the bucket, whichever way they are deployed. */
import { at, type Resource } from "../resource.ts";
import { podTypes } from "./podTemplates.ts";
import { processesOf, type Process } from "./processes.ts";
import type { Setting } from "./prometheus.ts";
import { releaseOf, releaseTypes, valueOf, valuePath } from "./releases.ts";
import { scriptTypes } from "./scripts.ts";
import { componentOf } from "./servers.ts";

export const resolutions = ["raw", "5m", "1h"] as const;
export type Resolution = (typeof resolutions)[number];

export interface Compactor {
  readonly resource: Resource;
  /** Absent where a chart starts it. */
  readonly process?: Process;
  /** `0d` is for ever; undefined is Thanos' default, which is for ever too. */
  readonly retention: Readonly<Record<Resolution, Setting>>;
  /** How many of it run; undefined where the resource does not say, and one is meant. */
  readonly replicas: Setting;
  /** Whether a new one waits until the old one is gone. */
  readonly recreated: boolean;
}

export const compactorTypes: readonly string[] = [
  ...releaseTypes,
  ...podTypes,
  ...scriptTypes,
  "pulumi-nodejs:dynamic/vigil:Service",
];

/** Charts of Thanos and what they call the compactor's retentions. */
const charts: Readonly<Record<string, { readonly retention: Readonly<Record<Resolution, string>> }>> = {
  // thanos-community/helm-charts, and Bitnami's under the same name with other keys; the first one given counts.
  thanos: {
    retention: {
      raw: "compactor.retention.resolutionRaw",
      "5m": "compactor.retention.resolution5m",
      "1h": "compactor.retention.resolution1h",
    },
  },
};

export function compactorsOf(resource: Resource): readonly Compactor[] {
  const release = releaseOf(resource);
  if (release !== undefined) {
    const chart = charts[release.chart];
    if (chart === undefined || valueOf(release, "compactor.enabled") === false) return [];
    const setting = (path: string): Setting => ({ path: valuePath(path), value: valueOf(release, path) });
    const bitnami = setting("compactor.retentionResolutionRaw").value !== undefined;
    const keys = bitnami
      ? {
          raw: "compactor.retentionResolutionRaw",
          "5m": "compactor.retentionResolution5m",
          "1h": "compactor.retentionResolution1h",
        }
      : chart.retention;
    return [
      {
        resource,
        retention: { raw: setting(keys.raw), "5m": setting(keys["5m"]), "1h": setting(keys["1h"]) },
        replicas: setting("compactor.replicaCount"),
        // A StatefulSet in the one chart, `Recreate` in the other.
        recreated: true,
      },
    ];
  }
  return processesOf(resource)
    .filter(
      (process) =>
        componentOf(process) === "compact" ||
        // Flags that no other component has.
        resolutions.some((resolution) => process.flag(`retention.resolution-${resolution}`) !== undefined),
    )
    .map((process) => {
      const setting = (resolution: Resolution): Setting => ({
        path: `${process.path} --retention.resolution-${resolution}`,
        value: process.flag(`retention.resolution-${resolution}`),
      });
      return {
        resource,
        process,
        retention: { raw: setting("raw"), "5m": setting("5m"), "1h": setting("1h") },
        replicas: { path: "spec.replicas", value: at(resource.props, "spec", "replicas") },
        recreated:
          resource.type !== "kubernetes:apps/v1:Deployment" ||
          at(resource.props, "spec", "strategy", "type") === "Recreate",
      };
    });
}

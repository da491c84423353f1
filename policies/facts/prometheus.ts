/** Prometheus servers and what they keep, whichever way they are deployed. */
import { at, type Resource } from "../resource.ts";
import { prometheusBytes, quantityBytes } from "./amounts.ts";
import { podTypes } from "./podTemplates.ts";
import { processesOf, type Process } from "./processes.ts";
import { releaseOf, releaseTypes, valueOf, valuePath } from "./releases.ts";
import { scriptTypes } from "./scripts.ts";
import { componentOf, prometheus, runs } from "./servers.ts";

/** A setting, and where it is or would be. */
export interface Setting {
  readonly path: string;
  readonly value: unknown;
}

export interface PrometheusServer {
  readonly resource: Resource;
  /** A Prometheus duration; undefined: Prometheus' own default, 15d (the operator's: 24h). */
  readonly time: Setting;
  /** A size; undefined: no limit. */
  readonly size: Setting;
  /** Bytes of its disk, where the same resource says it. */
  readonly disk?: { readonly path: string; readonly bytes: number | undefined };
  readonly adminApi: Setting;
  /** What becomes of its volumes; undefined: they stay. */
  readonly claimRetention: { readonly whenDeleted: Setting; readonly whenScaled: Setting };
}

export const prometheusTypes: readonly string[] = [
  ...releaseTypes,
  "kubernetes:monitoring.coreos.com/v1:Prometheus",
  ...podTypes,
  ...scriptTypes,
  "pulumi-nodejs:dynamic/vigil:Service",
];

export function prometheusServers(resource: Resource): readonly PrometheusServer[] {
  if (resource.type === "kubernetes:monitoring.coreos.com/v1:Prometheus")
    return [operated(resource, "spec", (path) => at(resource.props, "spec", ...path.split(".")))];
  const release = releaseOf(resource);
  if (release !== undefined) {
    if (release.chart === "kube-prometheus-stack" && valueOf(release, "prometheus.enabled") !== false) {
      const spec = "prometheus.prometheusSpec";
      return [operated(resource, valuePath(spec), (path) => valueOf(release, `${spec}.${path}`))];
    }
    if (release.chart === "prometheus") {
      const setting = (path: string): Setting => ({ path: valuePath(path), value: valueOf(release, path) });
      const disk = setting("server.persistentVolume.size");
      return [
        {
          resource,
          time: setting("server.retention"),
          size: setting("server.retentionSize"),
          // The chart's own default.
          disk: { path: disk.path, bytes: quantityBytes(disk.value ?? "8Gi") },
          adminApi: {
            path: valuePath("server.extraFlags"),
            value: flagged(valueOf(release, "server.extraFlags")),
          },
          claimRetention: { whenDeleted: nothing, whenScaled: nothing },
        },
      ];
    }
    return [];
  }
  return processesOf(resource)
    .filter(keepsSamples)
    .map(({ flag, path }) => ({
      resource,
      time: { path: `${path} --storage.tsdb.retention.time`, value: flag("storage.tsdb.retention.time") },
      size: { path: `${path} --storage.tsdb.retention.size`, value: flag("storage.tsdb.retention.size") },
      adminApi: { path: `${path} --web.enable-admin-api`, value: flag("web.enable-admin-api") },
      claimRetention: {
        whenDeleted: claimSetting(resource, "whenDeleted"),
        whenScaled: claimSetting(resource, "whenScaled"),
      },
    }));
}

/** Whether it is a Prometheus that answers from its own disk; an agent only hands on. */
function keepsSamples(process: Process): boolean {
  const isAgent = process.flag("agent") !== undefined || process.flags("enable-feature").some(namesAgent);
  return runs(prometheus, process) && componentOf(process) === undefined && !isAgent;
}

/** `--enable-feature=agent`, as it was before Prometheus 3. */
function namesAgent(features: string | true): boolean {
  return String(features).split(",").includes("agent");
}

function operated(resource: Resource, base: string, read: (path: string) => unknown): PrometheusServer {
  const setting = (path: string): Setting => ({ path: `${base}.${path}`, value: read(path) });
  // The custom resource says `storage`, the chart's values `storageSpec`.
  const claim = ["storageSpec", "storage"]
    .map((name) => setting(`${name}.volumeClaimTemplate.spec.resources.requests.storage`))
    .find(({ value }) => value !== undefined);
  return {
    resource,
    time: setting("retention"),
    size: setting("retentionSize"),
    ...(claim !== undefined && { disk: { path: claim.path, bytes: quantityBytes(claim.value) } }),
    adminApi: setting("enableAdminAPI"),
    claimRetention: {
      whenDeleted: setting("persistentVolumeClaimRetentionPolicy.whenDeleted"),
      whenScaled: setting("persistentVolumeClaimRetentionPolicy.whenScaled"),
    },
  };
}

const nothing: Setting = { path: "", value: undefined };

function claimSetting(resource: Resource, when: string): Setting {
  const steps = ["spec", "persistentVolumeClaimRetentionPolicy", when];
  return { path: steps.join("."), value: at(resource.props, ...steps) };
}

function flagged(flags: unknown): unknown {
  return Array.isArray(flags) && flags.includes("web.enable-admin-api") ? true : undefined;
}

/** Bytes of a size setting; undefined where it is none. */
export function sizeBytes({ value }: Setting): number | undefined {
  return prometheusBytes(value);
}

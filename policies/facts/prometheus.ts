/** Prometheus servers and what they keep, whichever way they are deployed. */
import { posix } from "node:path";
import type { Fault } from "../policy.ts";
import { at, type Resource } from "../resource.ts";
import { prometheusBytes } from "./amounts.ts";
import { podTypes } from "./podTemplates.ts";
import { goesWithPod, volumeAt } from "./podVolumes.ts";
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
  /** What its samples lie on; undefined outside Kubernetes, and where the resource does not show it. */
  readonly disk: Disk | undefined;
  readonly adminApi: Setting;
  /** What becomes of its volumes; undefined: they stay. */
  readonly claimRetention: { readonly whenDeleted: Setting; readonly whenScaled: Setting };
}

export interface Disk {
  /** Its size, where the same resource claims it. */
  readonly size?: Setting;
  /** Why the samples go with the pod; undefined where they stay. */
  readonly loss?: Fault;
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
          disk: { size: { path: disk.path, value: disk.value ?? "8Gi" } },
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
    .map((process) => {
      const flag = (name: string): Setting => ({
        path: `${process.path} --${name}`,
        value: process.flag(name),
      });
      return {
        resource,
        time: flag("storage.tsdb.retention.time"),
        size: flag("storage.tsdb.retention.size"),
        // A volume that is not known yet hides nothing else.
        get disk() {
          return diskOf(process);
        },
        adminApi: flag("web.enable-admin-api"),
        claimRetention: {
          whenDeleted: claimSetting(resource, "whenDeleted"),
          whenScaled: claimSetting(resource, "whenScaled"),
        },
      };
    });
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
    disk:
      claim === undefined
        ? { loss: { path: `${base}.storageSpec`, problem: "is not set" } }
        : { size: claim },
    adminApi: setting("enableAdminAPI"),
    claimRetention: {
      whenDeleted: setting("persistentVolumeClaimRetentionPolicy.whenDeleted"),
      whenScaled: setting("persistentVolumeClaimRetentionPolicy.whenScaled"),
    },
  };
}

/** Kinds whose pods come back without what was not kept. */
const servingTypes = ["kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet"];

function diskOf({ resource, container, flag, path }: Process): Disk | undefined {
  if (container === undefined || !servingTypes.includes(resource.type)) return undefined;
  const given = flag("storage.tsdb.path") ?? "data/";
  // Put together in the pod.
  if (given === true || given.includes("$")) return undefined;
  const { workingDir } = container.container;
  // The image's own working directory. @see https://github.com/prometheus/prometheus/blob/main/Dockerfile
  const folder = posix.resolve(typeof workingDir === "string" ? workingDir : "/prometheus", given);
  const volume = volumeAt(container, folder);
  if (volume === undefined)
    return { loss: { path: path.replace(/args$/, "volumeMounts"), problem: `has none at ${folder}` } };
  if (goesWithPod(volume))
    return { loss: { path: volume.path, problem: `holds ${folder} and is gone with its pod` } };
  if (!volume.isClaimTemplate) return {};
  const size = ["spec", "resources", "requests", "storage"];
  return { size: { path: [volume.path, ...size].join("."), value: at(volume.volume, ...size) } };
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

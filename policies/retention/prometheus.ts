/** What a Prometheus keeps on its own disk: bounded, within its disk, and no less than was promised. */
import { durationDays, durationPattern, quantityBytes, sizePattern } from "../facts/amounts.ts";
import { prometheusServers, prometheusTypes, sizeBytes } from "../facts/prometheus.ts";
import type { ResourcePolicy } from "../policy.ts";
import { everyOne, quoted } from "../resource.ts";

const common = { concern: "retention", types: prometheusTypes } as const;

export const retentionPrometheusTime: ResourcePolicy = {
  ...common,
  id: "retention-prometheus-time",
  severity: "high",
  description:
    "A Prometheus says how long it keeps samples, no shorter than the stack's minimum and no longer than its maximum.",
  remedy:
    "Set the retention time to what was promised; where that is shorter than this policy's `minimum` or longer than its `maximum`, change the setting in the same change",
  covers: [],
  settings: {
    minimum: {
      type: "string",
      pattern: durationPattern,
      default: "7d",
      description: "The shortest retention, a Prometheus duration.",
    },
    maximum: {
      type: "string",
      pattern: durationPattern,
      default: "90d",
      description: "The longest: more belongs into object storage.",
    },
  },
  *check(resource, { minimum, maximum }) {
    yield* everyOne(prometheusServers(resource), function* ({ time }) {
      const days = durationDays(time.value);
      if (days === undefined)
        yield { path: time.path, problem: `${quoted(time.value)}, expected a duration such as "15d"` };
      else if (days < (durationDays(minimum) ?? 0))
        yield { path: time.path, problem: `${quoted(time.value)}, which is shorter than ${String(minimum)}` };
      else if (days > (durationDays(maximum) ?? Infinity))
        yield { path: time.path, problem: `${quoted(time.value)}, which is longer than ${String(maximum)}` };
    });
  },
};

export const retentionPrometheusSize: ResourcePolicy = {
  ...common,
  id: "retention-prometheus-size",
  severity: "high",
  description:
    "A Prometheus has a size limit of at most 80 % of its disk, so that retention acts before the disk is full.",
  remedy: "Set the retention size to at most 80 % of the volume (Prometheus reads 50GB as 50 GiB)",
  covers: [],
  settings: {
    share: {
      type: "number",
      default: 0.8,
      minimum: 0.1,
      maximum: 0.95,
      description: "Of the disk, at most.",
    },
    minimum: {
      type: "string",
      pattern: sizePattern,
      default: "1GB",
      description: "The least that is kept, a Prometheus size.",
    },
  },
  *check(resource, settings) {
    yield* everyOne(prometheusServers(resource), function* (server) {
      const { size } = server;
      const limit = sizeBytes(size);
      if (limit === undefined || limit === 0) {
        yield { path: size.path, problem: `${quoted(size.value)}, expected a size such as "50GB"` };
        return;
      }
      const least = sizeBytes({ path: "", value: settings["minimum"] }) ?? 0;
      if (limit < least)
        yield {
          path: size.path,
          problem: `${quoted(size.value)}, which is less than ${String(settings["minimum"])}`,
        };
      const disk = server.disk?.size;
      if (disk === undefined) return;
      const bytes = quantityBytes(disk.value);
      if (bytes === undefined)
        yield { path: disk.path, problem: "is not a size, so that nobody knows whether the limit fits" };
      else if (limit > bytes * Number(settings["share"]))
        yield {
          path: size.path,
          problem: `${quoted(size.value)}, which is ${percent(limit / bytes)} of the disk (${disk.path})`,
        };
    });
  },
};

export const retentionPrometheusDisk: ResourcePolicy = {
  ...common,
  id: "retention-prometheus-disk",
  severity: "high",
  description: "A Prometheus on Kubernetes keeps its samples on a volume that outlives its pod.",
  remedy:
    "Give it a volume claim template with a size (`storageSpec.volumeClaimTemplate`; in a StatefulSet `volumeClaimTemplates`, mounted at --storage.tsdb.path)",
  covers: [],
  *check(resource) {
    yield* everyOne(prometheusServers(resource), function* ({ disk }) {
      if (disk?.loss !== undefined) yield disk.loss;
    });
  },
};

export const retentionPrometheusAdminApi: ResourcePolicy = {
  ...common,
  id: "retention-prometheus-admin-api",
  severity: "critical",
  description: "Nobody deletes series over HTTP: Prometheus' admin API is off.",
  remedy: "Leave the admin API off; take snapshots in a change of their own and switch it off again",
  covers: [],
  *check(resource) {
    yield* everyOne(prometheusServers(resource), function* ({ adminApi }) {
      if (adminApi.value === true || adminApi.value === "true")
        yield { path: adminApi.path, problem: "is on" };
    });
  },
};

export const retentionPrometheusVolumeKept: ResourcePolicy = {
  ...common,
  id: "retention-prometheus-volume-kept",
  // Those of releases are kept with their other volumes.
  types: ["kubernetes:monitoring.coreos.com/v1:Prometheus", "kubernetes:apps/v1:StatefulSet"],
  severity: "medium",
  description: "The volumes of a Prometheus stay when its set is scaled or deleted.",
  remedy: "Set `persistentVolumeClaimRetentionPolicy` to Retain for both, or leave it to Kubernetes' default",
  covers: [],
  *check(resource) {
    yield* everyOne(prometheusServers(resource), function* ({ claimRetention }) {
      for (const when of ["whenDeleted", "whenScaled"] as const) {
        const { path, value } = claimRetention[when];
        if (value !== undefined && value !== "Retain") yield { path, problem: quoted(value) };
      }
    });
  },
};

function percent(share: number): string {
  return `${String(Math.round(share * 100))} %`;
}

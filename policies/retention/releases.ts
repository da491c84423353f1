/** What releases keep: volumes that stay, alerts and samples that live long enough, blocks that nobody marks by a click. */
import { durationDays, durationPattern, durationSeconds } from "../facts/amounts.ts";
import { compactorTypes } from "../facts/compactors.ts";
import { processesOf } from "../facts/processes.ts";
import { mapsOf } from "../facts/releaseMaps.ts";
import { isTruthy, releaseOf, releaseTypes, valueOf, valuePath } from "../facts/releases.ts";
import { componentOf, objectStoreFlags } from "../facts/servers.ts";
import type { ResourcePolicy } from "../policy.ts";
import { at, everyOne, listAt, quoted, type Properties } from "../resource.ts";
import { releasePolicy } from "../releasePolicy.ts";

const common = { concern: "retention", covers: [] } as const;

export const retentionReleaseVolumes = releasePolicy({
  ...common,
  id: "retention-release-volumes",
  severity: "high",
  description: "What a release describes a volume for is kept on it, and the volume stays when its pods go.",
  remedy:
    "Set persistence.enabled to true (or remove its size and class, where nothing is to be kept), and persistentVolumeClaimRetentionPolicy to Retain for both",
  *look(release) {
    yield* everyOne(mapsOf(release), function* ({ path, key, map }) {
      if (/^(?:persistence|persistentVolume)$/.test(key)) {
        const { enabled } = map;
        const byDefault = volumes[release.chart]?.[path.replace(/^values\./, "")];
        // Of another chart nobody here knows whether it makes one by itself.
        const isOff = enabled === undefined ? byDefault === false : !isTruthy(enabled);
        if (isOff && (isDescribed(map) || byDefault === true))
          yield { path: `${path}.enabled`, problem: `${quoted(enabled)}, expected true` };
      }
      if (key === "persistentVolumeClaimRetentionPolicy")
        for (const when of ["whenDeleted", "whenScaled"])
          if (map[when] !== undefined && map[when] !== "Retain")
            yield { path: `${path}.${when}`, problem: `${quoted(map[when])}, expected "Retain"` };
    });
    if (release.chart === "prometheus-pushgateway" && valueOf(release, "persistentVolume.enabled") === true)
      if (!listAt(release.values, "extraArgs").some((one) => String(one).startsWith("--persistence.file=")))
        yield { path: valuePath("extraArgs"), problem: "lacks --persistence.file, so that nothing is kept" };
  },
});

/** Whether the values say of a volume more than that it is there or not. */
function isDescribed(volume: Properties): boolean {
  return ["size", "storageClass", "storageClassName", "existingClaim"].some(
    (name) => (volume[name] ?? "") !== "",
  );
}

/** Volumes of charts, and whether they are there where nobody says so, as the charts' values.yaml of August 2026 have it. */
const volumes: Readonly<Record<string, Readonly<Record<string, boolean>>>> = {
  "kube-prometheus-stack": { "grafana.persistence": false },
  grafana: { persistence: false },
  prometheus: { "server.persistentVolume": true, "alertmanager.persistence": true },
  alertmanager: { persistence: true },
  "prometheus-pushgateway": { persistentVolume: false },
  thanos: Object.fromEntries(
    ["compactor", "storegateway", "receive", "receive.ingester", "ruler"].map((part) => [
      `${part}.persistence`,
      true,
    ]),
  ),
};

export const retentionAlertmanager: ResourcePolicy = {
  ...common,
  id: "retention-alertmanager",
  severity: "medium",
  description:
    "Alertmanager keeps what it has told for five days: what it forgets sooner it tells again, and silences end.",
  remedy: "Set retention (--data.retention) to 120h or more, or leave it to Alertmanager's own 120h",
  types: compactorTypes,
  *check(resource) {
    const release = releaseOf(resource);
    const found =
      release === undefined
        ? processesOf(resource).map(({ path, flag }) => ({
            path: `${path} --data.retention`,
            value: flag("data.retention"),
          }))
        : release.chart === "kube-prometheus-stack"
          ? ["alertmanager.alertmanagerSpec.retention"].map((path) => ({
              path: valuePath(path),
              value: valueOf(release, path),
            }))
          : [];
    yield* everyOne(found, function* ({ path, value }) {
      if (value !== undefined && (durationSeconds(value) ?? 0) < 120 * 3_600)
        yield { path, problem: `${quoted(value)}, expected 120h or more` };
    });
  },
};

export const retentionOwnDisk: ResourcePolicy = {
  ...common,
  id: "retention-own-disk",
  severity: "medium",
  description:
    "Thanos' Receive and Ruler keep blocks for a day, as an upload may fail for hours; PushGateway keeps what was pushed.",
  remedy: "Set --tsdb.retention to a day or more, and PushGateway's --persistence.file",
  types: compactorTypes,
  *check(resource) {
    if (releaseOf(resource) !== undefined) return;
    yield* everyOne(processesOf(resource), function* ({ flag, path, commandLine }) {
      const time = flag("tsdb.retention");
      if (time !== undefined && (durationDays(time) ?? 0) < 1)
        yield { path: `${path} --tsdb.retention`, problem: `${quoted(time)}, expected a day or more` };
      const pushed =
        /[\\/]pushgateway(?:\.exe)?["'<\s]/.test(commandLine) && flag("storage.tsdb.path") === undefined;
      if (pushed && flag("persistence.file") === undefined)
        yield { path, problem: "starts PushGateway without --persistence.file" };
    });
  },
};

export const retentionReceive = releasePolicy({
  ...common,
  id: "retention-receive",
  severity: "high",
  description:
    "Receive and Ruler of Thanos' chart keep samples for a day or more beside what they upload, within a size.",
  remedy:
    "Set receive.tsdb.retention to a day or more, and --tsdb.max-retention-bytes in receive.extraArgs to less than its disk",
  settings: {
    minimum: {
      type: "string",
      pattern: durationPattern,
      default: "1d",
      description: "The shortest retention, a Prometheus duration.",
    },
  },
  *look(release, { minimum }) {
    if (release.chart !== "thanos") return;
    const least = durationDays(minimum) ?? 0;
    const ruler = listAt(release.values, "ruler", "extraArgs").join(" ");
    const [, own] = /--tsdb\.retention=(\S+)/.exec(ruler) ?? [];
    if (own !== undefined && (durationDays(own) ?? 0) < least)
      yield {
        path: valuePath("ruler.extraArgs"),
        problem: `keep blocks for ${own}, expected ${String(minimum)}`,
      };
    if (valueOf(release, "receive.enabled") !== true) return;
    const time = valueOf(release, "receive.tsdb.retention");
    const days = durationDays(time);
    if (days === undefined || days < least)
      yield {
        path: valuePath("receive.tsdb.retention"),
        problem: `${quoted(time)}, expected ${String(minimum)} or more`,
      };
    const args = [
      ...listAt(release.values, "receive", "extraArgs"),
      ...listAt(release.values, "receive", "ingester", "extraArgs"),
    ].map(String);
    const size = args.find((argument) => argument.startsWith("--tsdb.max-retention-bytes="));
    const bytes = Number(/=(\d+)B?$/.exec(size ?? "")?.[1] ?? 0);
    if (bytes === 0)
      yield { path: valuePath("receive.extraArgs"), problem: "lacks a size in --tsdb.max-retention-bytes" };
  },
});

/** Thanos components that offer to mark a block for deletion to whoever sees their page. */
export const retentionBlockPages: ResourcePolicy = {
  ...common,
  id: "retention-block-pages",
  severity: "high",
  description: "No page of Thanos' offers to mark blocks for deletion.",
  remedy: "Start store, compactor and bucket viewer with --disable-admin-operations",
  types: [...releaseTypes, ...compactorTypes],
  *check(resource) {
    const release = releaseOf(resource);
    if (release?.chart === "thanos") {
      for (const part of ["storegateway", "compactor", "bucket"])
        if (valueOf(release, `${part}.enabled`) === true)
          if (!listAt(release.values, part, "extraArgs").includes("--disable-admin-operations"))
            yield { path: valuePath(`${part}.extraArgs`), problem: "lacks --disable-admin-operations" };
      return;
    }
    yield* everyOne(processesOf(resource), function* (process) {
      const { flag, path } = process;
      const shows =
        ["compact", "store"].includes(componentOf(process) ?? "") &&
        objectStoreFlags.some((name) => flag(name) !== undefined);
      if (shows && flag("disable-admin-operations") === undefined)
        yield { path, problem: "starts Thanos without --disable-admin-operations" };
    });
  },
};

export const retentionExternalSecret: ResourcePolicy = {
  ...common,
  id: "retention-external-secret",
  severity: "medium",
  description: "A Secret that came from a store stays when the store has lost it.",
  remedy: 'Set target.deletionPolicy to "Retain", or leave it out',
  types: ["kubernetes:external-secrets.io/v1:ExternalSecret"],
  *check({ props }) {
    const policy = at(props, "spec", "target", "deletionPolicy");
    if (policy !== undefined && policy !== "Retain")
      yield { path: "spec.target.deletionPolicy", problem: `${quoted(policy)}, expected "Retain"` };
  },
};

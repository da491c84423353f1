import type { CapacityPlan } from "../capacity.ts";
import type { Finding } from "../checks/finding.ts";
import type { System } from "../model.ts";
import { bytes, seconds } from "../units.ts";
import { formatBytes, formatDays } from "./describe.ts";
import { bytesPerSample } from "./storage.ts";

/** Share of a volume up to which data may grow: the rest is for the write-ahead log and for compaction. */
const fill = 0.8;

/** Promises of the system that do not fit its own disks, memory or replicas. */
export function capacityFindings(system: System, plan: Omit<CapacityPlan, "findings">): Finding[] {
  return [
    ...sizeRetention(system, plan),
    ...timeRetention(system, plan),
    ...memory(plan),
    ...scale(plan),
    ...receive(system, plan),
    ...compactor(system, plan),
  ];
}

function sizeRetention({ retention: { local } }: System, { disk }: Pick<CapacityPlan, "disk">): Finding[] {
  if (disk.limit <= fill * disk.volume) return [];
  return [
    {
      key: "retention.local.size",
      message: `${local.size} is ${percent(disk.limit / disk.volume)} of the volume of ${local.volume}, which fills before retention acts; at most 80 %`,
      mend: `lower it to ${atMost(fill * disk.volume)} or give the volume ${atLeast(disk.limit / fill)}`,
    },
  ];
}

function timeRetention(
  { retention: { local } }: System,
  plan: Pick<CapacityPlan, "disk" | "samplesPerSecond" | "shards">,
): Finding[] {
  if (plan.disk.effectiveSeconds >= seconds(local.time)) return [];
  const fits = bytes(local.size) / (seconds(local.time) * bytesPerSample);
  return [
    {
      key: "retention.local.time",
      message: `${local.time} are promised, but ${local.size} are reached after ${formatDays(plan.disk.effectiveSeconds)} at ${rate(plan.samplesPerSecond / plan.shards)} samples/s; ${rate(fits)} would fit`,
      mend: `give retention.local.size ${atLeast(plan.disk.wanted)}, promise less, or scrape less`,
    },
  ];
}

function memory({ memory: memories }: Pick<CapacityPlan, "memory">): Finding[] {
  return memories.flatMap(({ component, wanted, limit, why }) =>
    limit === undefined || wanted <= limit
      ? []
      : [
          {
            key: `components.${component}.limits.memory`,
            message: `${formatBytes(limit)} is below ${formatBytes(wanted)} (${why})`,
            mend: `raise it to ${atLeast(wanted)}, or expect fewer series`,
          },
        ],
  );
}

function scale({ scales }: Pick<CapacityPlan, "scales">): Finding[] {
  return scales.flatMap(({ component, wanted, most, why }) =>
    wanted <= most
      ? []
      : [
          {
            key: `components.${component}.maxReplicas`,
            message: `${wanted.toString()} are wanted (${why}), at most ${most.toString()} are allowed`,
            mend: "lower the load, or allow more",
          },
        ],
  );
}

function receive({ longTerm }: System, { receiveDisk }: Pick<CapacityPlan, "receiveDisk">): Finding[] {
  if (longTerm.receive === undefined || receiveDisk === undefined) return [];
  const volume = bytes(longTerm.receive.volume);
  if (receiveDisk <= fill * volume) return [];
  return [
    {
      key: "longTerm.receive.volume",
      message: `${longTerm.receive.volume} holds less than the ${formatBytes(receiveDisk)} of ${longTerm.receive.retention} at 80 % full`,
      mend: `give it ${atLeast(receiveDisk / fill)} or shorten longTerm.receive.retention`,
    },
  ];
}

function compactor({ longTerm }: System, { objects }: Pick<CapacityPlan, "objects">): Finding[] {
  const volume = longTerm.compactor.volume;
  if (objects === undefined || objects.compaction <= bytes(volume)) return [];
  return [
    {
      key: "longTerm.compactor.volume",
      message: `${volume} is too small to merge blocks of two weeks, which takes ${formatBytes(objects.compaction)}; the compactor would fail and the bucket grow`,
      mend: `give it ${atLeast(objects.compaction)}`,
    },
  ];
}

function percent(share: number): string {
  return `${Math.round(share * 100).toString()} %`;
}

function rate(samples: number): string {
  return Math.floor(samples).toString();
}

/** A size as a system spells it, rounded so that it is enough. */
function atLeast(size: number): string {
  return `${Math.ceil(size / 2 ** 30).toString()}GiB`;
}

function atMost(size: number): string {
  return `${Math.floor(size / 2 ** 30).toString()}GiB`;
}

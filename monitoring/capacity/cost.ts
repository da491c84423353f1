import type { System } from "../model.ts";
import { bytes, seconds } from "../units.ts";
import { listPrices } from "./prices.ts";
import type { Prices } from "./prices.ts";
import { lasting } from "./storage.ts";
import type { ObjectStorage } from "./storage.ts";

/** An estimate from public list prices. */
export interface Cost {
  readonly source: string;
  readonly lines: readonly {
    readonly item: string;
    readonly amount: number;
    readonly unit: "vCPU" | "GiB";
    readonly dollarsAMonth: number;
  }[];
  readonly dollarsAMonth: number;
}

const gib = 2 ** 30;

/** Monthly cost of what is requested; absent where the machines are one's own. */
export function monthlyCost(system: System, objects: ObjectStorage | undefined): Cost | undefined {
  const prices = listPrices[system.longTerm.bucket.kind];
  if (prices === undefined) return undefined;
  const cpu = total(system, ({ requests, limits }) => (requests ?? limits)?.cpu ?? 0);
  const memory = total(system, ({ requests, limits }) => gibOf((requests ?? limits)?.memory));
  const disk = total(system, ({ volume }) => gibOf(volume));
  const lines: Cost["lines"] = [
    { item: "processors", amount: cpu, unit: "vCPU", dollarsAMonth: cpu * prices.vcpu },
    { item: "memory", amount: memory, unit: "GiB", dollarsAMonth: memory * prices.gibMemory },
    { item: "disks", amount: disk, unit: "GiB", dollarsAMonth: disk * prices.gibDisk },
    ...(objects === undefined ? [] : [objectLine(system, objects, prices)]),
  ];
  return {
    source: prices.source,
    lines,
    dollarsAMonth: lines.reduce((sum, line) => sum + line.dollarsAMonth, 0),
  };
}

function total(system: System, each: (sizing: System["components"][number]) => number): number {
  return system.components.reduce((sum, sizing) => sum + sizing.replicas * each(sizing), 0);
}

function gibOf(size: Parameters<typeof bytes>[0] | undefined): number {
  return size === undefined ? 0 : bytes(size) / gib;
}

function objectLine(system: System, objects: ObjectStorage, prices: Prices): Cost["lines"][number] {
  const kept = system.retention.objects;
  const dollarsAMonth = kept
    ? tiered(objects.raw, lasting(kept.raw), system, prices) +
      tiered(objects.fiveMinutes, lasting(kept.fiveMinutes), system, prices) +
      tiered(objects.oneHour, lasting(kept.oneHour), system, prices)
    : 0;
  return { item: "object storage", amount: objects.total / gib, unit: "GiB", dollarsAMonth };
}

/** Data spread evenly over its age, each stretch of age at the price of its tier. */
function tiered(size: number, retention: number, system: System, prices: Prices): number {
  const tiers = [...system.longTerm.tiers].sort((a, b) => seconds(a.from) - seconds(b.from));
  return tiers.reduce((sum, tier, index) => {
    const next = tiers[index + 1];
    const until = Math.min(retention, next ? seconds(next.from) : retention);
    const stretch = Math.max(0, until - seconds(tier.from));
    return sum + ((size / gib) * stretch * prices.gibObjects[tier.name]) / retention;
  }, 0);
}

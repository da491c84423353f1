import type { CapacityPlan } from "../capacity.ts";

type Row = readonly string[];

/** The plan as text for people: load by job, what it needs beside what it has, cost, and what does not fit. */
export function describePlan(plan: CapacityPlan): string {
  return [
    `Capacity of ${plan.system}`,
    "",
    ...table(["job", "targets", "series", "samples/s"], [...plan.jobs.map(jobRow), totalRow(plan)]),
    "",
    ...table(["what", "needed", "available"], needs(plan)),
    "",
    ...costLines(plan),
    "",
    ...(plan.findings.length === 0
      ? ["Every promise fits."]
      : plan.findings.map(({ key, message, mend }) => `DOES NOT FIT ${key}: ${message}; ${mend}`)),
    "",
  ].join("\n");
}

/** `"50.00 GiB"`. */
export function formatBytes(size: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, size)) / 10)));
  return `${(size / 2 ** (10 * power)).toFixed(2)} ${units[power] ?? "B"}`;
}

/** `"28.9 days"`. */
export function formatDays(duration: number): string {
  return `${(duration / 86_400).toFixed(1)} days`;
}

function jobRow({ name, targets, series, samplesPerSecond }: CapacityPlan["jobs"][number]): Row {
  return [name, targets.toString(), series.toString(), samplesPerSecond.toFixed(0)];
}

function totalRow(plan: CapacityPlan): Row {
  return ["each replica", "", plan.series.toString(), plan.samplesPerSecond.toFixed(0)];
}

function needs({ memory, disk, receiveDisk, objects, scales }: CapacityPlan): Row[] {
  return [
    ...memory.map(({ component, wanted, limit }): Row => [
      `memory of one ${component}`,
      formatBytes(wanted),
      limit === undefined ? "no limit" : formatBytes(limit),
    ]),
    [
      "disk of one prometheus",
      formatBytes(disk.wanted),
      `${formatBytes(disk.limit)} of ${formatBytes(disk.volume)}`,
    ],
    ["disk of both replicas", formatBytes(disk.pair), formatBytes(2 * disk.limit)],
    ["local data reaches back", formatDays(disk.effectiveSeconds), ""],
    ...(receiveDisk === undefined ? [] : [["disk of one thanos-receive", formatBytes(receiveDisk), ""]]),
    ...(objects === undefined
      ? []
      : [
          ["objects, raw", formatBytes(objects.raw), ""],
          ["objects, 5 minutes", formatBytes(objects.fiveMinutes), ""],
          ["objects, 1 hour", formatBytes(objects.oneHour), ""],
          ["working space of the compactor", formatBytes(objects.compaction), ""],
        ]),
    ...scales.map(({ component, wanted, most, why }): Row => [
      `${component} (${why})`,
      wanted.toString(),
      `at most ${most.toString()}`,
    ]),
  ];
}

function costLines({ cost }: CapacityPlan): string[] {
  if (cost === undefined) return ["No cost estimate: these machines have no list price."];
  const rows = cost.lines.map(({ item, amount, unit, dollarsAMonth }): Row => [
    item,
    `${amount.toFixed(1)} ${unit}`,
    dollars(dollarsAMonth),
  ]);
  return [
    ...table(["estimate", "amount", "a month"], [...rows, ["together", "", dollars(cost.dollarsAMonth)]]),
    `Prices: ${cost.source}. Estimates.`,
  ];
}

function dollars(amount: number): string {
  return `$${amount.toFixed(0)}`;
}

/** Columns padded to their widest cell, the first to the left and the others to the right. */
function table(head: Row, rows: readonly Row[]): string[] {
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => (row[column] ?? "").length)),
  );
  return [head, ...rows].map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
}

/** What is kept where and for how long, against downsampling and the tiers of the bucket. Disks: see capacity.ts. */
import type { Duration, LongTerm, System } from "../model.ts";
import { seconds } from "../units.ts";
import type { Finding } from "./finding.ts";

const day = 86_400;

/** The Compactor makes 5 m blocks after 40 h and 1 h blocks after 10 d: https://thanos.io/tip/components/compact.md/ */
const downsampled = { raw: "40h", fiveMinutes: "10d" } as const;

/**
 * A block leaves its tier by age since its upload, which is up to two weeks after its first sample, and the Compactor
 * deletes with a delay of two days: five days apart, nothing moves to a tier with a minimum stay just to be deleted.
 */
const margin = 5 * day;

export function checkRetention(system: System): Finding[] {
  return [...checkLocal(system), ...checkObjects(system), ...checkTiers(system)];
}

function checkLocal({ retention, longTerm }: System): Finding[] {
  const { time } = retention.local;
  const findings: Finding[] = [];
  if (seconds(time) < 7_200)
    findings.push({
      key: "retention.local.time",
      message: `${time} is less than one block of 2h, which would be deleted before it is uploaded`,
      mend: "keep 1d or more",
    });
  if (longTerm.receive && seconds(longTerm.receive.retention) < 7_200)
    findings.push({
      key: "longTerm.receive.retention",
      message: `${longTerm.receive.retention} is less than one block of 2h`,
      mend: "keep 1d or more",
    });
  return findings;
}

function checkObjects({ retention }: System): Finding[] {
  const { local, objects } = retention;
  if (objects === undefined) return [];
  const steps: [string, Duration, string, Duration][] = [
    ["raw", objects.raw, "retention.local.time", local.time],
    ["raw", objects.raw, "the 40h after which it is downsampled", downsampled.raw],
    ["fiveMinutes", objects.fiveMinutes, "retention.objects.raw", objects.raw],
    ["fiveMinutes", objects.fiveMinutes, "the 10d after which it is downsampled", downsampled.fiveMinutes],
    ["oneHour", objects.oneHour, "retention.objects.fiveMinutes", objects.fiveMinutes],
  ];
  return steps
    .filter(([, kept, , least]) => lasting(kept) < lasting(least))
    .map(([name, kept, what, least]) => ({
      key: `retention.objects.${name}`,
      message: `${kept} is shorter than ${what}${what.includes(least) ? "" : ` (${least})`}`,
      mend: `keep ${least} or more`,
    }));
}

function checkTiers(system: System): Finding[] {
  const { tiers } = system.longTerm;
  return [...checkOrder(tiers), ...checkReach(system), ...checkMargins(system)];
}

const tierNames: readonly LongTerm["tiers"][number]["name"][] = ["hot", "warm", "cool", "cold"];

function checkOrder(tiers: LongTerm["tiers"]): Finding[] {
  return tiers.slice(1).flatMap((tier, index) => {
    const before = tiers[index];
    if (before === undefined) return [];
    const colder = tierNames.indexOf(tier.name) > tierNames.indexOf(before.name);
    if (colder && seconds(tier.from) > seconds(before.from)) return [];
    return [
      {
        key: `longTerm.tiers[${tier.name}]`,
        message: `from ${tier.from} does not follow ${before.name} from ${before.from}`,
        mend: "order the tiers hot, warm, cool, cold, each from a later age",
      },
    ];
  });
}

function checkReach({ longTerm, retention }: System): Finding[] {
  const { objects } = retention;
  if (objects === undefined) return [];
  const longest = Math.max(...[objects.raw, objects.fiveMinutes, objects.oneHour].map(lasting));
  return longTerm.tiers
    .filter(({ from }) => seconds(from) >= longest)
    .map(({ name, from }) => ({
      key: `longTerm.tiers[${name}].from`,
      message: `nothing is kept for ${from}`,
      mend: "let it begin before the longest of retention.objects, or remove it",
    }));
}

/** Cool and cold classes bill 30 to 90 days whatever is deleted, so each begins after the step that deletes much. */
function checkMargins({ longTerm, retention }: System): Finding[] {
  const { objects } = retention;
  if (objects === undefined) return [];
  const steps = { cool: ["raw", objects.raw], cold: ["fiveMinutes", objects.fiveMinutes] } as const;
  return longTerm.tiers.flatMap(({ name, from }) => {
    if (name !== "cool" && name !== "cold") return [];
    const [step, kept] = steps[name];
    if (seconds(kept) === 0) return [];
    const least = seconds(kept) + margin;
    if (seconds(from) >= least) return [];
    return [
      {
        key: `longTerm.tiers[${name}].from`,
        message: `${from} is less than 5d after retention.objects.${step} (${kept}) has run out, so that blocks move just to be deleted`,
        mend: `let it begin at ${String(Math.ceil(least / day))}d or later`,
      },
    ];
  });
}

/** Seconds; Thanos keeps for ever what is to be kept for zero. */
function lasting(kept: Duration): number {
  return seconds(kept) || Number.POSITIVE_INFINITY;
}

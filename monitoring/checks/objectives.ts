/** What is promised as a share: that it can be kept, can be broken, and can be measured. */
import type { Objective, System } from "../model.ts";
import { seconds } from "../units.ts";
import type { Finding } from "./finding.ts";

export function checkObjectives({ objectives = [] }: System): Finding[] {
  return objectives.flatMap((objective, index) => [
    ...checkName(objective, objectives.slice(0, index)),
    ...checkTarget(objective),
    ...checkWindow(objective),
    ...checkBound(objective),
  ]);
}

function checkName({ name }: Objective, before: readonly Objective[]): Finding[] {
  const key = `objectives[${name}].name`;
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name))
    return [
      {
        key,
        message: `got "${name}"`,
        mend: "use lower-case words with - between them, such as signal-latency",
      },
    ];
  return before.some((other) => other.name === name)
    ? [{ key, message: `"${name}" is there twice`, mend: "give one of them another name" }]
    : [];
}

function checkTarget({ name, target }: Objective): Finding[] {
  if (target > 0 && target < 100) return [];
  return [
    {
      key: `objectives[${name}].target`,
      message: `got ${String(target)} %, a share above 0 and below 100 is a promise`,
      mend:
        target === 1 || target === 100 ? "leave room for errors, such as 99.9" : "give percent, such as 99.9",
    },
  ];
}

/** A shorter one than the longest that alerts look at would be overdrawn before anybody hears of it. */
function checkWindow({ name, window = "30d" }: Objective): Finding[] {
  if (seconds(window) >= 7 * 86_400) return [];
  return [
    {
      key: `objectives[${name}].window`,
      message: `${window} is too short for alerts that look back three days`,
      mend: "use 7d or more",
    },
  ];
}

function checkBound({ name, indicator }: Objective): Finding[] {
  if (indicator.kind !== "latency" || indicator.within > 0) return [];
  return [
    {
      key: `objectives[${name}].indicator.within`,
      message: `got ${String(indicator.within)}`,
      mend: "give a bucket's bound in the histogram's own unit",
    },
  ];
}

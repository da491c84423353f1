import type { Panel } from "../model.ts";
import type { Threshold } from "./grafana.ts";

/** Grafana's names of colours, the same for every panel. */
export const colours = { good: "green", warning: "orange", bad: "red", neutral: "blue" } as const;

/** Colours from the lowest value up: from green to red, or the other way round where low is bad. */
export function thresholdSteps({ thresholds }: Pick<Panel, "thresholds">): Threshold[] {
  if (thresholds === undefined) return [{ value: null, color: colours.good }];
  const [warning, critical] = thresholds;
  if (critical < warning)
    return [
      { value: null, color: colours.bad },
      { value: critical, color: colours.warning },
      { value: warning, color: colours.good },
    ];
  return [
    { value: null, color: colours.good },
    ...(warning === critical ? [] : [{ value: warning, color: colours.warning }]),
    { value: critical, color: colours.bad },
  ];
}

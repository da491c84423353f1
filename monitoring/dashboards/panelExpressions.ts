/** The queries of a panel as they are asked: windows and variables filled in. */
import type { Dashboard, Duration, Panel } from "../model.ts";
import { selectors } from "../promql.ts";
import type { Intervals } from "../seriesIntervals.ts";

/** One query of a panel. */
export interface PanelExpression {
  readonly expression: string;
  readonly legend?: string;
}

/** All queries of a panel, the first first. */
export function expressionsOf({ expression, legend, more = [] }: Panel): PanelExpression[] {
  return [{ expression, ...(legend !== undefined && { legend }) }, ...more];
}

/** Grafana's variable for a window of at least four samples. */
const rateInterval = "$__rate_interval";

/**
 * Seconds between the samples of what a panel reads, the slowest of it: Grafana's lower limit of a step. Thanos may leave
 * some seconds out when a replica dies (penalty of its deduplication), so that a window is never shorter than 12 s.
 */
export function samplingOf(panel: Panel, intervals: Intervals): number {
  // Two of three have no window, and to parse one takes a preview longer than to draw its panel.
  const windowed = expressionsOf(panel)
    .filter(({ expression }) => expression.includes("["))
    .flatMap(({ expression }) => selectors(expression.replaceAll(rateInterval, "1h")))
    .filter(({ range }) => range !== undefined);
  const all = windowed.map(intervals).filter((interval) => interval > 0);
  return Math.max(3, ...all);
}

/** `$__rate_interval` as Grafana computes it for a step: whole steps and one more sample, at least four samples. */
export function rateWindow(sampling: number, step: number): Duration {
  return `${Math.max(step + sampling, 4 * sampling)}s`;
}

/** An expression for a step of `step` seconds, with every variable set to all of its values. */
export function plainExpression(expression: string, panel: Panel, intervals: Intervals, step = 1): string {
  return expression
    .replaceAll(rateInterval, rateWindow(samplingOf(panel, intervals), step))
    .replaceAll(/\$\{?[a-z]\w*\}?/g, ".*");
}

/** Whether the dashboard has the variable that a panel names. */
export function unknownVariables({ panels, variables = [] }: Dashboard): string[] {
  const known = new Set(["__rate_interval", ...variables.map(({ name }) => name)]);
  const named = panels.flatMap((panel) =>
    expressionsOf(panel).flatMap(({ expression }) =>
      [...expression.matchAll(/\$\{?([a-z_]\w*)/g)].flatMap(([, name]) => name ?? []),
    ),
  );
  return [...new Set(named)].filter((name) => !known.has(name));
}

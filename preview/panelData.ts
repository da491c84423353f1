/** What each panel would show, asked of a running stack as Grafana would ask it. */
import type { Series } from "../drills/stackClient.ts";
import { annotations } from "../monitoring/dashboards/annotations.ts";
import { expressionsOf, plainExpression, samplingOf } from "../monitoring/dashboards/panelExpressions.ts";
import type { Dashboard, Panel } from "../monitoring/model.ts";
import type { Intervals } from "../monitoring/seriesIntervals.ts";

/** Who answers queries: a stack's edge. Times in seconds since 1970. */
export interface Answers {
  instant(expression: string, at: number): Promise<readonly Series[]>;
  range(expression: string, from: number, to: number, step: number): Promise<readonly Series[]>;
}

export interface Line {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** One for each of the panel's times; null where there is none. An instant query has one. */
  readonly values: readonly (number | null)[];
}

export interface PanelData {
  readonly panel: Panel;
  /** Seconds since 1970. */
  readonly times: readonly number[];
  readonly lines: readonly Line[];
}

export interface Mark {
  readonly at: number;
  readonly text: string;
}

export interface DashboardData {
  readonly dashboard: Dashboard;
  readonly from: number;
  readonly to: number;
  readonly panels: readonly PanelData[];
  readonly marks: readonly Mark[];
}

/** Points of a line; about one for each three pixels of a graph. */
const points = 240;

/** Every panel's queries over the time from `from` to `to`, all values of every variable chosen. */
export async function askDashboard(
  dashboard: Dashboard,
  intervals: Intervals,
  answers: Answers,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<DashboardData> {
  const panels: PanelData[] = [];
  // One after the other: Grafana's queries of a whole page at once are a load of their own.
  for (const panel of dashboard.panels) panels.push(await askPanel(panel, intervals, answers, from, to));
  return { dashboard, from, to, panels, marks: await askMarks(answers, from, to) };
}

async function askPanel(
  panel: Panel,
  intervals: Intervals,
  answers: Answers,
  from: number,
  to: number,
): Promise<PanelData> {
  const step = Math.max(Math.ceil((to - from) / points), Math.ceil(samplingOf(panel, intervals)));
  // Whole steps, as Grafana aligns them, so that lines of several queries share their times.
  const last = Math.floor(to / step) * step;
  const times = Array.from(
    { length: Math.floor((last - from) / step) + 1 },
    (_, index) => last - index * step,
  ).reverse();
  const atOnce = panel.instant === true || panel.kind === "table";
  const lines: Line[] = [];
  for (const { expression, legend } of expressionsOf(panel)) {
    const asked = plainExpression(expression, panel, intervals, step);
    const series = atOnce
      ? await answers.instant(asked, to)
      : await answers.range(asked, times[0] ?? from, last, step);
    const found = series
      .map((one) => ({
        name: nameOf(one.metric, legend),
        labels: one.metric,
        values: atOnce ? [Number(one.value?.[1] ?? NaN)] : valuesAt(times, one.values ?? []),
      }))
      // A quantile of nothing is no number.
      .filter(({ values }) => values.some((value) => value !== null && !Number.isNaN(value)));
    lines.push(...(panel.kind === "table" ? found : sortByName(found)));
  }
  return { panel, times: atOnce ? [to] : times, lines };
}

function valuesAt(
  times: readonly number[],
  samples: readonly (readonly [number, string])[],
): (number | null)[] {
  const known = new Map(samples.map(([time, value]) => [Math.round(time), Number(value)]));
  return times.map((time) => {
    const value = known.get(Math.round(time));
    return value === undefined || !Number.isFinite(value) ? null : value;
  });
}

/** Grafana's legend: `{{label}}` is the label's value; without a legend all labels. */
function nameOf(metric: Readonly<Record<string, string>>, legend: string | undefined): string {
  if (legend !== undefined)
    return legend.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_, label: string) => metric[label] ?? "");
  const labels = Object.entries(metric).filter(([name]) => name !== "__name__");
  return labels.map(([name, value]) => `${name}=${value}`).join(" ") || (metric["__name__"] ?? "value");
}

function sortByName(lines: readonly Line[]): Line[] {
  return lines
    .map((line, index) => ({ line, index }))
    .sort((a, b) => a.line.name.localeCompare(b.line.name, "en", { numeric: true }) || a.index - b.index)
    .map(({ line }) => line);
}

/** When a series changes its value, the value is the time of what it tells of. */
async function askMarks(answers: Answers, from: number, to: number): Promise<Mark[]> {
  const marks: Mark[] = [];
  const step = Math.max(5, Math.ceil((to - from) / points));
  for (const { expression, title } of annotations)
    for (const { metric, values = [] } of await answers.range(expression, from, to, step))
      for (const value of new Set(values.map(([, text]) => Number(text))))
        if (value >= from && value <= to) marks.push({ at: value, text: nameOf(metric, title) });
  return marks.sort((a, b) => a.at - b.at);
}

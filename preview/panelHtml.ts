/** A panel as HTML: tiles and tables whole, a graph as the place where the browser draws it. */
import { isLimit } from "../monitoring/dashboards/limits.ts";
import type { Panel } from "../monitoring/model.ts";
import { formatValue } from "./format.ts";
import type { DashboardData, Line, PanelData } from "./panelData.ts";

/** What the script in the page draws of a graph. */
export interface Graph {
  readonly id: string;
  readonly unit: string;
  readonly from: number;
  readonly to: number;
  readonly min?: number;
  readonly max?: number;
  readonly stacked: boolean;
  readonly times: readonly number[];
  readonly thresholds: readonly { readonly value: number; readonly tone: "warning" | "bad" }[];
  readonly marks: readonly number[];
  readonly lines: readonly {
    readonly colour: string;
    readonly dashed: boolean;
    /** The height of the line; on top of the others where lines are stacked. */
    readonly drawn: readonly (number | null)[];
    /** What it stands for. */
    readonly shown: readonly (number | null)[];
  }[];
}

/** Told apart by people who see few colours as well, on dark and on light (after Okabe and Ito). */
const palette = [
  "#3d85c6",
  "#e69f00",
  "#22a884",
  "#cc79a7",
  "#d55e00",
  "#7e57c2",
  "#8c9a1f",
  "#56b4e9",
  "#b0413e",
  "#7f8c9b",
];

/** Lines of a legend; of more the rest is counted. */
const longestLegend = 12;

export function graphOf(
  { panel, times, lines }: PanelData,
  id: string,
  { from, to, marks }: DashboardData,
): Graph {
  const { thresholds = [], min, max, unit, stacked = false } = panel;
  const heights = stacked ? stack(lines) : lines.map(({ values }) => values);
  const [warning, bad] = [...thresholds].sort((a, b) => a - b);
  return {
    id,
    unit,
    from,
    to,
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    stacked,
    times,
    thresholds: [
      ...(warning === undefined ? [] : [{ value: warning, tone: "warning" as const }]),
      ...(bad === undefined || bad === warning ? [] : [{ value: bad, tone: "bad" as const }]),
    ],
    marks: marks.map(({ at }) => at),
    lines: lines.map((line, index) => ({
      colour: colourOf(index),
      dashed: isLimit(line.name),
      drawn: heights[index] ?? [],
      shown: line.values,
    })),
  };
}

function colourOf(index: number): string {
  return palette[index % palette.length] ?? "#3d85c6";
}

function stack(lines: readonly Line[]): (number | null)[][] {
  const sums: number[] = [];
  return lines.map(({ values }) =>
    values.map((value, at) => {
      if (value === null) return null;
      sums[at] = (sums[at] ?? 0) + value;
      return sums[at];
    }),
  );
}

/** The panel's inside. */
export function panelBody(data: PanelData, id: string): string {
  const { panel, lines } = data;
  if (lines.length === 0) return `<div class="none">${panel.kind === "table" ? "Nothing" : "No data"}</div>`;
  switch (panel.kind) {
    case "timeseries":
      return `<div class="chart" id="${id}"></div>${legend(data)}`;
    case "table":
      return rows(data);
    case "stat":
    case "gauge":
      return `<div class="tiles">${lines.map((line) => tile(panel, line)).join("")}</div>`;
  }
}

function legend({ panel, lines }: PanelData): string {
  // Many lines of nothing say nothing.
  const still = lines.filter(({ values }) => values.every((value) => value === null || value === 0));
  const told = lines.length > 5 && still.length > 3 ? lines.filter((line) => !still.includes(line)) : lines;
  const shown = told.slice(0, longestLegend).map((line) => {
    const index = lines.indexOf(line);
    const last = formatValue(lastOf(line), panel.unit);
    return `<tr><td><i style="background:${colourOf(index)}"></i>${text(line.name || panel.title)}</td><td data-line="${String(index)}" data-last="${text(last)}">${text(last)}</td><td>${text(formatValue(most(line), panel.unit))}</td></tr>`;
  });
  const left = [
    ...(told.length > shown.length ? [`${String(told.length - shown.length)} more`] : []),
    ...(told.length < lines.length ? [`${String(lines.length - told.length)} that stay at 0`] : []),
  ].join(", ");
  const rest =
    left === "" ? "" : `<tr><td>${shown.length > 0 ? "and " : ""}${left}</td><td></td><td></td></tr>`;
  return `<table class="legend"><tr><th></th><th data-now>now</th><th>max</th></tr>${shown.join("")}${rest}</table>`;
}

function tile(panel: Panel, line: Line): string {
  const value = lastOf(line);
  const word = value === undefined ? undefined : panel.words?.[value];
  const said = word?.text ?? formatValue(value, panel.unit);
  const tone = word?.state ?? toneOf(value, panel);
  const name = panel.legend === undefined ? "" : `<span>${text(line.name)}</span>`;
  const named = panel.legend !== undefined || panel.words !== undefined;
  return `<div class="tile ${tone}"><b>${text(said)}</b>${name}${named ? "" : sparkline(line.values)}</div>`;
}

/** As Grafana colours it; without thresholds as text. */
export function toneOf(
  value: number | undefined,
  { thresholds }: Pick<Panel, "thresholds">,
): "good" | "warning" | "bad" | "neutral" {
  if (value === undefined || thresholds === undefined) return "neutral";
  const [warning, critical] = thresholds;
  if (critical < warning) return value >= warning ? "good" : value >= critical ? "warning" : "bad";
  return value >= critical ? "bad" : value >= warning ? "warning" : "good";
}

/** The shape of the last hours behind a number, 100 × 30. */
function sparkline(values: readonly (number | null)[]): string {
  const known = values.filter((value) => value !== null);
  if (known.length < 3) return "";
  const [low, high] = [Math.min(0, ...known), Math.max(...known)];
  if (high === low) return "";
  const points = values.map((value, index) => {
    const x = (100 * index) / (values.length - 1);
    const y = 30 - (28 * ((value ?? low) - low)) / (high - low);
    return `L${x.toFixed(1)} ${y.toFixed(1)}`;
  });
  return `<svg viewBox="0 0 100 30" preserveAspectRatio="none" aria-hidden="true"><path d="M0 30${points.join("")}L100 30Z"/></svg>`;
}

function rows({ panel, lines }: PanelData): string {
  const { columns } = panel;
  const named = columns?.labels ?? {};
  const all = [...new Set(lines.flatMap(({ labels: own }) => Object.keys(own)))];
  const labels = columns === undefined ? all : Object.keys(named);
  const value = columns === undefined ? "Value" : columns.value;
  const head = [
    ...labels.map((label) => `<th>${text(named[label] ?? label)}</th>`),
    ...(value === undefined ? [] : [`<th class="value">${text(value)}</th>`]),
  ];
  const body = lines.map((line) => {
    const cells = labels.map((label) => `<td>${text(line.labels[label] ?? "")}</td>`);
    const last = lastOf(line);
    const cell = `<td class="value ${toneOf(last, panel)}">${text(formatValue(last, panel.unit))}</td>`;
    return `<tr>${cells.join("")}${value === undefined ? "" : cell}</tr>`;
  });
  return `<div class="rows"><table><tr>${head.join("")}</tr>${body.join("")}</table></div>`;
}

/** Of the last few points, as the very last may be still to come: a line that has ended says nothing of now. */
function lastOf({ values }: Line): number | undefined {
  return values.slice(-4).findLast((value) => value !== null) ?? undefined;
}

function most({ values }: Line): number | undefined {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? undefined : Math.max(...known);
}

export function text(value: string): string {
  return value
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** Panels in few words, in one look: graphs of half the width, tiles of a sixth, tables of the whole width. */
import type { Panel } from "../model.ts";

type More = Partial<Omit<Panel, "title" | "expression" | "unit" | "about" | "kind">>;

/** Lines over time. */
export function graph(
  title: string,
  expression: string,
  unit: string,
  about: string,
  more: More = {},
): Panel {
  return { title, expression, unit, about, kind: "timeseries", ...more };
}

/** One number, or one for each series. */
export function tile(title: string, expression: string, unit: string, about: string, more: More = {}): Panel {
  return { title, expression, unit, about, kind: "stat", width: 4, height: 4, ...more };
}

/** A row for each series. */
export function list(title: string, expression: string, unit: string, about: string, more: More = {}): Panel {
  return { title, expression, unit, about, kind: "table", width: 24, instant: true, ...more };
}

/** Under a heading: the first panel begins a row. */
export function row(heading: string, panels: readonly Panel[]): Panel[] {
  return panels.map((panel, index) => (index === 0 ? { ...panel, row: heading } : panel));
}

/** A 1 that is good or a 0 that is not, in words. */
export function yesNo(yes: string, no: string): NonNullable<Panel["words"]> {
  return { 1: { text: yes, state: "good" }, 0: { text: no, state: "bad" } };
}

import type { Panel } from "../model.ts";

/** Columns of Grafana's grid. */
export const gridColumns = 24;

const usualWidth = 12;

/** In units of 30 pixels and 8 pixels between. */
const usualHeight = 8;

export interface GridPosition {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** A panel with its place, and before it the place of the heading that it begins. */
export interface Placed {
  readonly panel: Panel;
  readonly position: GridPosition;
  readonly heading?: GridPosition;
}

/**
 * Panels from left to right, a new line where one does not fit or a row begins. A panel of the usual width that is alone in
 * its line has the line to itself.
 */
export function place(panels: readonly Panel[]): Placed[] {
  const placed: Placed[] = [];
  let [x, y, lineHeight] = [0, 0, 0];
  const newLine = (): void => {
    y += lineHeight;
    [x, lineHeight] = [0, 0];
  };
  for (const [index, panel] of panels.entries()) {
    const { width = usualWidth, height = usualHeight } = panel;
    if (panel.row !== undefined || x + width > gridColumns) newLine();
    const heading = panel.row === undefined ? undefined : { x: 0, y, w: gridColumns, h: 1 };
    if (heading) y += 1;
    const alone = panel.width === undefined && x === 0 && !hasNeighbour(panels[index + 1]);
    const w = alone ? gridColumns : width;
    placed.push({ panel, position: { x, y, w, h: height }, ...(heading && { heading }) });
    x += w;
    lineHeight = Math.max(lineHeight, height);
  }
  return placed;
}

function hasNeighbour(next: Panel | undefined): boolean {
  return next !== undefined && next.row === undefined && (next.width ?? usualWidth) <= usualWidth;
}

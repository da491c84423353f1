/** Columns of Grafana's grid. */
export const gridColumns = 24;

const perRow = 2;
/** In units of 30 pixels and 8 pixels between. */
const panelHeight = 8;

export interface GridPosition {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** Two equal panels in a row; a last one without a neighbour has the row to itself. */
export function gridPosition(index: number, count: number): GridPosition {
  const column = index % perRow;
  const alone = column === 0 && index === count - 1;
  return {
    x: (column * gridColumns) / perRow,
    y: Math.floor(index / perRow) * panelHeight,
    w: alone ? gridColumns : gridColumns / perRow,
    h: panelHeight,
  };
}

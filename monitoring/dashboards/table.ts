import type { Panel } from "../model.ts";
import type { Transformation } from "./grafana.ts";

/** Only the named labels, from left to right, and the value under its name. Without columns all labels are shown. */
export function tableTransformations({ columns }: Pick<Panel, "columns">): Transformation[] {
  if (columns === undefined) return [];
  const { labels, value } = columns;
  const shown = [...Object.keys(labels), ...(value === undefined ? [] : ["Value"])];
  return [
    { id: "filterFieldsByName", options: { include: { names: shown } } },
    {
      id: "organize",
      options: {
        indexByName: Object.fromEntries(shown.map((name, index) => [name, index])),
        renameByName: { ...labels, ...(value !== undefined && { Value: value }) },
      },
    },
  ];
}

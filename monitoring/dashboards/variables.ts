import type { Variable } from "../model.ts";
import { queryDatasource } from "./datasource.ts";
import type * as grafana from "./grafana.ts";

/** A list of the values of a label, all of them chosen at first; read when the time shown changes, sorted upwards. */
export function grafanaVariable({ name, label, series, values }: Variable): grafana.Variable {
  return {
    type: "query",
    name,
    label,
    datasource: queryDatasource,
    query: `label_values(${series}, ${values})`,
    refresh: 2,
    sort: 1,
    multi: true,
    includeAll: true,
    allValue: ".*",
    allowCustomValue: true,
    skipUrlSync: false,
    current: { selected: true, text: ["All"], value: ["$__all"] },
  };
}

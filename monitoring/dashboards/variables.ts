import * as sdk from "@grafana/grafana-foundation-sdk/dashboard";
import type { Variable } from "../model.ts";
import { queryDatasource } from "./datasource.ts";

/** A list of the values of a label, all of them chosen at first. */
export function variableBuilder({ name, label, series, values }: Variable): sdk.QueryVariableBuilder {
  return new sdk.QueryVariableBuilder(name)
    .label(label)
    .datasource(queryDatasource)
    .query(`label_values(${series}, ${values})`)
    .refresh(sdk.VariableRefresh.OnTimeRangeChanged)
    .sort(sdk.VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue(".*")
    .current({ selected: true, text: ["All"], value: ["$__all"] });
}

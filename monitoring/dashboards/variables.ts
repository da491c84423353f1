import type * as cog from "@grafana/grafana-foundation-sdk/cog";
import * as sdk from "@grafana/grafana-foundation-sdk/dashboard";
import type { Variable } from "../model.ts";
import { queryDatasource } from "./datasource.ts";

/** A list of the values of a label, all of them chosen at first. */
export function variableBuilder({ name, label, series, values }: Variable): cog.Builder<sdk.VariableModel> {
  const builder = new sdk.QueryVariableBuilder(name)
    .label(label)
    .datasource(queryDatasource)
    .query(`label_values(${series}, ${values})`)
    .refresh(sdk.VariableRefresh.OnTimeRangeChanged)
    .sort(sdk.VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue(".*")
    .current({ selected: true, text: ["All"], value: ["$__all"] });
  return {
    build: () => {
      // Fields of another kind of variable, which the SDK gives to all.
      const { auto: _auto, auto_count: _count, auto_min: _min, ...variable } = builder.build();
      return variable;
    },
  };
}

import * as cog from "@grafana/grafana-foundation-sdk/cog";
import * as common from "@grafana/grafana-foundation-sdk/common";
import * as sdk from "@grafana/grafana-foundation-sdk/dashboard";
import * as gauge from "@grafana/grafana-foundation-sdk/gauge";
import * as prometheus from "@grafana/grafana-foundation-sdk/prometheus";
import * as stat from "@grafana/grafana-foundation-sdk/stat";
import * as table from "@grafana/grafana-foundation-sdk/table";
import * as timeseries from "@grafana/grafana-foundation-sdk/timeseries";
import type { Panel } from "../model.ts";
import { queryDatasource } from "./datasource.ts";
import type { GridPosition } from "./grid.ts";

/** Grafana's panel: one query, its unit, and a colour for each side of the thresholds. */
export function panelBuilder(panel: Panel, id: number, position: GridPosition): cog.Builder<sdk.Panel> {
  switch (panel.kind) {
    case "timeseries":
      return described(timeSeries(panel), panel, id, position);
    case "stat":
      return described(singleValue(new stat.PanelBuilder(), panel), panel, id, position);
    case "gauge":
      return described(singleValue(new gauge.PanelBuilder(), panel), panel, id, position);
    case "table":
      return described(new table.PanelBuilder().withTarget(instantQuery(panel)), panel, id, position);
  }
}

/** What the SDK's panel builders have in common; each kind is a class of its own. */
interface AnyPanelBuilder extends cog.Builder<sdk.Panel> {
  id(id: number): this;
  title(title: string): this;
  description(description: string): this;
  datasource(reference: common.DataSourceRef): this;
  gridPos(position: sdk.GridPos): this;
  unit(unit: string): this;
  thresholds(thresholds: cog.Builder<sdk.ThresholdsConfig>): this;
}

function described<B extends AnyPanelBuilder>(
  builder: B,
  panel: Panel,
  id: number,
  position: GridPosition,
): B {
  return builder
    .id(id)
    .title(panel.title)
    .description(panel.about)
    .datasource(queryDatasource)
    .gridPos({ ...position })
    .unit(panel.unit)
    .thresholds(thresholds(panel));
}

function timeSeries(panel: Panel): timeseries.PanelBuilder {
  const legend = new common.VizLegendOptionsBuilder()
    .displayMode(common.LegendDisplayMode.Table)
    .placement(common.LegendPlacement.Bottom)
    .showLegend(true)
    .calcs(["lastNotNull", "max"]);
  const tooltip = new common.VizTooltipOptionsBuilder()
    .mode(common.TooltipDisplayMode.Multi)
    .sort(common.SortOrder.Descending);
  const builder = new timeseries.PanelBuilder()
    .withTarget(query(panel).range())
    .legend(legend)
    .tooltip(tooltip)
    .lineWidth(1)
    .fillOpacity(10)
    .showPoints(common.VisibilityMode.Never)
    // A hole in the data is shown as one.
    .spanNulls(false);
  if (panel.thresholds === undefined) return builder;
  return builder.thresholdsStyle(
    new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed),
  );
}

function singleValue<B extends stat.PanelBuilder | gauge.PanelBuilder>(builder: B, panel: Panel): B {
  builder.withTarget(query(panel).range());
  builder.reduceOptions(new common.ReduceDataOptionsBuilder().calcs(["lastNotNull"]).values(false));
  return builder;
}

function instantQuery(panel: Panel): prometheus.DataqueryBuilder {
  return query(panel).instant().format(prometheus.PromQueryFormat.Table);
}

function query(panel: Panel): prometheus.DataqueryBuilder {
  return new prometheus.DataqueryBuilder()
    .refId("A")
    .datasource(queryDatasource)
    .expr(panel.expression)
    .legendFormat(panel.legend ?? "__auto")
    .editorMode(prometheus.QueryEditorMode.Code);
}

function thresholds(panel: Panel): sdk.ThresholdsConfigBuilder {
  const [warning, critical] = panel.thresholds ?? [];
  const steps: sdk.Threshold[] = [{ value: null, color: "green" }];
  if (warning !== undefined) steps.push({ value: warning, color: "orange" });
  if (critical !== undefined) steps.push({ value: critical, color: "red" });
  return new sdk.ThresholdsConfigBuilder().mode(sdk.ThresholdsMode.Absolute).steps(steps);
}

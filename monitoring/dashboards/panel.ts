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
import { isLimit } from "./limits.ts";
import { expressionsOf } from "./panelExpressions.ts";
import { tableTransformations } from "./table.ts";
import { colours, thresholdSteps } from "./thresholds.ts";

/** What a panel is told besides its own data. */
export interface PanelPlace {
  readonly id: number;
  readonly position: GridPosition;
  /** Seconds between the samples of what it reads, below which a step makes no sense. */
  readonly sampling: number;
}

/** Grafana's panel: its queries, their unit, and a colour for each side of the thresholds. */
export function panelBuilder(panel: Panel, place: PanelPlace): cog.Builder<sdk.Panel> {
  switch (panel.kind) {
    case "timeseries":
      return described(timeSeries(panel), panel, place);
    case "stat":
      return described(singleStat(panel), panel, place);
    case "gauge":
      return described(singleValue(new gauge.PanelBuilder(), panel), panel, place);
    case "table":
      return withoutFooter(described(rows(panel), panel, place));
  }
}

/** The SDK still gives each table the footer of Grafana 11, which later versions do not know. */
function withoutFooter(builder: cog.Builder<sdk.Panel>): cog.Builder<sdk.Panel> {
  return {
    build: () => {
      const panel = builder.build();
      const { footer: _, ...known } = panel.options as Record<string, unknown>;
      return { ...panel, options: known };
    },
  };
}

/** What the SDK's panel builders have in common; each kind is a class of its own. */
interface AnyPanelBuilder extends cog.Builder<sdk.Panel> {
  id(id: number): this;
  title(title: string): this;
  description(description: string): this;
  datasource(reference: common.DataSourceRef): this;
  gridPos(position: sdk.GridPos): this;
  interval(interval: string): this;
  links(links: cog.Builder<sdk.DashboardLink>[]): this;
  mappings(mappings: sdk.ValueMapping[]): this;
  min(min: number): this;
  max(max: number): this;
  unit(unit: string): this;
  noValue(noValue: string): this;
  thresholds(thresholds: cog.Builder<sdk.ThresholdsConfig>): this;
}

function described<B extends AnyPanelBuilder>(
  builder: B,
  panel: Panel,
  { id, position, sampling }: PanelPlace,
): B {
  builder
    .id(id)
    .title(panel.title)
    .description(panel.about)
    .datasource(queryDatasource)
    .gridPos({ ...position })
    .interval(`${String(sampling)}s`)
    .unit(panel.unit)
    .noValue("–")
    .thresholds(
      new sdk.ThresholdsConfigBuilder().mode(sdk.ThresholdsMode.Absolute).steps(thresholdSteps(panel)),
    );
  if (panel.min !== undefined) builder.min(panel.min);
  if (panel.max !== undefined) builder.max(panel.max);
  if (panel.words !== undefined) builder.mappings([valueMapping(panel.words)]);
  if (panel.opens !== undefined) builder.links([dashboardLink(panel.opens)]);
  return builder;
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
    .targets(queries(panel).map((query) => query.range()))
    .legend(legend)
    .tooltip(tooltip)
    .lineWidth(1)
    .fillOpacity(panel.stacked === true ? 30 : 10)
    .showPoints(common.VisibilityMode.Never)
    // A hole in the data is shown as one.
    .spanNulls(false);
  if (panel.stacked === true)
    builder.stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal));
  for (const { legend: name } of panel.more ?? [])
    if (isLimit(name)) builder.overrideByName(name, dashedLine);
  if (panel.thresholds === undefined) return builder;
  return builder.thresholdsStyle(
    new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed),
  );
}

const dashedLine: sdk.DynamicConfigValue[] = [
  { id: "custom.lineStyle", value: { dash: [10, 10], fill: "dash" } },
  { id: "custom.fillOpacity", value: 0 },
];

function singleStat(panel: Panel): stat.PanelBuilder {
  const named = panel.legend !== undefined;
  return singleValue(new stat.PanelBuilder(), panel)
    .colorMode(
      panel.thresholds === undefined ? common.BigValueColorMode.None : common.BigValueColorMode.Background,
    )
    .graphMode(
      panel.instant === true || named ? common.BigValueGraphMode.None : common.BigValueGraphMode.Area,
    )
    .textMode(named ? common.BigValueTextMode.ValueAndName : common.BigValueTextMode.Value)
    .justifyMode(common.BigValueJustifyMode.Center);
}

function singleValue<B extends stat.PanelBuilder | gauge.PanelBuilder>(builder: B, panel: Panel): B {
  builder.targets(queries(panel).map((query) => (panel.instant === true ? query.instant() : query.range())));
  builder.reduceOptions(new common.ReduceDataOptionsBuilder().calcs(["lastNotNull"]).values(false));
  return builder;
}

function rows(panel: Panel): table.PanelBuilder {
  const builder = new table.PanelBuilder()
    .targets(queries(panel).map((query) => query.instant().format(prometheus.PromQueryFormat.Table)))
    .transformations(tableTransformations(panel));
  if (panel.thresholds !== undefined)
    builder.overrideByName(panel.columns?.value ?? "Value", [
      { id: "custom.cellOptions", value: { type: "color-text" } },
    ]);
  return builder;
}

function queries(panel: Panel): prometheus.DataqueryBuilder[] {
  return expressionsOf(panel).map(({ expression, legend }, index) =>
    new prometheus.DataqueryBuilder()
      .refId(String.fromCharCode("A".charCodeAt(0) + index))
      .datasource(queryDatasource)
      .expr(expression)
      .legendFormat(legend ?? "__auto")
      .editorMode(prometheus.QueryEditorMode.Code),
  );
}

function valueMapping(words: NonNullable<Panel["words"]>): sdk.ValueMap {
  return {
    type: sdk.MappingType.ValueToText,
    options: Object.fromEntries(
      Object.entries(words).map(([value, { text, state }], index) => [
        value,
        { text, color: colours[state], index },
      ]),
    ),
  };
}

function dashboardLink(uid: string): cog.Builder<sdk.DashboardLink> {
  return new sdk.DashboardLinkBuilder("More about it")
    .type(sdk.DashboardLinkType.Link)
    .url(`/d/${uid}`)
    .includeVars(false)
    .keepTime(true)
    .targetBlank(false);
}

import type { Panel } from "../model.ts";
import { queryDatasource } from "./datasource.ts";
import type * as grafana from "./grafana.ts";
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
export function grafanaPanel(panel: Panel, { id, position, sampling }: PanelPlace): grafana.Panel {
  return {
    id,
    title: panel.title,
    description: panel.about,
    datasource: queryDatasource,
    gridPos: { ...position },
    interval: `${String(sampling)}s`,
    transparent: false,
    repeatDirection: "h",
    targets: queries(panel),
    ...(panel.opens !== undefined && { links: [dashboardLink(panel.opens)] }),
    ...drawing(panel),
  };
}

function drawing(panel: Panel): grafana.Drawing {
  switch (panel.kind) {
    case "timeseries":
      return timeSeries(panel);
    case "stat":
      return singleStat(panel);
    case "gauge":
      return gauge(panel);
    case "table":
      return table(panel);
  }
}

/** What fields of every kind of panel say. */
function fieldDefaults(panel: Panel): Omit<grafana.Drawing["fieldConfig"]["defaults"], "custom"> {
  return {
    unit: panel.unit,
    noValue: "–",
    thresholds: { mode: "absolute", steps: thresholdSteps(panel) },
    ...(panel.min !== undefined && { min: panel.min }),
    ...(panel.max !== undefined && { max: panel.max }),
    ...(panel.words !== undefined && { mappings: [valueMapping(panel.words)] }),
  };
}

function timeSeries(panel: Panel): grafana.Drawing {
  const limits = (panel.more ?? []).map(({ legend }) => legend).filter(isLimit);
  return {
    type: "timeseries",
    options: {
      legend: { displayMode: "table", placement: "bottom", showLegend: true, calcs: ["lastNotNull", "max"] },
      tooltip: { mode: "multi", sort: "desc" },
    },
    fieldConfig: {
      defaults: {
        ...fieldDefaults(panel),
        custom: {
          lineWidth: 1,
          fillOpacity: panel.stacked === true ? 30 : 10,
          showPoints: "never",
          // A hole in the data is shown as one.
          spanNulls: false,
          ...(panel.stacked === true && { stacking: { mode: "normal" } }),
          ...(panel.thresholds !== undefined && { thresholdsStyle: { mode: "dashed" } }),
        },
      },
      overrides: limits.map((name) => override(name, dashedLine)),
    },
  };
}

const dashedLine: grafana.Override["properties"] = [
  { id: "custom.lineStyle", value: { dash: [10, 10], fill: "dash" } },
  { id: "custom.fillOpacity", value: 0 },
];

function override(name: string, properties: grafana.Override["properties"]): grafana.Override {
  return { matcher: { id: "byName", options: name }, properties };
}

function singleStat(panel: Panel): grafana.Drawing {
  const named = panel.legend !== undefined;
  return {
    type: "stat",
    options: {
      reduceOptions: lastValue,
      colorMode: panel.thresholds === undefined ? "none" : "background",
      graphMode: panel.instant === true || named ? "none" : "area",
      textMode: named ? "value_and_name" : "value",
      justifyMode: "center",
      orientation: "auto",
      percentChangeColorMode: "standard",
      showPercentChange: false,
      wideLayout: true,
    },
    fieldConfig: { defaults: fieldDefaults(panel), overrides: [] },
  };
}

function gauge(panel: Panel): grafana.Drawing {
  return {
    type: "gauge",
    options: {
      reduceOptions: lastValue,
      orientation: "auto",
      showThresholdLabels: false,
      showThresholdMarkers: true,
      sizing: "auto",
      minVizWidth: 75,
      minVizHeight: 75,
    },
    fieldConfig: { defaults: fieldDefaults(panel), overrides: [] },
  };
}

const lastValue = { calcs: ["lastNotNull"], values: false };

function table(panel: Panel): grafana.Drawing {
  const coloured = panel.thresholds === undefined ? [] : [panel.columns?.value ?? "Value"];
  return {
    type: "table",
    options: { frameIndex: 0, showHeader: true, showTypeIcons: false, cellHeight: "sm" },
    fieldConfig: {
      defaults: { ...fieldDefaults(panel), custom: { align: "auto", inspect: false } },
      overrides: coloured.map((name) =>
        override(name, [{ id: "custom.cellOptions", value: { type: "color-text" } }]),
      ),
    },
    transformations: tableTransformations(panel),
  };
}

/** Tables and what is so declared ask for one moment, everything else for the time shown. */
function queries(panel: Panel): grafana.Query[] {
  const instant = panel.kind === "table" || (panel.kind !== "timeseries" && panel.instant === true);
  return expressionsOf(panel).map(({ expression, legend }, index) => ({
    refId: String.fromCharCode("A".charCodeAt(0) + index),
    datasource: queryDatasource,
    expr: expression,
    legendFormat: legend ?? "__auto",
    editorMode: "code",
    instant,
    range: !instant,
    ...(panel.kind === "table" && { format: "table" }),
  }));
}

function valueMapping(words: NonNullable<Panel["words"]>): grafana.ValueMap {
  return {
    type: "value",
    options: Object.fromEntries(
      Object.entries(words).map(([value, { text, state }], index) => [
        value,
        { text, color: colours[state], index },
      ]),
    ),
  };
}

function dashboardLink(uid: string): grafana.DashboardLink {
  return {
    title: "More about it",
    type: "link",
    url: `/d/${uid}`,
    placement: "inControlsMenu",
    icon: "",
    tooltip: "",
    tags: [],
    asDropdown: false,
    includeVars: false,
    keepTime: true,
    targetBlank: false,
  };
}

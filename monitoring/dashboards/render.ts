import * as sdk from "@grafana/grafana-foundation-sdk/dashboard";
import type { Dashboard, System } from "../model.ts";
import { intervalsOf, type Intervals } from "../seriesIntervals.ts";
import { annotationBuilders } from "./annotations.ts";
import { dashboardsOf } from "./catalogue.ts";
import { place } from "./grid.ts";
import { panelBuilder } from "./panel.ts";
import { samplingOf } from "./panelExpressions.ts";
import { variableBuilder } from "./variables.ts";

/** A dashboard as Grafana reads it from a file. */
export interface RenderedDashboard {
  /** Also a good file name. */
  readonly uid: string;
  readonly title: string;
  /** Keys sorted, a newline at the end: the same bytes for the same dashboard. */
  readonly json: string;
}

/** Every dashboard of the system and of its stack: read-only, up to now, refreshed by itself. */
export function renderDashboards(system: System): RenderedDashboard[] {
  const intervals = intervalsOf(system);
  return dashboardsOf(system).map((dashboard) => ({
    uid: dashboard.uid,
    title: dashboard.title,
    json: `${JSON.stringify(sorted(build(dashboard, system, intervals)), undefined, 2)}\n`,
  }));
}

// The SDK prefers its newer schema; this classic one is what Grafana's documentation of file provisioning describes.
/* eslint-disable @typescript-eslint/no-deprecated */
function build(dashboard: Dashboard, system: System, intervals: Intervals): sdk.Dashboard {
  const builder = new sdk.DashboardBuilder(dashboard.title)
    .uid(dashboard.uid)
    .description(dashboard.about)
    .tags(["vigil", system.name])
    .readonly()
    .timezone("browser")
    .time({ from: `now-${dashboard.from ?? "15m"}`, to: "now" })
    .refresh(dashboard.refresh ?? "5s")
    .tooltip(sdk.DashboardCursorSync.Crosshair)
    .variables((dashboard.variables ?? []).map(variableBuilder))
    .annotations(annotationBuilders())
    .links([{ build: () => otherDashboards(system) }]);
  let id = 0;
  for (const { panel, position, heading } of place(dashboard.panels)) {
    if (heading) builder.withRow(new sdk.RowBuilder(panel.row ?? "").id(++id).gridPos(heading));
    builder.withPanel(panelBuilder(panel, { id: ++id, position, sampling: samplingOf(panel, intervals) }));
  }
  return builder.build();
}
/* eslint-enable @typescript-eslint/no-deprecated */

/** Made by hand: the SDK's builder puts links into a menu. */
function otherDashboards(system: System): sdk.DashboardLink {
  return {
    title: system.title,
    type: sdk.DashboardLinkType.Dashboards,
    tags: [system.name],
    icon: "",
    tooltip: "The other dashboards of the system",
    asDropdown: true,
    includeVars: false,
    keepTime: true,
    targetBlank: false,
  };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, field]) => [key, sorted(field)]),
  );
}

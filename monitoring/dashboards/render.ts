import type { Dashboard, System } from "../model.ts";
import { intervalsOf, type Intervals } from "../seriesIntervals.ts";
import { grafanaAnnotations } from "./annotations.ts";
import { dashboardsOf } from "./catalogue.ts";
import type * as grafana from "./grafana.ts";
import { place, type GridPosition } from "./grid.ts";
import { grafanaPanel } from "./panel.ts";
import { samplingOf } from "./panelExpressions.ts";
import { grafanaVariable } from "./variables.ts";

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

/** The classic schema, which Grafana's documentation of file provisioning describes. */
function build(dashboard: Dashboard, system: System, intervals: Intervals): grafana.Dashboard {
  let id = 0;
  const panels = place(dashboard.panels).flatMap(({ panel, position, heading }) => [
    ...(heading ? [row(panel.row ?? "", ++id, heading)] : []),
    grafanaPanel(panel, { id: ++id, position, sampling: samplingOf(panel, intervals) }),
  ]);
  return {
    title: dashboard.title,
    uid: dashboard.uid,
    description: dashboard.about,
    tags: ["vigil", system.name],
    editable: false,
    timezone: "browser",
    fiscalYearStartMonth: 0,
    schemaVersion: 42,
    time: { from: `now-${dashboard.from ?? "15m"}`, to: "now" },
    refresh: dashboard.refresh ?? "5s",
    // A crosshair in every graph at once.
    graphTooltip: 1,
    templating: { list: (dashboard.variables ?? []).map(grafanaVariable) },
    annotations: { list: grafanaAnnotations() },
    links: [otherDashboards(system)],
    panels,
  };
}

function row(title: string, id: number, gridPos: GridPosition): grafana.Dashboard["panels"][number] {
  return { type: "row", title, id, gridPos, collapsed: false, panels: [] };
}

function otherDashboards(system: System): grafana.DashboardLink {
  return {
    title: system.title,
    type: "dashboards",
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

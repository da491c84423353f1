/** Dashboards that can be drawn: variables that are there, links that lead somewhere. */
import { dashboardsOf } from "../dashboards/catalogue.ts";
import { unknownVariables } from "../dashboards/panelExpressions.ts";
import type { Dashboard, Panel, System } from "../model.ts";
import { suggestion } from "../nearest.ts";
import type { Finding } from "./finding.ts";

export function checkDashboards(system: System): Finding[] {
  const dashboards = dashboardsOf(system);
  const uids = dashboards.map(({ uid }) => uid);
  return dashboards.flatMap((dashboard) => [
    ...checkVariables(dashboard),
    ...dashboard.panels.flatMap((panel) =>
      checkPanel(`dashboards[${dashboard.uid}].panels[${panel.title}]`, panel, uids),
    ),
  ]);
}

function checkVariables(dashboard: Dashboard): Finding[] {
  const known = (dashboard.variables ?? []).map(({ name }) => name);
  return unknownVariables(dashboard).map((name) => ({
    key: `dashboards[${dashboard.uid}].variables`,
    message: `a panel uses $${name}, which the dashboard does not have, ${suggestion(name, known)}`,
    mend: "add the variable, or write its value",
  }));
}

function checkPanel(key: string, { opens }: Panel, uids: readonly string[]): Finding[] {
  if (opens === undefined || uids.includes(opens)) return [];
  return [
    {
      key: `${key}.opens`,
      message: `there is no dashboard "${opens}", ${suggestion(opens, uids)}`,
      mend: "name one of the system's dashboards",
    },
  ];
}

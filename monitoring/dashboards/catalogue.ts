/** Every dashboard of a system: its own, and those of the stack that watches it, each of what is deployed. */
import type { Dashboard, System } from "../model.ts";
import { alertmanagerDashboard } from "./stack/alertmanager.ts";
import { capacityDashboard } from "./stack/capacity.ts";
import { has } from "./stack/deployed.ts";
import { edgeDashboard, hasEdge } from "./stack/edge.ts";
import { hostsDashboard } from "./stack/hosts.ts";
import { overview } from "./stack/overview.ts";
import { prometheusDashboard } from "./stack/prometheus.ts";
import { sloDashboard } from "./stack/slo.ts";
import { thanosDashboard } from "./stack/thanos.ts";

/** The stack's overview first, then the system's own, then one for each part of the stack. */
export function dashboardsOf(system: System): Dashboard[] {
  return [
    overview(system),
    ...system.dashboards,
    ...((system.objectives ?? []).length > 0 ? [sloDashboard(system)] : []),
    prometheusDashboard(system),
    ...(has(system, "thanos-query") ? [thanosDashboard(system)] : []),
    ...(has(system, "alertmanager") ? [alertmanagerDashboard(system)] : []),
    ...(hasEdge(system) ? [edgeDashboard(system)] : []),
    ...(watchesHosts(system) ? [hostsDashboard(system)] : []),
    capacityDashboard(system),
  ];
}

function watchesHosts({ jobs }: System): boolean {
  return jobs.some(
    ({ name, discovery }) => discovery.kind === "hosts" || name === "azure-vms" || name === "cadvisor",
  );
}

/** Dashboards as ConfigMaps, one each, which Grafana's pod mounts together and reads again when they change. */
import { renderDashboards } from "../dashboards/render.ts";
import type { System } from "../model.ts";
import type { KubernetesObject } from "./model.ts";
import { ownObject } from "./names.ts";

export function dashboardObjects(system: System): KubernetesObject[] {
  return renderDashboards(system).map(({ uid, json }) =>
    ownObject({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: dashboardConfigMap(uid), namespace: system.namespace },
      data: { [`${uid}.json`]: json },
    }),
  );
}

/** Name of the ConfigMap of a dashboard. */
export function dashboardConfigMap(uid: string): string {
  return `grafana-dashboard-${uid.toLowerCase()}`;
}

/** Alerts of a stack about itself: only of what is deployed, and each cause told once. */
import type { Alert, AlertGroup, Inhibition, System } from "../model.ts";
import { alertmanagerAlerts } from "./alertmanager.ts";
import { availabilityAlerts } from "./availability.ts";
import { certificateAlerts } from "./certificates.ts";
import { deployedOf, type Deployed } from "./deployed.ts";
import { exporterAlerts } from "./exporters.ts";
import { grafanaAlerts } from "./grafana.ts";
import { haproxyAlerts } from "./haproxy.ts";
import { hostAlerts } from "./hosts.ts";
import { stackInhibitions } from "./inhibitions.ts";
import { kubernetesAlerts } from "./kubernetes.ts";
import { oauth2ProxyAlerts } from "./oauth2Proxy.ts";
import { prometheusAlerts } from "./prometheus.ts";
import { pushgatewayAlerts } from "./pushgateway.ts";
import { thanosAlerts } from "./thanos.ts";
import { windowsAlerts } from "./windows.ts";

/** Value of the label `scope` by which routes tell alerts about the stack from those about what it watches. */
export const stackScope = "stack";

/** One group a component, so that a change of one alert is a change of one group. */
const catalogue: Readonly<Record<string, (deployed: Deployed) => Alert[]>> = {
  "stack-availability": availabilityAlerts,
  "stack-prometheus": prometheusAlerts,
  "stack-thanos": thanosAlerts,
  "stack-alertmanager": alertmanagerAlerts,
  "stack-pushgateway": pushgatewayAlerts,
  "stack-edge": haproxyAlerts,
  "stack-oauth2-proxy": oauth2ProxyAlerts,
  "stack-grafana": grafanaAlerts,
  "stack-exporters": exporterAlerts,
  "stack-hosts": hostAlerts,
  "stack-windows": windowsAlerts,
  "stack-kubernetes": kubernetesAlerts,
  "stack-certificates": certificateAlerts,
};

/** Groups of a system's alerts about its own stack, after what it deploys. */
export function selfMonitoring(system: System): AlertGroup[] {
  const deployed = deployedOf(system);
  return Object.entries(catalogue).flatMap(([name, alertsOf]) => {
    const alerts = alertsOf(deployed).map(aboutTheStack);
    return alerts.length === 0 ? [] : [{ name, interval: deployed.interval, alerts }];
  });
}

/** The system with alerts about its stack, and their inhibitions, in place of those that it had. */
export function withSelfMonitoring(system: System): System {
  const own = system.alerts.filter(({ name }) => !(name in catalogue));
  const groups = selfMonitoring(system).map((group) => ({
    ...group,
    alerts: [...group.alerts, ...addedTo(system, group.name)],
  }));
  const watched: System = { ...system, alerts: [...own, ...groups] };
  const before = new Set(stackInhibitions(system).map(identity));
  const { notifications } = system;
  return {
    ...watched,
    notifications: {
      ...notifications,
      inhibitions: [
        ...notifications.inhibitions.filter((inhibition) => !before.has(identity(inhibition))),
        ...stackInhibitions(watched),
      ],
    },
  };
}

/** The system with no alerts but its own, its objectives', and those that its configuration adds. */
export function withoutCatalogue(system: System): System {
  return {
    ...system,
    alerts: system.alerts.flatMap((group) => {
      if (!(group.name in catalogue)) return [group];
      const alerts = addedTo(system, group.name);
      return alerts.length === 0 ? [] : [{ ...group, alerts }];
    }),
  };
}

/** What a stack's configuration has added to a group of the catalogue. */
function addedTo({ alerts }: System, group: string): Alert[] {
  return alerts
    .filter(({ name }) => name === group)
    .flatMap((known) => known.alerts.filter(({ labels }) => labels?.["scope"] !== stackScope));
}

function aboutTheStack(alert: Alert): Alert {
  return { ...alert, labels: { ...alert.labels, scope: stackScope } };
}

function identity(inhibition: Inhibition): string {
  return JSON.stringify(inhibition);
}

import type { Dashboard, Panel, System } from "../../model.ts";
import { graph, list, row, tile, yesNo } from "../panels.ts";
import { has } from "./deployed.ts";

const own = 'job="alertmanager"';

/** Alerts and who is told of them, and what batch jobs pushed. */
export function alertmanagerDashboard(system: System): Dashboard {
  const members = system.components.find(({ component }) => component === "alertmanager")?.replicas ?? 1;
  return {
    uid: "alertmanager",
    title: "Alerting",
    about:
      "Alerts that fire, notifications that went out or failed, the Alertmanagers' cluster, and PushGateway.",
    from: "1h",
    panels: [
      ...row("Now", now(members)),
      list(
        "Alerts",
        'sum by (alertname, alertstate, severity, job, instance) (ALERTS{alertname!="Watchdog"})',
        "short",
        "Alerts that fire or are about to.",
        {
          columns: {
            labels: {
              alertstate: "State",
              severity: "Severity",
              alertname: "Alert",
              job: "Job",
              instance: "Instance",
            },
          },
          height: 6,
        },
      ),
      ...row("Notifications", notifications),
      ...row("Cluster", cluster(members)),
      ...(has(system, "pushgateway") ? row("PushGateway", pushgateway) : []),
    ],
  };
}

function now(members: number): Panel[] {
  return [
    tile(
      "Members",
      `min(alertmanager_cluster_members{${own}})`,
      "short",
      `Members that each sees, of ${String(members)}; the fewest.`,
      {
        thresholds: [members, 1],
      },
    ),
    tile(
      "Configuration",
      `min(alertmanager_config_last_reload_successful{${own}})`,
      "short",
      "Whether every member runs with the configuration on its disk.",
      {
        words: yesNo("live", "refused"),
        thresholds: [1, 0],
      },
    ),
    tile(
      "Same configuration",
      `max(alertmanager_config_hash{${own}}) == bool min(alertmanager_config_hash{${own}})`,
      "short",
      "Whether all members have the same configuration.",
      {
        words: yesNo("same", "different"),
        thresholds: [1, 0],
      },
    ),
    tile(
      "Active alerts",
      `max(alertmanager_alerts{${own}, state="active"})`,
      "short",
      "Alerts that people are told of, the Watchdog included.",
    ),
    tile(
      "Silenced or inhibited",
      `max(alertmanager_alerts{${own}, state="suppressed"})`,
      "short",
      "Alerts that nobody is told of, on purpose.",
    ),
    tile(
      "Failed within an hour",
      `sum(increase(alertmanager_notifications_failed_total{${own}}[1h]))`,
      "short",
      "Notifications that did not arrive.",
      {
        thresholds: [1, 5],
      },
    ),
  ];
}

const notifications: Panel[] = [
  graph(
    "Sent",
    `sum by (integration) (rate(alertmanager_notifications_total{${own}}[$__rate_interval])) and on (integration) sum by (integration) (alertmanager_notifications_total{${own}}) > 0 or label_replace(vector(0), "integration", "none", "", "")`,
    "cps",
    "Notifications per second by channel.",
    { legend: "{{integration}}", min: 0 },
  ),
  graph(
    "Failed",
    `sum by (integration, reason) (rate(alertmanager_notifications_failed_total{${own}}[$__rate_interval])) and on (integration, reason) sum by (integration, reason) (alertmanager_notifications_failed_total{${own}}) > 0 or label_replace(vector(0), "integration", "none", "", "")`,
    "cps",
    "Notifications per second that did not arrive. Nothing is good.",
    { legend: "{{integration}} {{reason}}", min: 0 },
  ),
  graph(
    "Time of a notification",
    `histogram_quantile(0.99, sum by (le, integration) (rate(alertmanager_notification_latency_seconds_bucket{${own}}[1h]) > 0))`,
    "s",
    "Seconds within which 99 % of the last hour's notifications were taken by the channel.",
    { legend: "{{integration}}" },
  ),
  graph(
    "Alerts received",
    `sum by (instance, status) (rate(alertmanager_alerts_received_total{${own}}[$__rate_interval]))`,
    "cps",
    "Alerts per second from the Prometheus and Rulers, repeats included.",
    { legend: "{{instance}} {{status}}", min: 0 },
  ),
];

function cluster(members: number): Panel[] {
  return [
    graph(
      "Members seen",
      `alertmanager_cluster_members{${own}}`,
      "short",
      `Members that each sees, of ${String(members)}.`,
      {
        legend: "{{instance}}",
        min: 0,
      },
    ),
    graph("Silences", `max by (state) (alertmanager_silences{${own}})`, "short", "Silences by state.", {
      legend: "{{state}}",
      min: 0,
    }),
    graph(
      "Gossip",
      `sum by (instance) (rate(alertmanager_cluster_messages_received_total{${own}}[$__rate_interval]))`,
      "cps",
      "Messages per second from the other members.",
      { legend: "{{instance}}", min: 0 },
    ),
    graph(
      "Health",
      `alertmanager_cluster_health_score{${own}}`,
      "short",
      "0 is good; more means that messages come late.",
      {
        legend: "{{instance}}",
        min: 0,
      },
    ),
  ];
}

const pushgateway: Panel[] = [
  graph(
    "Pushes",
    'sum by (code) (rate(pushgateway_http_requests_total{handler="push"}[$__rate_interval])) or label_replace(vector(0), "code", "none", "", "")',
    "reqps",
    "Pushes per second by status.",
    { legend: "{{code}}", min: 0 },
  ),
  list(
    "Last push",
    "time() - max without (pushgateway, instance) (push_time_seconds)",
    "s",
    "Time since each batch job last pushed.",
    { columns: { labels: { job: "Job" }, value: "Age" }, width: 12, height: 8 },
  ),
];

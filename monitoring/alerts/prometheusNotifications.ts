/** Whether Prometheus' alerts reach the Alertmanagers. */
import type { Alert } from "../model.ts";
import { of, type Deployed } from "./deployed.ts";

export function notificationAlerts(deployed: Deployed): Alert[] {
  const { patience, longest } = deployed;
  return of(deployed, "alertmanager", () => [
    {
      name: "PrometheusNoAlertmanager",
      expression: 'prometheus_notifications_alertmanagers_discovered{job="prometheus"} < 1',
      for: patience,
      keepFiringFor: longest,
      severity: "critical",
      summary: "{{ $labels.instance }} knows of no Alertmanager",
      description:
        'Prometheus {{ $labels.instance }} knows {{ $value | printf "%.0f" }} Alertmanagers: its alerts reach nobody.',
      dashboard: "alertmanager",
      runbook: {
        meaning:
          "The list of Alertmanagers is empty: a configuration without them, or discovery that finds no pods.",
        impact: "Nothing that this replica finds is told. This alert itself comes from the other one.",
        firstLook: [
          {
            promql: 'prometheus_notifications_alertmanagers_discovered{job="prometheus"}',
            shows: "one replica, or both",
          },
          { promql: 'up{job="alertmanager"}', shows: "whether there are Alertmanagers to find" },
        ],
        mend: [
          "`pulumi up` writes the configuration anew and reloads it.",
          "On Kubernetes: the Service alertmanager-operated must have endpoints.",
        ],
      },
    },
    {
      name: "PrometheusNotificationsFailing",
      expression: `sum by (instance, alertmanager) (rate(prometheus_notifications_errors_total{job="prometheus"}[2m]))
  / (sum by (instance, alertmanager) (rate(prometheus_notifications_errors_total{job="prometheus"}[2m]))
    + sum by (instance, alertmanager) (rate(prometheus_notifications_sent_total{job="prometheus"}[2m]))) > 0.05`,
      // The window is shorter than TargetDown, which hides this, is kept firing after the Alertmanager is back.
      for: "5m",
      severity: "warning",
      summary: "{{ $labels.instance }} cannot tell one of the Alertmanagers",
      description:
        "{{ $value | humanizePercentage }} of the alerts that {{ $labels.instance }} sends to {{ $labels.alertmanager }} fail.",
      dashboard: "alertmanager",
      runbook: {
        meaning: "The Alertmanager refuses, does not answer in time, or cannot be reached from this replica.",
        impact: "None while the other Alertmanager is told: they tell each other.",
        firstLook: [
          {
            promql:
              'sum by (alertmanager) (rate(prometheus_notifications_errors_total{job="prometheus"}[5m]))',
            shows: "one Alertmanager, or both",
          },
          "Prometheus' log: `Error sending alerts` with the reason",
        ],
        mend: [
          "401 or x509: `pulumi up` writes passwords and certificates anew.",
          "Refused: start the Alertmanager.",
        ],
      },
    },
    {
      name: "PrometheusNotificationsLost",
      // One counter an Alertmanager: what only one of them missed is told by the other.
      expression:
        'min by (instance) (increase(prometheus_notifications_dropped_total{job="prometheus"}[5m])) > 0',
      for: patience,
      keepFiringFor: patience,
      severity: "critical",
      summary: "{{ $labels.instance }} loses alerts",
      description:
        'Prometheus {{ $labels.instance }} dropped {{ $value | printf "%.0f" }} alerts or more for each Alertmanager in 5 minutes: nobody was told of them.',
      dashboard: "alertmanager",
      runbook: {
        meaning: "Sending failed at every Alertmanager, or their queues were full.",
        impact:
          "Alerts of this replica are not told. What still fires is sent again, what ended meanwhile is never told.",
        firstLook: [
          {
            promql:
              'sum by (instance, alertmanager) (increase(prometheus_notifications_dropped_total{job="prometheus"}[5m]))',
            shows: "how many for whom",
          },
          { promql: 'up{job="alertmanager"}', shows: "whether any is up" },
          "Prometheus' log: `Error sending alerts`, `Alert notification queue full`",
        ],
        mend: [
          "Start the Alertmanagers; with both up, compare passwords and certificates (`pulumi up`).",
          "A full queue: an alert with thousands of instances; aggregate it.",
        ],
      },
    },
    {
      name: "PrometheusNotificationQueueFull",
      expression: `max by (instance) (prometheus_notifications_queue_length{job="prometheus"})
  / max by (instance) (prometheus_notifications_queue_capacity{job="prometheus"}) > 0.8`,
      for: patience,
      keepFiringFor: patience,
      severity: "warning",
      summary: "Alerts of {{ $labels.instance }} wait to be sent",
      description:
        "The longest queue of {{ $labels.instance }} to an Alertmanager is {{ $value | humanizePercentage }} full; what does not fit is dropped.",
      dashboard: "alertmanager",
      runbook: {
        meaning: "Alerts arise faster than an Alertmanager takes them.",
        impact: "Alerts are told late; beyond 100 % they are lost.",
        firstLook: [
          { promql: 'prometheus_notifications_queue_length{job="prometheus"}', shows: "which Alertmanager" },
          {
            promql: 'topk(5, count by (alertname) (ALERTS{alertstate="firing"}))',
            shows: "whether one alert has too many instances",
          },
          {
            promql: 'prometheus_notifications_latency_seconds{job="prometheus"}',
            shows: "how long an Alertmanager takes",
          },
        ],
        mend: [
          "One alert with thousands of instances: aggregate it.",
          "A slow Alertmanager: more CPU, and a look at its disk.",
        ],
      },
    },
  ]);
}

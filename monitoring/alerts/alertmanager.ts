/** The Alertmanagers: whether they are one, and reach people. Whether any is there, only the dead-man's switch can tell. */
import type { Alert } from "../model.ts";
import { of, type Deployed } from "./deployed.ts";

export function alertmanagerAlerts(deployed: Deployed): Alert[] {
  const { patience } = deployed;
  return of(deployed, "alertmanager", (replicas) => [
    ...(replicas > 1 ? clusterAlerts(deployed, replicas) : []),
    {
      name: "AlertmanagerConfigReloadFailed",
      expression: 'alertmanager_config_last_reload_successful{job="alertmanager"} == 0',
      for: patience,
      keepFiringFor: patience,
      severity: "critical",
      summary: "{{ $labels.instance }} refuses its configuration",
      description:
        'Alertmanager {{ $labels.instance }} runs on with its last good configuration (the last reload is {{ $value | printf "%.0f" }}, not 1); a restart would fail.',
      dashboard: "alertmanager",
      runbook: {
        meaning: "The last reload was refused: the file on disk is not what Alertmanager runs with.",
        impact:
          "New routes and receivers are not live, and the next restart takes this member down for good.",
        firstLook: [
          "Alertmanager's log at the reload: the line and the reason",
          "amtool check-config alertmanager.yml",
        ],
        mend: [
          "Undo a change by hand: `pulumi up` writes the files anew and reloads.",
          "A secret's file is missing: give the secret, then `pulumi up`.",
        ],
      },
    },
    {
      name: "AlertmanagerNotificationsFailing",
      // A group is told once in its interval, 5 minutes: a shorter window sees nothing between two failures.
      expression: `sum by (instance, integration) (rate(alertmanager_notifications_failed_total{job="alertmanager"}[15m]))
  / sum by (instance, integration) (rate(alertmanager_notifications_total{job="alertmanager"}[15m])) > 0.01`,
      for: "5m",
      keepFiringFor: "5m",
      severity: "critical",
      summary: "People are not told: {{ $labels.integration }} fails at {{ $labels.instance }}",
      description:
        "{{ $value | humanizePercentage }} of the notifications by {{ $labels.integration }} from {{ $labels.instance }} failed in 15 minutes.",
      dashboard: "alertmanager",
      runbook: {
        meaning: "The receiver refuses, or cannot be reached.",
        impact: "Alerts are not told by this way. Alertmanager tries again for as long as they fire.",
        firstLook: [
          {
            promql:
              'sum by (integration, reason) (rate(alertmanager_notifications_failed_total{job="alertmanager"}[15m]))',
            shows: "clientError: our address or key; serverError: theirs",
          },
          "Alertmanager's log: `Notify for alerts failed` with the receiver's answer",
        ],
        mend: [
          "clientError: the secret of the receiver is wrong or was revoked; give the new one and run `pulumi up`.",
          "serverError or timeouts: the receiver's status page; meanwhile look at the alerts themselves.",
          "Cannot be reached: the way out (network policy, firewall, DNS).",
        ],
      },
    },
    {
      name: "AlertmanagerStateNotSaved",
      expression: `increase(alertmanager_nflog_maintenance_errors_total{job="alertmanager"}[1h])
  + on (instance) increase(alertmanager_silences_maintenance_errors_total{job="alertmanager"}[1h]) > 0`,
      for: patience,
      keepFiringFor: "1h",
      severity: "warning",
      summary: "{{ $labels.instance }} cannot save silences and what it has told",
      description:
        '{{ $labels.instance }} failed {{ $value | printf "%.0f" }} times within an hour to write its state to disk.',
      dashboard: "alertmanager",
      runbook: {
        meaning: "The disk of Alertmanager is full, read-only or broken.",
        impact:
          "A restart forgets silences and tells everything once more, unless the other member still knows.",
        firstLook: [
          "Its log: `no space left on device`, `permission denied`",
          {
            promql: 'alertmanager_silences{job="alertmanager", state="active"}',
            shows: "what would be forgotten",
          },
        ],
        mend: ["Free space, or give the volume back its rights; it saves every 15 minutes."],
      },
    },
    {
      name: "AlertmanagerAlertsInvalid",
      expression: 'sum by (instance) (rate(alertmanager_alerts_invalid_total{job="alertmanager"}[15m])) > 0',
      for: "5m",
      keepFiringFor: "15m",
      severity: "warning",
      summary: "{{ $labels.instance }} refuses alerts",
      description:
        "{{ $labels.instance }} refuses {{ $value | humanize }} alerts per second, because they are malformed.",
      dashboard: "alertmanager",
      runbook: {
        meaning: "A program that sends alerts itself sends what Alertmanager does not take.",
        impact: "These alerts are told to nobody, whatever they are about.",
        firstLook: [
          "Alertmanager's log: `API bad request` with the reason",
          {
            promql: 'sum by (version) (rate(alertmanager_alerts_invalid_total{job="alertmanager"}[15m]))',
            shows: "by which API",
          },
        ],
        mend: ["The sender's labels: names of letters, digits and _, values that are not empty."],
      },
    },
  ]);
}

function clusterAlerts({ patience, afterwards }: Deployed, replicas: number): Alert[] {
  return [
    {
      name: "AlertmanagerClusterMismatch",
      expression: `alertmanager_cluster_members{job="alertmanager"} != ${replicas}`,
      for: afterwards,
      keepFiringFor: patience,
      severity: "warning",
      summary: "{{ $labels.instance }} sees {{ $value }} members of its cluster" + `, not ${replicas}`,
      description: `Alertmanager {{ $labels.instance }} gossips with {{ $value }} members (itself included) where ${replicas} are deployed.`,
      dashboard: "alertmanager",
      runbook: {
        meaning:
          "The Alertmanagers do not see each other: one is down, or gossip (9094, TCP and UDP) is blocked.",
        impact: "While both live apart every notification is sent twice; while one is dead nothing is lost.",
        firstLook: [
          {
            promql: 'alertmanager_cluster_failed_peers{job="alertmanager"}',
            shows: "peers that were known and are gone",
          },
          {
            promql: 'alertmanager_cluster_health_score{job="alertmanager"}',
            shows: "above 0: gossip suffers",
          },
          "The UI's Status page lists the peers that it sees",
        ],
        mend: [
          "Start the one that is down.",
          "With both up: open 9094 for TCP and UDP between them, and compare their gossip certificates.",
        ],
      },
    },
    {
      name: "AlertmanagerPeersFailed",
      expression: 'alertmanager_cluster_failed_peers{job="alertmanager"} > 0',
      for: "10m",
      keepFiringFor: patience,
      severity: "warning",
      summary: "{{ $labels.instance }} has lost members of its cluster",
      description:
        '{{ $labels.instance }} knows {{ $value | printf "%.0f" }} members that do not answer any more.',
      dashboard: "alertmanager",
      runbook: {
        meaning: "A member left without saying so: it was killed, or the network is cut.",
        impact: "As AlertmanagerClusterMismatch, which says how many are left.",
        firstLook: [
          { promql: 'alertmanager_cluster_members{job="alertmanager"}', shows: "how many each member sees" },
          { promql: 'up{job="alertmanager"}', shows: "whether it is down" },
        ],
        mend: ["Start it under its old name; the others take it in again."],
      },
    },
    {
      name: "AlertmanagerConfigDiffers",
      expression: 'count(count_values("config_hash", alertmanager_config_hash{job="alertmanager"})) > 1',
      for: "10m",
      keepFiringFor: patience,
      severity: "warning",
      summary: "The Alertmanagers have different configurations",
      description: 'There have been {{ $value | printf "%.0f" }} different configurations for 10 minutes.',
      dashboard: "alertmanager",
      runbook: {
        meaning: "One member has not taken in the last change.",
        impact: "Who is told, and when, depends on the member whose turn it is.",
        firstLook: [
          { promql: 'alertmanager_config_hash{job="alertmanager"}', shows: "who has which" },
          {
            promql: 'alertmanager_config_last_reload_success_timestamp_seconds{job="alertmanager"}',
            shows: "who is older",
          },
        ],
        mend: [
          "`pulumi up` writes and reloads both.",
          "A refused reload: see AlertmanagerConfigReloadFailed.",
        ],
      },
    },
  ];
}

/** Thanos Ruler: rules over long-term data. */
import type { Alert } from "../../model.ts";
import { of, unavailable, type Deployed } from "../deployed.ts";

export function rulerAlerts(deployed: Deployed): Alert[] {
  const { patience } = deployed;
  return of(deployed, "thanos-ruler", () => [
    unavailable(deployed, {
      name: "ThanosRulerUnavailable",
      component: "thanos-ruler",
      title: "Thanos Ruler",
      severity: "critical",
      dashboard: "thanos",
      impact: "Alerts over long-term data, objectives among them, are silent. Those of Prometheus go on.",
      mend: ["Start it; it ends when a rule file cannot be parsed: its log names the file."],
    }),
    {
      name: "ThanosRuleConfigReloadFailed",
      expression: 'thanos_rule_config_last_reload_successful{job="thanos-ruler"} == 0',
      for: patience,
      keepFiringFor: patience,
      severity: "warning",
      summary: "{{ $labels.instance }} refuses its rules",
      description:
        '{{ $labels.instance }} runs on with its last good rules (the last reload is {{ $value | printf "%.0f" }}, not 1); a restart would fail.',
      dashboard: "thanos",
      runbook: {
        meaning: "A rule file was changed, and cannot be read.",
        impact: "New rules are not live, and the next restart takes this ruler down.",
        firstLook: [
          "The ruler's log at the reload: file and rule",
          "thanos tools rules-check --rules=rules.yml",
        ],
        mend: ["Undo a change by hand: `pulumi up` writes the files anew."],
      },
    },
    {
      name: "ThanosRuleEvaluationFailing",
      expression: `sum by (instance, rule_group) (increase(prometheus_rule_evaluation_failures_total{job="thanos-ruler"}[5m])) > 0`,
      for: "5m",
      severity: "critical",
      summary: "Rules of {{ $labels.rule_group }} fail at {{ $labels.instance }}",
      description:
        '{{ $labels.instance }} failed to evaluate rules of {{ $labels.rule_group }} {{ $value | printf "%.0f" }} times in 5 minutes; alerts among them cannot fire.',
      dashboard: "thanos",
      runbook: {
        meaning: "The expression fails on the data, or no Query answers.",
        impact: "Alerts over long-term data among them are silent.",
        firstLook: [
          { promql: 'up{job="thanos-query"}', shows: "whether there is a Query to ask" },
          "The ruler's page Rules: the error beside the rule",
        ],
        mend: [
          "No Query: start it.",
          "The rule: ask its expression at Query, where the error is shown in full.",
        ],
      },
    },
    {
      name: "ThanosRuleEvaluationsIncomplete",
      expression:
        'sum by (instance) (increase(thanos_rule_evaluation_with_warnings_total{job="thanos-ruler"}[5m])) > 0',
      for: "15m",
      severity: "info",
      summary: "Rules at {{ $labels.instance }} are evaluated over incomplete data",
      description:
        '{{ $value | printf "%.0f" }} evaluations of {{ $labels.instance }} in 5 minutes came with a warning, mostly of a store that did not answer.',
      dashboard: "thanos",
      runbook: {
        meaning: "Query answers without one of its stores, and the ruler takes what there is.",
        impact: "Values may be too low while the store is away.",
        firstLook: [
          {
            promql: 'sum by (store_type) (thanos_store_nodes_grpc_connections{job="thanos-query"})',
            shows: "which store is missing",
          },
        ],
        mend: ["See ThanosQueryStoresMissing."],
      },
    },
    {
      name: "ThanosRuleEvaluationsMissed",
      expression: `sum by (instance, rule_group) (increase(prometheus_rule_group_iterations_missed_total{job="thanos-ruler"}[15m]))
  / sum by (instance, rule_group) (increase(prometheus_rule_group_iterations_total{job="thanos-ruler"}[15m])) > 0.1`,
      for: "5m",
      keepFiringFor: "5m",
      severity: "warning",
      summary: "{{ $labels.instance }} skips evaluations of {{ $labels.rule_group }}",
      description:
        "{{ $labels.instance }} skipped {{ $value | humanizePercentage }} of the evaluations of {{ $labels.rule_group }} in 15 minutes.",
      dashboard: "thanos",
      runbook: {
        meaning: "One evaluation of the group takes longer than its interval.",
        impact: "Alerts of the group come late, by as much as is skipped.",
        firstLook: [
          {
            promql:
              'prometheus_rule_group_last_duration_seconds{job="thanos-ruler"} / prometheus_rule_group_interval_seconds{job="thanos-ruler"}',
            shows: "how much of its interval each group takes",
          },
        ],
        mend: ["A slow Query: see ThanosQuerySlow.", "A large window: record its parts at Prometheus."],
      },
    },
    {
      name: "ThanosRuleAlertsDropped",
      expression: `increase(thanos_alert_sender_alerts_dropped_total{job="thanos-ruler"}[5m])
  + on (instance) increase(thanos_alert_queue_alerts_dropped_total{job="thanos-ruler"}[5m]) > 0`,
      for: patience,
      keepFiringFor: patience,
      severity: "critical",
      summary: "{{ $labels.instance }} loses alerts",
      description:
        '{{ $labels.instance }} dropped {{ $value | printf "%.0f" }} alerts in 5 minutes: no Alertmanager took them.',
      dashboard: "thanos",
      runbook: {
        meaning: "Sending failed at every Alertmanager, or the queue was full.",
        impact: "Alerts over long-term data are not told.",
        firstLook: [
          { promql: 'up{job="alertmanager"}', shows: "whether any Alertmanager is up" },
          {
            promql: 'rate(thanos_alert_sender_errors_total{job="thanos-ruler"}[5m])',
            shows: "errors by Alertmanager",
          },
        ],
        mend: [
          "Start the Alertmanagers.",
          "With both up: certificates and passwords; `pulumi up` writes them anew.",
        ],
      },
    },
  ]);
}

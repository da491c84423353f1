/** Whether rules are evaluated, in time and without failing. */
import type { Alert } from "../model.ts";
import type { Deployed } from "./deployed.ts";

export function ruleAlerts({ patience }: Deployed): Alert[] {
  return [
    {
      name: "PrometheusRuleFailures",
      expression:
        'sum by (instance, rule_group) (increase(prometheus_rule_evaluation_failures_total{job="prometheus"}[5m])) > 0',
      for: patience,
      keepFiringFor: "5m",
      severity: "critical",
      summary: "Rules of {{ $labels.rule_group }} fail at {{ $labels.instance }}",
      description:
        'Prometheus {{ $labels.instance }} failed to evaluate rules of {{ $labels.rule_group }} {{ $value | printf "%.0f" }} times in 5 minutes; alerts among them cannot fire.',
      dashboard: "prometheus",
      runbook: {
        meaning:
          "The expression parses, and fails on the data: labels that match many to many, or a query over its limits.",
        impact: "The rule yields nothing. An alert among them is silent, whatever happens.",
        firstLook: [
          "Status → Rule health: the failing rule and its error",
          {
            promql:
              'sum by (rule_group) (increase(prometheus_rule_evaluation_failures_total{job="prometheus"}[5m]))',
            shows: "which groups",
          },
        ],
        mend: [
          "`found duplicate series`: aggregate one side of the match, or name the labels by `on`.",
          "`query processing would load too many samples`: a smaller window, or a recording rule.",
        ],
      },
    },
    {
      name: "PrometheusEvaluationsMissed",
      expression: `sum by (instance, rule_group) (increase(prometheus_rule_group_iterations_missed_total{job="prometheus"}[5m]))
  / sum by (instance, rule_group) (increase(prometheus_rule_group_iterations_total{job="prometheus"}[5m])) > 0.1`,
      for: "5m",
      keepFiringFor: "5m",
      severity: "warning",
      summary: "{{ $labels.instance }} skips evaluations of {{ $labels.rule_group }}",
      description:
        "Prometheus {{ $labels.instance }} skipped {{ $value | humanizePercentage }} of the evaluations of {{ $labels.rule_group }} in 5 minutes, because the one before had not ended.",
      dashboard: "prometheus",
      runbook: {
        meaning: "One evaluation of the group takes longer than its interval.",
        impact: "Alerts come late by as much, and recorded series have gaps.",
        firstLook: [
          {
            promql:
              'prometheus_rule_group_last_duration_seconds{job="prometheus"} / prometheus_rule_group_interval_seconds{job="prometheus"}',
            shows: "how much of its interval each group takes",
          },
          {
            promql: 'rate(process_cpu_seconds_total{job="prometheus"}[5m])',
            shows: "whether the CPU is the limit",
          },
        ],
        mend: [
          "One slow rule: look at Status → Rule health for its time; record a part of it.",
          "Everything is slow: more CPU, or fewer queries (PrometheusQueriesSaturated).",
        ],
      },
    },
    {
      name: "PrometheusRuleGroupSlow",
      expression:
        'avg_over_time(prometheus_rule_group_last_duration_seconds{job="prometheus"}[5m]) / prometheus_rule_group_interval_seconds{job="prometheus"} > 0.7',
      for: "15m",
      keepFiringFor: "5m",
      severity: "warning",
      summary: "Rules of {{ $labels.rule_group }} take most of their interval",
      description:
        "Evaluating {{ $labels.rule_group }} takes {{ $value | humanizePercentage }} of its interval at {{ $labels.instance }}, mean over 5 minutes.",
      dashboard: "prometheus",
      runbook: {
        meaning: "The group is about to need more time than it has.",
        impact: "None yet. Beyond its interval evaluations are skipped.",
        firstLook: [
          {
            promql: 'topk(5, prometheus_rule_group_last_duration_seconds{job="prometheus"})',
            shows: "the slowest groups",
          },
          "Status → Rule health: the time of each rule",
        ],
        mend: [
          "Record what several rules compute, and let them read it.",
          "Split the group: groups are evaluated beside each other.",
        ],
      },
    },
  ];
}

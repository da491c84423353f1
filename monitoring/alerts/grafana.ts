/** Grafana, and whoever stands in front of people who log in. */
import type { Alert } from "../model.ts";
import { of, unavailable, type Deployed } from "./deployed.ts";

export function grafanaAlerts(deployed: Deployed): Alert[] {
  const { patience } = deployed;
  return of(deployed, "grafana", () => [
    unavailable(deployed, {
      name: "GrafanaUnavailable",
      component: "grafana",
      title: "Grafana",
      severity: "warning",
      dashboard: "stack-overview",
      impact: "There are no dashboards. Query, Prometheus and Alertmanager can be asked at the edge.",
      mend: [
        "Start it; a data source or dashboard that cannot be provisioned is named in its log.",
        "A locked database: no second Grafana may use its file.",
      ],
    }),
    {
      name: "GrafanaErrors",
      expression: `sum by (job) (rate(grafana_http_request_duration_seconds_count{job="grafana", status_code=~"5.."}[5m]))
  / sum by (job) (rate(grafana_http_request_duration_seconds_count{job="grafana"}[5m])) > 0.05`,
      for: "5m",
      keepFiringFor: patience,
      severity: "warning",
      summary: "Grafana answers with errors",
      description: "{{ $value | humanizePercentage }} of Grafana's answers in 5 minutes were 5xx.",
      dashboard: "stack-overview",
      runbook: {
        meaning: "Grafana, its database or a data source fails.",
        impact: "Dashboards load badly or not at all.",
        firstLook: [
          {
            promql:
              'topk(5, sum by (handler) (rate(grafana_http_request_duration_seconds_count{job="grafana", status_code=~"5.."}[5m])))',
            shows: "/api/ds/query: a data source; everything: the database",
          },
          "Grafana's log at level error",
        ],
        mend: ["A data source: see GrafanaDatasourceErrors.", "The database: its disk; restart Grafana."],
      },
    },
    {
      name: "GrafanaDatasourceErrors",
      expression: `sum by (datasource) (rate(grafana_datasource_request_total{job="grafana", code=~"5..|401|403"}[5m]))
  / sum by (datasource) (rate(grafana_datasource_request_total{job="grafana"}[5m])) > 0.1`,
      for: "5m",
      keepFiringFor: patience,
      severity: "warning",
      summary: "Grafana gets no data from {{ $labels.datasource }}",
      description:
        "{{ $value | humanizePercentage }} of what Grafana asked {{ $labels.datasource }} in 5 minutes failed.",
      dashboard: "stack-overview",
      runbook: {
        meaning: "The data source refuses Grafana, or fails.",
        impact: "Panels of this source are empty.",
        firstLook: [
          {
            promql: 'sum by (datasource, code) (rate(grafana_datasource_request_total{job="grafana"}[5m]))',
            shows: "401: the password; 5xx: the source itself",
          },
          { promql: 'up{job="thanos-query"}', shows: "whether Query is there" },
        ],
        mend: [
          "401: `pulumi up` writes the password anew; Grafana reads it at start.",
          "5xx: the source's own alerts say more.",
        ],
      },
    },
  ]);
}

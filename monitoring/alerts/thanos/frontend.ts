/** Thanos Query Frontend: what people ask through. */
import type { Alert } from "../../model.ts";
import { of, unavailable, type Deployed } from "../deployed.ts";

export function frontendAlerts(deployed: Deployed): Alert[] {
  return of(deployed, "thanos-query-frontend", () => [
    unavailable(deployed, {
      name: "ThanosQueryFrontendUnavailable",
      component: "thanos-query-frontend",
      title: "Thanos Query Frontend",
      severity: "warning",
      dashboard: "thanos",
      impact: "Queries take the spare path to Thanos Query, without splitting and caching: slower, not gone.",
      mend: ["Start it; it is ready only when the Query behind it is."],
    }),
    {
      name: "ThanosQueryFrontendErrors",
      expression: `sum by (job) (rate(http_requests_total{job="thanos-query-frontend", code=~"5.."}[5m]))
  / sum by (job) (rate(http_requests_total{job="thanos-query-frontend"}[5m])) > 0.05`,
      for: "5m",
      keepFiringFor: deployed.patience,
      severity: "warning",
      summary: "Thanos Query Frontend answers with errors",
      description:
        "{{ $value | humanizePercentage }} of the requests of the last 5 minutes failed with a 5xx.",
      dashboard: "thanos",
      runbook: {
        meaning: "The frontend, or what is behind it, fails.",
        impact: "Dashboards show errors in place of graphs.",
        firstLook: [
          {
            promql:
              'sum by (code) (rate(http_requests_total{job=~"thanos-query|thanos-query-frontend"}[5m]))',
            shows: "502 and 503 come from behind, 500 from itself",
          },
          { promql: 'up{job="thanos-query"}', shows: "whether Query is there" },
        ],
        mend: [
          "Query is down: start it.",
          "Query is well: look at the listener between the two (HAProxy, or the Service).",
        ],
      },
    },
  ]);
}

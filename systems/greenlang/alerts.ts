import type { Alert, AlertGroup } from "../../monitoring/model.ts";

/** Share of failed requests that the availability objective of 99.9 % over 30 days allows. */
const budget = 0.001;

const failed = (window: string) =>
  `sum(rate(kong_http_requests_total{code=~"5.."}[${window}])) / sum(rate(kong_http_requests_total[${window}]))`;

/** Both windows must burn: the long one says that it matters, the short one that it still goes on. */
const burns = (long: string, short: string, factor: number) =>
  `${failed(long)} > ${factor} * ${budget}\nand ${failed(short)} > ${factor} * ${budget}`;

const runbook: Alert["runbook"] = {
  meaning:
    "The gateway answers so many requests with a 5xx status that the 30-day objective of 99.9 % will be missed.",
  impact: "Clients of the GreenLang API see failures.",
  firstLook: [
    'topk(5, sum by (service, route) (rate(kong_http_requests_total{code=~"5.."}[5m]))): which service fails',
    "kubectl -n greenlang get pods: restarts, pending, out of memory",
    "kubectl -n greenlang rollout history deployment: what changed last",
  ],
  mend: [
    "A fresh release: kubectl -n greenlang rollout undo deployment NAME.",
    "One agent only: take its route out of Kong until it is mended.",
    "All services: look at PostgreSQL and Redis first, everything stands on them.",
  ],
};

/** Objectives over long-term data, evaluated by Thanos Ruler over both replicas. The factors are those of Google's SRE workbook, chapter 5. */
export const greenlangAlerts: AlertGroup[] = [
  {
    name: "greenlang-slo",
    interval: "1m",
    evaluator: "thanos-ruler",
    alerts: [
      {
        name: "GreenLangErrorBudgetBurnsFast",
        expression: burns("1h", "5m", 14.4),
        for: "2m",
        keepFiringFor: "5m",
        severity: "critical",
        summary: "The API's error budget of 30 days is gone in 2 days at this rate",
        description:
          "{{ $value | humanizePercentage }} of the requests of the last hour failed; 0.1 % are allowed.",
        runbook,
      },
      {
        name: "GreenLangErrorBudgetBurnsSlowly",
        expression: burns("3d", "6h", 1),
        for: "1h",
        keepFiringFor: "1h",
        severity: "warning",
        summary: "The API's error budget of 30 days will be used up",
        description:
          "{{ $value | humanizePercentage }} of the requests of the last three days failed; 0.1 % are allowed.",
        runbook,
      },
    ],
  },
];

import { stackScope } from "../../alerts/selfMonitoring.ts";
import type { Dashboard, Panel, System } from "../../model.ts";
import { budgetRemaining } from "../../slo.ts";
import { graph, list, row, tile, yesNo } from "../panels.ts";
import { has, ownJobs } from "./deployed.ts";

/** The first page: is everything well, and where to look when it is not. */
export function overview(system: System): Dashboard {
  return {
    uid: "stack-overview",
    title: "Stack Overview",
    about: `${system.title}: what fires, what is down, how much flows, and how much of each error budget is left.`,
    from: "1h",
    panels: [
      ...row("Now", now(system)),
      list(
        "Alerts that fire",
        'sum by (alertname, severity, job, instance, service) (ALERTS{alertstate="firing", alertname!="Watchdog"})',
        "short",
        "Every alert that fires but the Watchdog, which always does. Empty is good.",
        {
          columns: {
            labels: {
              severity: "Severity",
              alertname: "Alert",
              job: "Job",
              service: "Service",
              instance: "Instance",
            },
          },
          height: 6,
          opens: "alertmanager",
        },
      ),
      ...row("Parts of the stack", [
        tile(
          "Answering",
          `100 * avg by (job) (up{job=~"${ownJobs(system)}"})`,
          "percent",
          "Share of each part's replicas that answer a scrape.",
          { width: 24, height: 6, legend: "{{job}}", thresholds: [100, 50] },
        ),
      ]),
      ...row("Error budgets", budgets(system)),
      ...row("Flow", flow(system)),
      ...row("Load", load(system)),
    ],
  };
}

function now(system: System): Panel[] {
  const replicas = system.components.find(({ component }) => component === "prometheus")?.replicas ?? 1;
  const firing = (severity: string): string =>
    `count(ALERTS{alertstate="firing", severity="${severity}"}) or vector(0)`;
  return [
    tile("Critical", firing("critical"), "short", "Critical alerts that fire.", {
      thresholds: [1, 1],
      opens: "alertmanager",
    }),
    tile("Warnings", firing("warning"), "short", "Warnings that fire.", {
      thresholds: [1, 10],
      opens: "alertmanager",
    }),
    tile(
      "Targets down",
      "count(up == 0) or vector(0)",
      "short",
      "Targets that do not answer a scrape, of all jobs.",
      {
        thresholds: [1, 5],
      },
    ),
    tile(
      "Alerting",
      'max(ALERTS{alertname="Watchdog", alertstate="firing"}) or vector(0)',
      "short",
      "Whether rules are evaluated: the Watchdog always fires.",
      { words: yesNo("works", "silent"), thresholds: [1, 0] },
    ),
    tile(
      "Prometheus",
      'sum(up{job="prometheus"})',
      "short",
      `Replicas that answer, of ${String(replicas)}.`,
      { thresholds: [replicas, 1], opens: "prometheus" },
    ),
    tile(
      "Configuration",
      'min(prometheus_config_last_reload_successful{job="prometheus"})',
      "short",
      "Whether every Prometheus runs with the configuration that is on its disk.",
      { words: yesNo("live", "refused"), thresholds: [1, 0], opens: "prometheus" },
    ),
  ];
}

function budgets(system: System): Panel[] {
  const { objectives = [] } = system;
  return objectives.map((objective) =>
    tile(
      objective.name,
      budgetRemaining(system, objective),
      "percentunit",
      `${objective.about} Share of the budget that is left.`,
      {
        instant: true,
        thresholds: [0.25, 0],
        max: 1,
        width: objectives.length > 3 ? 6 : 8,
        opens: "slo",
      },
    ),
  );
}

function flow(system: System): Panel[] {
  return [
    graph(
      "Samples taken in",
      'sum by (instance) (rate(prometheus_tsdb_head_samples_appended_total{job="prometheus"}[$__rate_interval]))',
      "cps",
      "Samples per second that each replica stores. The lines of a pair lie on each other.",
      { legend: "{{instance}}", opens: "prometheus" },
    ),
    graph(
      "Series in memory",
      'max by (instance) (prometheus_tsdb_head_series{job="prometheus"})',
      "short",
      "Active series of each replica.",
      { legend: "{{instance}}", opens: "capacity" },
    ),
    ...(has(system, "haproxy")
      ? [
          graph(
            "Requests at the edge",
            'sum by (proxy) (rate(haproxy_frontend_http_requests_total{job="haproxy", proxy=~"fe_.*"}[$__rate_interval]))',
            "reqps",
            "Requests per second by entrance.",
            { legend: "{{proxy}}", opens: "edge" },
          ),
        ]
      : []),
    ...(has(system, "thanos-query")
      ? [
          graph(
            "Time of a query",
            'histogram_quantile(0.95, sum by (le, handler) (rate(http_request_duration_seconds_bucket{job="thanos-query", handler=~"query|query_range"}[$__rate_interval])))',
            "s",
            "Seconds within which 95 % of the queries were answered by Thanos Query.",
            { legend: "{{handler}}", thresholds: [2, 10], opens: "thanos" },
          ),
        ]
      : []),
    graph(
      "Notifications",
      'sum by (integration) (rate(alertmanager_notifications_total{job="alertmanager"}[$__rate_interval])) and on (integration) sum by (integration) (alertmanager_notifications_total{job="alertmanager"}) > 0 or label_replace(vector(0), "integration", "none", "", "")',
      "cps",
      "Notifications per second that the Alertmanagers sent, by channel.",
      {
        legend: "{{integration}}",
        more: [
          {
            expression:
              'sum(rate(alertmanager_notifications_failed_total{job="alertmanager"}[$__rate_interval]))',
            legend: "failed",
          },
        ],
        opens: "alertmanager",
      },
    ),
    graph(
      "Alerts",
      `count by (severity) (ALERTS{alertstate="firing", alertname!="Watchdog"}) or label_replace(vector(0), "severity", "none", "", "")`,
      "short",
      `Alerts that fire, by severity; those with scope ${stackScope} are about the stack itself.`,
      { legend: "{{severity}}", opens: "alertmanager" },
    ),
  ];
}

function load(system: System): Panel[] {
  const own = ownJobs(system);
  return [
    graph(
      "CPU",
      `sum by (job) (rate(process_cpu_seconds_total{job=~"${own}"}[$__rate_interval]))`,
      "short",
      "Cores that each part of the stack uses, all replicas together.",
      { legend: "{{job}}", stacked: true, opens: "hosts" },
    ),
    graph(
      "Memory",
      `sum by (job) (process_resident_memory_bytes{job=~"${own}"})`,
      "bytes",
      "Resident memory of each part of the stack, all replicas together.",
      { legend: "{{job}}", stacked: true, opens: "capacity" },
    ),
  ];
}

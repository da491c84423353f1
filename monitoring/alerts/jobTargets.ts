/** Whether the jobs that find their targets still find some: what is no target any more is not down either. */
import type { Alert, ScrapeJob } from "../model.ts";
import { among, type Deployed } from "./deployed.ts";
import { edgeOf } from "./haproxy.ts";
import { apiServers } from "./kubernetes/api.ts";

/** An hour and a day ago, so that it is told of young jobs and for long; a range would read a day's samples each time. */
export function jobTargetAlerts(deployed: Deployed): Alert[] {
  const { system, own, afterwards, patience } = deployed;
  const toldOf = [apiServers, edgeOf(deployed)];
  const jobs = system.jobs.filter((job) => isFound(job, deployed) && !toldOf.includes(job.name));
  if (jobs.length === 0) return [];
  const up = `up{${among(
    "job",
    jobs.map(({ name }) => name),
  )}${own}}`;
  const count = (offset = "") => `count by (job) (${up}${offset})`;
  return [
    {
      name: "JobHasNoTargets",
      expression: `(${count(" offset 1h")} or ${count(" offset 1d")})\nunless ${count()}`,
      for: afterwards,
      keepFiringFor: patience,
      severity: "warning",
      summary: "Job {{ $labels.job }} finds no targets any more",
      description: `Job {{ $labels.job }} has had no target for ${afterwards}; it had {{ $value | printf "%.0f" }} an hour or a day ago.`,
      dashboard: "stack-overview",
      runbook: {
        meaning:
          "Discovery finds nothing that the job may scrape: everything was removed or renamed, lost its label or annotation, or Prometheus may not list it any more. It ends by itself after a day.",
        impact:
          "Nothing of the job is measured, and no alert over it can fire: also TargetDown needs a target.",
        firstLook: [
          {
            promql: "count by (job) (up offset 1h) unless count by (job) (up)",
            shows: "one job, or all that are found in the same way",
          },
          {
            promql: 'rate(prometheus_sd_kubernetes_failures_total{job="prometheus"}[5m])',
            shows: "above 0: Prometheus may not list, or does not reach the API",
          },
          "Status → Service discovery: what was found, and what relabelling dropped",
        ],
        mend: [
          "Scaled to nothing, or a release that failed: start it.",
          "A label, annotation or port that was renamed: give it back, or change the job in systems/.",
          "Nobody may list: `pulumi up` gives Prometheus' account its rights.",
          "Gone for good: remove the job from the system.",
        ],
      },
    },
  ];
}

/** Targets of the other jobs are named, and stay however they are. */
function isFound({ discovery: { kind } }: ScrapeJob, { onCluster }: Deployed): boolean {
  return (
    kind === "kubernetes" ||
    kind === "azure" ||
    kind === "monitor" ||
    kind === "workload" ||
    (kind === "hosts" && onCluster)
  );
}

import type { Objective } from "../../monitoring/model.ts";

/** Of the CronJobs: scheduled over an hour ago, and no success since. */
const cronjobs = 'namespace="greenlang"';
const lateBatch = `(kube_cronjob_status_last_schedule_time{${cronjobs}} > bool kube_cronjob_status_last_successful_time{${cronjobs}})
    * (time() - kube_cronjob_status_last_schedule_time{${cronjobs}} > bool 3600)`;

/** Availability of the API is promised by the system; the other targets are our choice: it names none. */
export const greenlangObjectives: readonly Objective[] = [
  {
    name: "api-availability",
    about: "A request to the GreenLang API is answered by the gateway without a status of 500 and above.",
    target: 99.9,
    indicator: {
      kind: "counters",
      errors: 'kong_http_requests_total{code=~"5.."}',
      events: "kong_http_requests_total",
    },
    runbook: {
      impact: "Clients of the GreenLang API see failures.",
      firstLook: [
        {
          promql: 'topk(5, sum by (service, route) (rate(kong_http_requests_total{code=~"5.."}[5m])))',
          shows: "which service fails",
        },
        "kubectl -n greenlang get pods: restarts, pending, out of memory",
        "kubectl -n greenlang rollout history deployment: what changed last",
      ],
      mend: [
        "A fresh release: kubectl -n greenlang rollout undo deployment NAME.",
        "One agent only: take its route out of Kong until it is mended.",
        "All services: look at PostgreSQL and Redis first, everything stands on them.",
      ],
    },
  },
  {
    name: "api-latency",
    about: "A request to the GreenLang API takes at most 1 s, as the gateway measures it.",
    target: 99,
    // Milliseconds. 1000 is one of the buckets of Kong's plugin `prometheus`, which has to be told to measure latency.
    indicator: { kind: "latency", histogram: "kong_request_latency_ms", within: 1_000 },
    runbook: {
      impact: "Clients of the GreenLang API wait, and the impatient ones ask again.",
      firstLook: [
        {
          promql: "histogram_quantile(0.99, sum by (le, service) (rate(kong_request_latency_ms_bucket[5m])))",
          shows: "which service",
        },
        {
          promql: "histogram_quantile(0.99, sum by (le) (rate(kong_kong_latency_ms_bucket[5m])))",
          shows: "is it Kong itself?",
        },
        "Dashboard Hosts: are the nodes busy?",
      ],
      mend: [
        "One agent: scale it out, or restart it when it has grown slow since its start.",
        "Kong itself: look at its plugins; a rate limit in Redis waits for Redis.",
        "PostgreSQL: end the query that holds the locks (pg_stat_activity).",
      ],
    },
  },
  {
    name: "agents-available",
    about: "An agent answers when it is asked for its metrics.",
    target: 99.5,
    indicator: {
      kind: "ratio",
      errors: 'sum(up{job="greenlang-agents"} == bool 0)',
      events: 'count(up{job="greenlang-agents"})',
    },
    runbook: {
      impact: "What the silent agents do is not done, or done late by the others.",
      firstLook: [
        { promql: 'up{job="greenlang-agents"} == 0', shows: "which ones, and of one node?" },
        "kubectl -n greenlang get pods -l app.kubernetes.io/component=agent: restarts, pending, out of memory",
        "kubectl get nodes",
      ],
      mend: [
        "Out of memory: raise the limit of the agent, and look for what grew.",
        "Pending: the cluster is full; raise the most nodes of its group.",
        "All of one node: drain it; its agents start elsewhere.",
      ],
    },
  },
  {
    name: "batch-jobs",
    about: "A batch job has succeeded an hour after it was due.",
    target: 99,
    indicator: {
      kind: "ratio",
      errors: `sum(${lateBatch})`,
      events: `count(kube_cronjob_status_last_schedule_time{${cronjobs}})`,
    },
    runbook: {
      impact: "Reports and aggregates are of yesterday.",
      firstLook: [
        "kubectl -n greenlang get jobs --sort-by=.status.startTime: which failed, which still runs",
        {
          promql: "push_failure_time_seconds > push_time_seconds",
          shows: "jobs that ran and could not tell",
        },
        "kubectl -n greenlang logs job/NAME",
      ],
      mend: [
        "Failed by chance: kubectl -n greenlang create job --from=cronjob/NAME NAME-again.",
        "Too slow: give it more CPU, or a longer activeDeadlineSeconds.",
        "Not started: the CronJob is suspended, or its schedule was missed a hundred times; create it anew.",
      ],
    },
  },
];

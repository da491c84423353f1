/** The Prometheus pair: whether both are there, agree, and take in, evaluate and answer what they should. */
import type { Alert } from "../model.ts";
import { seconds } from "../units.ts";
import { of, type Deployed } from "./deployed.ts";
import { ingestionAlerts } from "./prometheusIngestion.ts";
import { notificationAlerts } from "./prometheusNotifications.ts";
import { remoteWriteAlerts } from "./prometheusRemoteWrite.ts";
import { ruleAlerts } from "./prometheusRules.ts";
import { storageAlerts } from "./prometheusStorage.ts";

export function prometheusAlerts(deployed: Deployed): Alert[] {
  return of(deployed, "prometheus", (replicas) => [
    ...(replicas > 1 ? pairAlerts(deployed, replicas) : []),
    configReloadFailed(deployed),
    restarting(deployed),
    queriesSaturated(deployed),
    ...ingestionAlerts(deployed),
    ...ruleAlerts(deployed),
    ...notificationAlerts(deployed),
    ...remoteWriteAlerts(deployed),
    ...storageAlerts(deployed),
  ]);
}

function pairAlerts(deployed: Deployed, replicas: number): Alert[] {
  return [prometheusDown(deployed, replicas), replicasDiffer(deployed), replicaClocksDiffer(deployed)];
}

function prometheusDown({ patience, longest }: Deployed, replicas: number): Alert {
  return {
    name: "PrometheusDown",
    // `or vector(0)`: with none up, count() is empty, not 0. Each replica scrapes all of them, itself included.
    expression: `(count(up{job="prometheus"} == 1) or vector(0)) < ${replicas}`,
    for: patience,
    keepFiringFor: longest,
    severity: "critical",
    summary: "Only {{ $value }} of " + `${replicas} Prometheus replicas answer`,
    description: `{{ $value }} of ${replicas} Prometheus replicas have answered for ${patience}: the remaining one is alone, and its failure would blind the system.`,
    dashboard: "prometheus",
    runbook: {
      meaning: `Fewer than ${replicas} Prometheus replicas answer the scrapes of the one that reports this.`,
      impact: "Queries and alerts go on with the remaining replica; there is no second failure to spare.",
      firstLook: [
        { promql: 'up{job="prometheus"}', shows: "which one" },
        "Its service log: out of memory, disk full, a corrupt block, a refused configuration",
      ],
      mend: [
        "Start it; on start it replays its write-ahead log, which takes up to minutes and is not a hang.",
        "Out of memory: compare prometheus_tsdb_head_series with the capacity plan and raise the limit.",
        "Disk full: lower retention.local.size in systems/ to 80 % of the volume.",
      ],
    },
  };
}

/** Shares of a pair's samples differ by what is scraped at other moments; a tenth is more than that. */
function replicasDiffer({ patience }: Deployed): Alert {
  const taken = 'sum by (instance) (rate(prometheus_tsdb_head_samples_appended_total{job="prometheus"}[5m]))';
  return {
    name: "PrometheusReplicasDiffer",
    expression: `1 - min(${taken}) / max(${taken}) > 0.1`,
    for: "10m",
    keepFiringFor: patience,
    severity: "warning",
    summary: "The Prometheus replicas do not take in the same",
    description:
      "One replica takes in {{ $value | humanizePercentage }} fewer samples per second than the other, though both scrape the same targets.",
    dashboard: "prometheus",
    runbook: {
      meaning:
        "Both replicas have the same targets, and one stores over a tenth fewer samples: it cannot reach some of them, has other rules or targets, or is overloaded.",
      impact: "Graphs change with the replica that answers, and alerts of the poorer one are blind.",
      firstLook: [
        {
          promql:
            'sum by (instance) (rate(prometheus_tsdb_head_samples_appended_total{job="prometheus"}[5m]))',
          shows: "which one takes in less",
        },
        {
          promql: 'sum by (instance, scrape_job) (prometheus_target_scrape_pool_targets{job="prometheus"})',
          shows: "whether both know the same targets",
        },
        {
          promql: 'prometheus_config_last_reload_success_timestamp_seconds{job="prometheus"}',
          shows: "whether both have the same configuration",
        },
      ],
      mend: [
        "Different targets: reload the older one (`pulumi up` does), and read its log for a refused configuration.",
        "Same targets: look at Status → Target health of the poorer one for what only it cannot reach.",
        "Slow scrapes on one: its machine lacks CPU.",
      ],
    },
  };
}

/**
 * What a replica has stored last is as old as its fastest scrape, by its own clock; the moment of asking is by the asker's.
 * Without a difference of clocks the two ages of a pair differ by no more than an interval.
 */
function replicaClocksDiffer({ system, patience }: Deployed): Alert {
  const age =
    'timestamp(prometheus_tsdb_head_max_time_seconds{job="prometheus"}) - prometheus_tsdb_head_max_time_seconds{job="prometheus"}';
  const most = 2 * seconds(system.scrape.interval) + 5;
  return {
    name: "PrometheusReplicaClocksDiffer",
    expression: `max(${age}) - min(${age}) > ${most}`,
    for: "5m",
    keepFiringFor: patience,
    severity: "warning",
    summary: "The Prometheus replicas live at different times",
    description: `The newest samples of the replicas are {{ $value | humanizeDuration }} apart, where ${most} s are the most that scraping explains.`,
    dashboard: "prometheus",
    runbook: {
      meaning:
        "The clocks of the replicas' machines differ, or one replica has stopped storing while it still answers.",
      impact:
        "Deduplication takes samples from the wrong moment, rates are wrong at the seams, and alerts of the pair start and end apart.",
      firstLook: [
        {
          promql: 'prometheus_tsdb_head_max_time_seconds{job="prometheus"}',
          shows: "whose newest sample is behind or ahead",
        },
        {
          promql: 'rate(prometheus_tsdb_head_samples_appended_total{job="prometheus"}[5m])',
          shows: "0: it stores nothing; otherwise it is the clock",
        },
        "On the machines: `timedatectl`, `chronyc tracking`, or `w32tm /query /status`",
      ],
      mend: [
        "A clock: start its time service and let it step, then look whether it stays.",
        "No samples: see PrometheusNotIngesting.",
      ],
    },
  };
}

function configReloadFailed({ patience }: Deployed): Alert {
  return {
    name: "PrometheusConfigReloadFailed",
    expression: 'prometheus_config_last_reload_successful{job="prometheus"} == 0',
    for: patience,
    keepFiringFor: patience,
    severity: "critical",
    summary: "{{ $labels.instance }} refuses its configuration",
    description:
      'Prometheus {{ $labels.instance }} runs on with its last good configuration (the last reload is {{ $value | printf "%.0f" }}, not 1); a restart would fail.',
    dashboard: "prometheus",
    runbook: {
      meaning: "The last reload was refused: the files on disk are not what Prometheus runs with.",
      impact: "New targets and rules are not live, and the next restart takes this replica down for good.",
      firstLook: [
        "Prometheus' log at the reload: it names file and line",
        "promtool check config prometheus.yml",
      ],
      mend: [
        "Undo a change by hand: run `pulumi up`, which writes the files anew and reloads.",
        "A file is missing (certificate, password): the same.",
      ],
    },
  };
}

function restarting({ patience }: Deployed): Alert {
  return {
    name: "PrometheusRestarting",
    expression: 'changes(process_start_time_seconds{job="prometheus"}[30m]) > 2',
    for: "0s",
    keepFiringFor: patience,
    severity: "warning",
    summary: "{{ $labels.instance }} restarts again and again",
    description:
      'Prometheus {{ $labels.instance }} has started {{ $value | printf "%.0f" }} times in 30 minutes.',
    dashboard: "prometheus",
    runbook: {
      meaning: "The process ends by itself or is ended, and its supervisor starts it again.",
      impact:
        "Each start replays the write-ahead log: minutes without scrapes and alerts of this replica, and a pair that is one.",
      firstLook: [
        {
          promql: 'process_resident_memory_bytes{job="prometheus"}',
          shows: "a ramp to its limit before each start: out of memory",
        },
        { promql: 'prometheus_tsdb_head_series{job="prometheus"}', shows: "whether series have grown" },
        "The end of the log before each start; on Kubernetes `kubectl -n monitoring logs --previous`",
      ],
      mend: [
        "Out of memory: find the job that grew (JobSeriesGrow), or raise the limit in systems/.",
        "A probe kills it while it replays: give it time; the replay's progress is in the log.",
        "A corrupt write-ahead log: Prometheus repairs it at start and says what it lost.",
      ],
    },
  };
}

function queriesSaturated({ patience }: Deployed): Alert {
  return {
    name: "PrometheusQueriesSaturated",
    expression:
      'avg_over_time(prometheus_engine_queries{job="prometheus"}[5m]) / prometheus_engine_queries_concurrent_max{job="prometheus"} > 0.8',
    for: "5m",
    keepFiringFor: patience,
    severity: "warning",
    summary: "{{ $labels.instance }} answers as many queries as it may",
    description:
      "{{ $labels.instance }} has had {{ $value | humanizePercentage }} of its query slots in use for 5 minutes; further queries wait, rules among them.",
    dashboard: "prometheus",
    runbook: {
      meaning: "More than 80 % of `--query.max-concurrency` are busy all the time.",
      impact: "Dashboards are slow, then time out; rules wait in the same queue, so that alerts come late.",
      firstLook: [
        { promql: 'prometheus_engine_queries{job="prometheus"}', shows: "since when" },
        {
          promql: 'sum by (handler) (rate(prometheus_http_requests_total{job="prometheus"}[5m]))',
          shows: "who asks: query, query_range, read, federate",
        },
        {
          promql: 'rate(process_cpu_seconds_total{job="prometheus"}[5m])',
          shows: "whether the CPU is the limit",
        },
      ],
      mend: [
        "One dashboard or program: make its query smaller, or a recording rule of it.",
        "Everybody: ask Thanos Query through the frontend, which splits and caches.",
        "An honest load: raise the CPU limit in systems/.",
      ],
    },
  };
}

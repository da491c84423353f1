import type { Alert, AlertGroup, Component, Duration, Sizing } from "../model.ts";
import { seconds } from "../units.ts";
import { clusterMonitoring } from "./clusterMonitoring.ts";

/** What of a stack decides which alerts about itself make sense. */
export interface Deployed {
  readonly components: readonly Sizing[];
  /** Interval at which the stack itself is scraped. */
  readonly scrapeInterval: Duration;
  readonly evaluation: Duration;
  /** Values of `service` whose outage has an alert of its own. @default none */
  readonly servicesWithOwnAlert?: readonly string[];
  /** Whether the stack is on a Kubernetes cluster, and its jobs are with those of every cluster. @default false */
  readonly onCluster?: boolean;
}

/** Value of the label `scope` by which routes tell alerts about the stack from those about what it watches. */
export const stackScope = "stack";

/** Alerts of a stack about itself; only of what is deployed. */
export function selfMonitoring(deployed: Deployed): AlertGroup[] {
  const patience = slowest("1m", deployed.scrapeInterval);
  const alerts = [
    watchdog,
    targetDown(deployed.servicesWithOwnAlert ?? [], patience),
    configReloadFailed(patience),
    ...pair(deployed, "prometheus", (replicas) => prometheusDown(replicas, patience)),
    ...pair(deployed, "alertmanager", (replicas) => clusterMismatch(replicas, patience)),
    ...(replicasOf(deployed, "thanos-compactor") > 0 ? [compactHalted(patience)] : []),
    ...(deployed.onCluster === true ? clusterMonitoring(patience) : []),
  ];
  return [{ name: "self-monitoring", interval: deployed.evaluation, alerts: alerts.map(aboutTheStack) }];
}

function aboutTheStack(alert: Alert): Alert {
  return { ...alert, labels: { ...alert.labels, scope: stackScope } };
}

/** Four scrapes at least, so that one lost scrape is no outage. */
function slowest(least: Duration, interval: Duration): Duration {
  return `${Math.max(seconds(least), 4 * seconds(interval))}s`;
}

function pair(deployed: Deployed, component: Component, alert: (replicas: number) => Alert): Alert[] {
  const replicas = replicasOf(deployed, component);
  return replicas > 1 ? [alert(replicas)] : [];
}

function replicasOf({ components }: Deployed, component: Component): number {
  return components.find((sizing) => sizing.component === component)?.replicas ?? 0;
}

const watchdog: Alert = {
  name: "Watchdog",
  expression: "vector(1)",
  for: "0s",
  severity: "info",
  summary: "The chain from evaluation to notification works",
  description: "Always firing. Whoever stops receiving it knows that alerts no longer arrive.",
  runbook: {
    meaning:
      "Nothing is wrong while this fires. Its absence means that Prometheus or Alertmanager is silent.",
    impact: "While it is absent no other alert can be trusted to arrive.",
    firstLook: [
      'ALERTS{alertname="Watchdog"} at each Prometheus',
      "Status → Alertmanagers at each Prometheus",
    ],
    mend: [
      "Start what is down of Prometheus and Alertmanager.",
      "With both up: read Prometheus' log for `Error sending alerts` (certificate, credentials, address).",
    ],
  },
};

function targetDown(except: readonly string[], patience: Duration): Alert {
  const matcher = except.length === 0 ? "" : `{service!~"${except.join("|")}"}`;
  return {
    name: "TargetDown",
    expression: `up${matcher} == 0`,
    for: patience,
    keepFiringFor: patience,
    severity: "warning",
    summary: "{{ $labels.instance }} ({{ $labels.job }}) cannot be scraped",
    description: `{{ $labels.instance }} of job {{ $labels.job }} has not answered a scrape for ${patience}.`,
    runbook: {
      meaning:
        "Prometheus got no valid answer from the target: refused, timed out, 401, a bad certificate, or over its limits.",
      impact: "Its metrics have a gap, and alerts over them are blind.",
      firstLook: [
        "Status → Target health: the last error is there",
        "scrape_duration_seconds and scrape_samples_scraped of the target before it failed",
      ],
      mend: [
        "Connection refused: start the service.",
        "401 or x509: the target has other credentials or another authority than the stack; `pulumi up` writes both anew.",
        "Sample limit exceeded: find the label that grew, or raise the job's limits in systems/.",
        "Gone for good: remove it from the system's jobs.",
      ],
    },
  };
}

function configReloadFailed(patience: Duration): Alert {
  return {
    name: "PrometheusConfigReloadFailed",
    expression: 'prometheus_config_last_reload_successful{job="prometheus"} == 0',
    for: patience,
    keepFiringFor: patience,
    severity: "critical",
    summary: "{{ $labels.instance }} refuses its configuration",
    description:
      "Prometheus {{ $labels.instance }} runs on with its last good configuration; a restart would fail.",
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

function prometheusDown(replicas: number, patience: Duration): Alert {
  return {
    name: "PrometheusDown",
    // `or vector(0)`: with none up, count() is empty, not 0. Each replica scrapes all of them, itself included.
    expression: `(count(up{job="prometheus"} == 1) or vector(0)) < ${replicas}`,
    for: patience,
    keepFiringFor: patience,
    severity: "critical",
    summary: "Only {{ $value }} of " + `${replicas} Prometheus replicas answer`,
    description: `A replica of Prometheus has been down for ${patience}: the other one is alone, and its failure would blind the system.`,
    runbook: {
      meaning: `Fewer than ${replicas} Prometheus replicas answer the scrapes of the one that reports this.`,
      impact: "Queries and alerts go on with the remaining replica; there is no second failure to spare.",
      firstLook: [
        'up{job="prometheus"}: which one',
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

function clusterMismatch(replicas: number, patience: Duration): Alert {
  return {
    name: "AlertmanagerClusterMismatch",
    expression: `alertmanager_cluster_members{job="alertmanager"} != ${replicas}`,
    for: patience,
    keepFiringFor: patience,
    severity: "warning",
    summary: "{{ $labels.instance }} sees {{ $value }} members of its cluster" + `, not ${replicas}`,
    description: `Alertmanager {{ $labels.instance }} gossips with {{ $value }} members (itself included) where ${replicas} are deployed.`,
    runbook: {
      meaning:
        "The Alertmanagers do not see each other: one is down, or gossip (9094, TCP and UDP) is blocked.",
      impact: "While both live apart every notification is sent twice; while one is dead nothing is lost.",
      firstLook: ["alertmanager_cluster_failed_peers", "The UI's Status page lists the peers that it sees"],
      mend: [
        "Start the one that is down.",
        "With both up: open 9094 for TCP and UDP between them, and compare their gossip certificates.",
      ],
    },
  };
}

function compactHalted(patience: Duration): Alert {
  return {
    name: "ThanosCompactHalted",
    expression: 'thanos_compact_halted{job="thanos-compactor"} == 1',
    for: patience,
    keepFiringFor: patience,
    severity: "warning",
    summary: "The compactor has halted",
    description:
      "The Thanos compactor met blocks that it must not touch and stopped: no compaction, downsampling or retention any more.",
    runbook: {
      meaning:
        "The compactor halts itself on overlapping or broken blocks, and stays halted until it is restarted.",
      impact:
        "The bucket grows, long queries slow down, and retention is no longer enforced. Nothing is lost.",
      firstLook: [
        "The compactor's log for `critical error detected; halting`: it names the blocks",
        "thanos tools bucket verify --objstore.config-file=objstore.yml",
      ],
      mend: [
        "Make sure that only one compactor works on the bucket.",
        "Mark the named block: thanos tools bucket mark --id=BLOCK --marker=no-compact-mark.json --details='…'.",
        "Restart the compactor.",
      ],
    },
  };
}

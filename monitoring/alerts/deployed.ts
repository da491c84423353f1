/** What of a system decides which alerts about its own stack make sense, and how patient they are. */
import type { Alert, Component, Duration, Runbook, Severity, System } from "../model.ts";
import { seconds } from "../units.ts";

export interface Deployed {
  readonly system: System;
  /** Four scrapes of the stack itself at least, so that one lost scrape is no outage. */
  readonly patience: Duration;
  /**
   * One cause, one page: what follows from a cause must be told later than it and end sooner, whichever of the two is
   * evaluated or scraped first. A whole component's outage comes after `patience`, a target's after `next`, what others
   * notice of them `afterwards`; they are kept firing for `longest`, `afterwards` and `patience` or not at all. `longest`
   * is no less than what a rate over 5 minutes goes on showing.
   */
  readonly next: Duration;
  readonly afterwards: Duration;
  readonly longest: Duration;
  /** Interval at which the stack itself is scraped; its alerts see nothing new in between. */
  readonly interval: Duration;
  /** Whether the stack is on a Kubernetes cluster, and its jobs are with those of every cluster. */
  readonly onCluster: boolean;
  /** Matcher of the jobs that ask hosts of each kind; undefined where there are none. */
  readonly linux: string | undefined;
  readonly windows: string | undefined;
  /** Matcher that leaves out what came by federation, after a comma; empty where nothing does. */
  readonly own: string;
}

export function deployedOf(system: System): Deployed {
  const stack = system.jobs.filter(
    ({ discovery, through }) => discovery.kind === "stack" && through === undefined,
  );
  const intervals = stack.map(({ interval }) => interval ?? system.scrape.interval);
  const interval = intervals.reduce(
    (most, one) => (seconds(one) > seconds(most) ? one : most),
    system.scrape.interval,
  );
  const patience: Duration = `${Math.max(60, 4 * seconds(interval))}s`;
  const federates = system.jobs.some(({ discovery }) => discovery.kind === "federate");
  return {
    system,
    patience,
    next: `${1.5 * seconds(patience)}s`,
    afterwards: `${3 * seconds(patience)}s`,
    longest: `${Math.max(4 * seconds(patience), 300 + seconds(patience))}s`,
    interval,
    onCluster: system.platforms.some((platform) => platform === "aks" || platform === "eks"),
    linux: hostJobs(system, "node-exporter"),
    windows: hostJobs(system, "windows-exporter"),
    // External labels are put on what leaves; a series here that has one came from elsewhere.
    own: federates && "cluster" in system.externalLabels ? ', cluster=""' : "",
  };
}

/** Replicas of a component that are deployed; 0 where the system has none. */
export function replicasOf({ system }: Deployed, component: Component): number {
  // A system may name both; which of them a stack has, follows from how its samples reach the bucket.
  if (component === (system.longTerm.mode === "receive" ? "thanos-sidecar" : "thanos-receive")) return 0;
  return system.components.find((sizing) => sizing.component === component)?.replicas ?? 0;
}

/** The alerts of a component, where it is deployed. */
export function of(deployed: Deployed, component: Component, alerts: (replicas: number) => Alert[]): Alert[] {
  const replicas = replicasOf(deployed, component);
  return replicas > 0 ? alerts(replicas) : [];
}

function hostJobs({ jobs }: System, component: "node-exporter" | "windows-exporter"): string | undefined {
  const names = jobs.flatMap(({ name, discovery }) =>
    (discovery.kind === "hosts" && discovery.component === component) ||
    // Machines of a cloud are found at the node exporter's port.
    (discovery.kind === "azure" && component === "node-exporter")
      ? [name]
      : [],
  );
  return names.length === 0 ? undefined : among("job", names);
}

/** Matcher of a label that has one of these values: with `=` where there is one only. */
export function among(label: string, values: readonly string[]): string {
  return values.length === 1 ? `${label}="${values[0] ?? ""}"` : `${label}=~"${values.join("|")}"`;
}

/** Matcher of a label that has none of these values. */
export function noneOf(label: string, values: readonly string[]): string {
  return among(label, values).replace(/=~?/, (operator) => (operator === "=" ? "!=" : "!~"));
}

/** What is said of the outage of a whole component. */
export interface Outage {
  /** `ThanosQueryUnavailable`. */
  readonly name: string;
  readonly component: Component;
  /** As people call it. */
  readonly title: string;
  readonly severity: Severity;
  readonly dashboard: string;
  /** @default the name of the component */
  readonly job?: string;
  readonly impact: string;
  readonly mend: Runbook["mend"];
}

/**
 * No instance of a component answers. TargetDown tells of one of several, this of the last: also when its targets are gone,
 * as pods are that cannot be scheduled.
 */
export function unavailable({ patience, longest }: Deployed, outage: Outage): Alert {
  const { name, component, title, severity, dashboard, impact, mend, job = component } = outage;
  return {
    name,
    expression: noneUp(job),
    for: patience,
    keepFiringFor: longest,
    severity,
    labels: { job },
    summary: `${title}: no instance answers`,
    description: `{{ $value | printf "%.0f" }} instances of ${title} have answered a scrape in the last ${patience}.`,
    dashboard,
    runbook: {
      meaning: `Every instance of ${title} is down, refuses its scrapes, or is not there to be scraped.`,
      impact,
      firstLook: [
        { promql: `up{job="${job}"}`, shows: "0: it does not answer; no series: nobody knows of a target" },
        {
          promql: `max_over_time(up{job="${job}"}[1h])`,
          shows: "which instances answered within the last hour",
        },
        "The service's log, or `kubectl -n monitoring describe pods` and `logs --previous`: how it ended",
      ],
      mend,
    },
  };
}

/**
 * Under the host where all instances are on one, so that it follows from that host alone; on a cluster nothing has that label.
 * Without targets there is nothing to take the highest of: that is none as well.
 */
function noneUp(job: string): string {
  return `(
  max by (host) (up{job="${job}"}) and on () count(count by (host) (up{job="${job}"})) == 1
  or on () (max(up{job="${job}"}) or vector(0))
) < 1`;
}

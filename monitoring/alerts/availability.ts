/** Whether anything can be trusted at all: the chain of notification, targets, and the load that they bring. */
import type { Alert, Duration, System } from "../model.ts";
import { seconds } from "../units.ts";
import { among, noneOf, type Deployed } from "./deployed.ts";
import { jobTargetAlerts } from "./jobTargets.ts";

export function availabilityAlerts(deployed: Deployed): Alert[] {
  return [
    watchdog,
    targetDown(deployed),
    ...jobTargetAlerts(deployed),
    targetFlapping(deployed),
    sampleLimitNear(deployed),
    scrapeNearTimeout(deployed),
    seriesGrow(deployed),
    ...regionUnreachable(deployed),
  ];
}

const watchdog: Alert = {
  name: "Watchdog",
  expression: "vector(1)",
  for: "0s",
  severity: "info",
  summary: "The chain from evaluation to notification works",
  description: "Always firing. Whoever stops receiving it knows that alerts no longer arrive.",
  dashboard: "stack-overview",
  runbook: {
    meaning:
      "Nothing is wrong while this fires. Its absence means that Prometheus or Alertmanager is silent. With the secret deadmans-switch-url an outside service is called for as long as it fires, and calls people when it has heard nothing.",
    impact: "While it is absent no other alert can be trusted to arrive.",
    firstLook: [
      { promql: 'ALERTS{alertname="Watchdog"}', shows: "one series at each Prometheus that evaluates" },
      {
        promql: "prometheus_notifications_alertmanagers_discovered",
        shows: "how many Alertmanagers each Prometheus sends to",
      },
    ],
    mend: [
      "Start what is down of Prometheus and Alertmanager.",
      "With both up: read Prometheus' log for `Error sending alerts` (certificate, credentials, address).",
      "With both well: the outside service cannot be reached; read Alertmanager's log for its receiver.",
    ],
  },
};

/** What has alerts of its own is left out: services of the system, and regions. */
function targetDown({ system, next, afterwards, own }: Deployed): Alert {
  const except = system.ownOutages ?? [];
  const regions = federateJobs(system);
  const matchers = [
    ...(except.length === 0 ? [] : [noneOf("service", except)]),
    ...(regions.length === 0 ? [] : [noneOf("job", regions)]),
    ...(own === "" ? [] : [own.slice(2)]),
  ].join(", ");
  return {
    name: "TargetDown",
    expression: [
      `up${matchers === "" ? "" : `{${matchers}}`} == 0`,
      ...unlessExporterDown(system, own, "5m"),
    ].join("\n"),
    for: next,
    // Longer than a rate over 5 minutes shows what followed from it.
    keepFiringFor: `${Math.max(300, seconds(afterwards))}s`,
    severity: "warning",
    summary: "{{ $labels.instance }} ({{ $labels.job }}) cannot be scraped",
    description: `{{ $labels.instance }} of job {{ $labels.job }} has not answered a scrape for ${next} (up is {{ $value | printf "%.0f" }}).`,
    dashboard: "stack-overview",
    runbook: {
      meaning:
        "Prometheus got no valid answer from the target: refused, timed out, 401, a bad certificate, or over its limits.",
      impact: "Its metrics have a gap, and alerts over them are blind.",
      firstLook: [
        "Status → Target health: the last error is there",
        { promql: "scrape_duration_seconds", shows: "how long the target took before it failed" },
        {
          promql: "scrape_samples_post_metric_relabeling / (scrape_sample_limit > 0)",
          shows: "at 1 the target is refused for its size",
        },
      ],
      mend: [
        "Connection refused: start the service.",
        "401 or x509: the target has other credentials or another authority than the stack, or its certificate has ended; `pulumi up` writes both anew.",
        "Sample limit exceeded: find the label that grew, or raise the job's limits in systems/.",
        "Gone for good: remove it from the system's jobs.",
      ],
    },
  };
}

/**
 * While an exporter is down, or was within `window`, nothing is told of the targets that are asked through it: they are tried
 * again at their own intervals, after it is back.
 */
function unlessExporterDown({ jobs }: System, own: string, window: Duration): string[] {
  return jobs.flatMap(({ name, through }) =>
    through === undefined
      ? []
      : [
          `unless on (job) label_replace(min_over_time(up{job="${through.component}"${own}}[${window}]) == 0, "job", "${name}", "", "")`,
        ],
  );
}

function targetFlapping({ system, patience, own }: Deployed): Alert {
  return {
    name: "TargetFlapping",
    expression: [`changes(up${only(own)}[15m]) > 8`, ...unlessExporterDown(system, own, "20m")].join("\n"),
    for: patience,
    keepFiringFor: "15m",
    severity: "warning",
    summary: "{{ $labels.instance }} ({{ $labels.job }}) comes and goes",
    description:
      '{{ $labels.instance }} of job {{ $labels.job }} went up or down {{ $value | printf "%.0f" }} times in 15 minutes.',
    dashboard: "stack-overview",
    runbook: {
      meaning:
        "Scrapes of the target succeed and fail in turn: it restarts, is overloaded, or the network is.",
      impact: "Its graphs have holes, and alerts over it start and end without anything being mended.",
      firstLook: [
        { promql: "up", shows: "the pattern: regular means restarts, irregular the network or load" },
        {
          promql: "changes(process_start_time_seconds[15m])",
          shows: "restarts of the targets that tell their start",
        },
        { promql: "scrape_duration_seconds / scrape_timeout_seconds", shows: "near 1: too slow, not down" },
      ],
      mend: [
        "Restarts: read why the service ends; its supervisor only starts it again.",
        "Too slow: give it more CPU, or the job a longer interval and timeout.",
        "Network: compare the other targets on the same machine.",
      ],
    },
  };
}

function sampleLimitNear({ patience, own }: Deployed): Alert {
  return {
    name: "ScrapeSampleLimitNear",
    expression: `scrape_samples_post_metric_relabeling${only(own)} / (scrape_sample_limit${only(own)} > 0) > 0.8`,
    for: "5m",
    keepFiringFor: patience,
    severity: "warning",
    summary: "{{ $labels.instance }} ({{ $labels.job }}) will soon be refused for its size",
    description:
      "{{ $labels.instance }} of job {{ $labels.job }} sends {{ $value | humanizePercentage }} of the samples that its job allows; above 100 % nothing of it is stored.",
    dashboard: "capacity",
    runbook: {
      meaning: "The target exposes more than 80 % of its job's sample_limit.",
      impact: "Beyond the limit the whole scrape is thrown away, and the target counts as down.",
      firstLook: [
        {
          promql: 'topk(10, count by (job, __name__) ({__name__!=""}))',
          shows: "the largest metrics by job; expensive, ask once",
        },
        { promql: "topk(10, scrape_samples_post_metric_relabeling)", shows: "the largest targets" },
      ],
      mend: [
        "A label with unbounded values (user, request, path): remove it in the application, or drop it by metricRelabel.",
        "Honest growth: raise seriesPerTarget in systems/; limit and capacity plan follow.",
      ],
    },
  };
}

function scrapeNearTimeout({ own }: Deployed): Alert {
  return {
    name: "ScrapeNearTimeout",
    expression: `avg_over_time(scrape_duration_seconds${only(own)}[5m]) / scrape_timeout_seconds${only(own)} > 0.8`,
    for: "10m",
    keepFiringFor: "10m",
    severity: "warning",
    summary: "{{ $labels.instance }} ({{ $labels.job }}) answers its scrapes slowly",
    description:
      "Scrapes of {{ $labels.instance }} of job {{ $labels.job }} take {{ $value | humanizePercentage }} of their timeout, mean over 5 minutes.",
    dashboard: "stack-overview",
    runbook: {
      meaning: "The mean scrape of the target takes more than 80 % of the time that it may take.",
      impact: "The next bit of load turns slow scrapes into failed ones: gaps, and TargetDown.",
      firstLook: [
        {
          promql: "topk(10, scrape_duration_seconds / scrape_timeout_seconds)",
          shows: "the slowest targets",
        },
        { promql: "topk(10, scrape_samples_scraped)", shows: "whether the slow ones are the large ones" },
      ],
      mend: [
        "A slow target: look at its CPU, and at collectors that ask something slow (disks, databases).",
        "All targets of a machine: its CPU or network is at its limit.",
        "An honest giant: a longer interval and timeout for its job in systems/.",
      ],
    },
  };
}

function seriesGrow({ own }: Deployed): Alert {
  const series = (offset: string) =>
    `sum by (job) (avg_over_time(scrape_samples_post_metric_relabeling${only(own)}[1h]${offset}))`;
  return {
    name: "JobSeriesGrow",
    expression: `${series("")} / ${series(" offset 1d")} > 1.5\nand ${series("")} - ${series(" offset 1d")} > 1000`,
    for: "15m",
    keepFiringFor: "1h",
    severity: "warning",
    summary: "Job {{ $labels.job }} sends many more series than yesterday",
    description:
      "Job {{ $labels.job }} has {{ $value | humanizePercentage }} of the series that it had a day ago.",
    dashboard: "capacity",
    runbook: {
      meaning:
        "The job's series have grown by more than half, and by more than 1000, within a day: new targets, or a label with too many values.",
      impact: "Memory and disk of Prometheus grow with them, until the capacity plan no longer holds.",
      firstLook: [
        { promql: "sum by (job) (scrape_samples_post_metric_relabeling)", shows: "the size of each job" },
        { promql: "count by (job) (up)", shows: "whether there are more targets" },
        {
          promql: "topk(10, sum by (job) (sum_over_time(scrape_series_added[1h])))",
          shows: "churn: series that come anew",
        },
      ],
      mend: [
        "More targets: raise `expected` in systems/ and look at what the capacity plan says.",
        "A label: remove it in the application, or drop it by metricRelabel.",
      ],
    },
  };
}

/** {@link Deployed.own} as the only matcher. */
function only(own: string): string {
  return own === "" ? "" : `{${own.slice(2)}}`;
}

/** Each region tells of its own targets; of another one, only that it does not answer at all. */
function regionUnreachable({ system, patience }: Deployed): Alert[] {
  const jobs = federateJobs(system);
  if (jobs.length === 0) return [];
  return [
    {
      name: "RegionUnreachable",
      expression: `up{${among("job", jobs)}} == 0`,
      for: "5m",
      keepFiringFor: patience,
      severity: "critical",
      summary: "Prometheus of region {{ $labels.region }} cannot be reached",
      description:
        '{{ $labels.instance }} has not answered /federate for 5 minutes (up is {{ $value | printf "%.0f" }}).',
      dashboard: "stack-overview",
      runbook: {
        meaning:
          "The other region's Prometheus is down, refuses our user, or the network between the regions is cut.",
        impact:
          "The global view lacks the region. The region watches itself on: its own alerts go out, unless it is down as a whole.",
        firstLook: [
          { promql: `up{${among("job", jobs)}}`, shows: "one region, or all of them" },
          "The region's own notifications: when its Watchdog has stopped too, the region is down",
          "Status → Target health: connection refused, 401, x509",
        ],
        mend: [
          "All regions: look at this cluster's way out (NAT, firewall, DNS).",
          "401: the secret federation-password differs from that of the region.",
          "x509: the region's authority has changed; give it as the secret federation-ca.",
        ],
      },
    },
  ];
}

function federateJobs({ jobs }: System): string[] {
  return jobs.filter(({ discovery }) => discovery.kind === "federate").map(({ name }) => name);
}

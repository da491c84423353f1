/** What the weekly summary asks and whom it tells: the settings of `weekly/summary.py`, without any secret. */
import type { SummaryFigure, System } from "../model.ts";
import { httpOrigin } from "./edgeRoutes.ts";
import type { ClusterFacts } from "./model.ts";
import { queryWorkload } from "./queryEndpoint.ts";

export interface SummarySettings {
  /** Begins the subject. */
  readonly title: string;
  /** Part of the message's id. */
  readonly id: string;
  readonly query: {
    readonly url: string;
    readonly ca: string;
    readonly certificate: string;
    readonly key: string;
  };
  readonly mail: {
    readonly smarthost: string;
    readonly username: string;
    readonly passwordFile: string;
    readonly from: string;
    readonly to: readonly string[];
    /** Authority of the mail server. @default those that the image trusts */
    readonly ca?: string;
  };
  /** Numbers of the subject. */
  readonly headline: readonly SummaryFigure[];
  readonly sections: readonly SummarySection[];
}

export type SummarySection =
  | { readonly kind: "figures"; readonly title: string; readonly figures: readonly SummaryFigure[] }
  | {
      readonly kind: "table";
      readonly title: string;
      /** Labels that make a row. Rows with a `severity` are sorted by it first. */
      readonly by: readonly string[];
      readonly columns: readonly SummaryFigure[];
      /** Of the last column. */
      readonly order: "ascending" | "descending";
      /** Rows that are shown; how many there are besides is said. */
      readonly limit: number;
      /** What is said instead of no rows. */
      readonly empty: string;
    };

/** Where the job finds what it must not be told. Paths are absolute. */
export interface SummaryFiles {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
  readonly password: string;
}

export function summarySettings(
  system: System,
  facts: ClusterFacts,
  weekly: NonNullable<System["notifications"]["weeklySummary"]>,
  files: SummaryFiles,
): SummarySettings {
  const { ca, certificate, key, password } = files;
  const { smarthost, username, from, to } = weekly;
  return {
    title: `${system.title} (${facts.environment})`,
    id: `${system.name}-${facts.environment}`,
    query: { url: httpOrigin(queryWorkload(system)), ca, certificate, key },
    mail: { smarthost, username, passwordFile: password, from, to },
    headline: [
      { title: "alerts", expression: `sum(${began()}) or vector(0)`, unit: "short" },
      { title: "critical", expression: `sum(${began('severity="critical"')}) or vector(0)`, unit: "short" },
    ],
    sections: [alerts, noisiest, ...objectives(weekly.figures ?? []), availability, growth],
  };
}

/** The Watchdog always fires: that is its purpose. */
function firing(more?: string): string {
  return `ALERTS{${['alertstate="firing"', 'alertname!="Watchdog"', ...(more === undefined ? [] : [more])].join(", ")}}`;
}

/** Times that each alert began to fire in the week, to the minute. */
function began(more?: string): string {
  return `count_over_time((${firing(more)} unless ${firing(more)} offset 1m)[7d:1m])`;
}

const alerts: SummarySection = {
  kind: "table",
  title: "Alerts that fired",
  by: ["severity", "alertname"],
  columns: [
    { title: "began", expression: `sum by (severity, alertname) (${began()})`, unit: "short" },
    {
      // Whatever interval its rule has: minutes in which it fired.
      title: "fired for, all together",
      expression: `60 * sum by (severity, alertname) (count_over_time(${firing()}[7d:1m]))`,
      unit: "seconds",
    },
  ],
  order: "descending",
  limit: 50,
  empty: "None.",
};

const noisiest: SummarySection = {
  kind: "table",
  title: "The noisiest",
  by: ["alertname", "job", "instance"],
  columns: [
    {
      title: "began",
      expression: `topk(10, sum by (alertname, job, instance) (${began()}))`,
      unit: "short",
    },
  ],
  order: "descending",
  limit: 10,
  empty: "None.",
};

function objectives(figures: readonly SummaryFigure[]): SummarySection[] {
  return figures.length === 0 ? [] : [{ kind: "figures", title: "Objectives", figures }];
}

const availability: SummarySection = {
  kind: "table",
  title: "Availability of what is watched: share of scrapes that succeeded, the least first",
  by: ["job"],
  columns: [
    { title: "available", expression: "100 * avg by (job) (avg_over_time(up[7d]))", unit: "percent" },
  ],
  order: "ascending",
  limit: 20,
  empty: "Nothing was scraped.",
};

const series = "max(prometheus_tsdb_head_series)";
const disk = "max(prometheus_tsdb_storage_blocks_bytes)";
const bucket = "max(thanos_bucket_store_blocks_loaded)";
const change = (metric: string): string => `${metric} - ${metric.replace(")", " offset 7d)")}`;

const growth: SummarySection = {
  kind: "figures",
  title: "Growth",
  figures: [
    { title: "Series, of the replica with more", expression: series, unit: "short" },
    { title: "  change in the week", expression: change(series), unit: "short" },
    {
      title: "Samples a second, the week's mean",
      expression: "max(rate(prometheus_tsdb_head_samples_appended_total[7d]))",
      unit: "short",
    },
    { title: "Blocks on its disk", expression: disk, unit: "bytes" },
    { title: "  change in the week", expression: change(disk), unit: "bytes" },
    { title: "Blocks in the bucket", expression: bucket, unit: "short" },
    { title: "  change in the week", expression: change(bucket), unit: "short" },
  ],
};

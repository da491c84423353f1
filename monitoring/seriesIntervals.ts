/** How often each series is sampled, as far as a selector tells. */
import type { ScrapeJob, System } from "./model.ts";
import type { Selector } from "./promql.ts";
import { seconds } from "./units.ts";

/** Seconds between the samples of what a selector reads; undefined where nothing tells. */
export type Intervals = (selector: Selector) => number;

/**
 * A series' interval is that of its recording group, or of the job that its matchers (`job`, `service`) or the beginning of
 * its name (`clickhouse_…` of job clickhouse) point to, else the system's.
 */
export function intervalsOf({ jobs, recording, scrape }: System): Intervals {
  const system = seconds(scrape.interval);
  const recorded = new Map(
    recording.flatMap(({ interval, rules }) =>
      rules.map(({ record }) => [record, seconds(interval)] as const),
    ),
  );
  const byName = [...jobs].sort((a, b) => b.name.length - a.name.length);
  return ({ metric, matchers }) => {
    const known = metric === undefined ? undefined : recorded.get(metric);
    if (known !== undefined) return known;
    const pointed = jobs.filter((job) => matchers.some((matcher) => pointsTo(matcher, job)));
    const read =
      pointed.length > 0
        ? pointed
        : byName.filter((job) => metric?.startsWith(`${job.name.replaceAll("-", "_")}_`)).slice(0, 1);
    return Math.max(0, ...read.map(({ interval }) => (interval ? seconds(interval) : system))) || system;
  };
}

function pointsTo({ label, operator, value }: Selector["matchers"][number], job: ScrapeJob): boolean {
  if (label === "job" && operator === "=~") return value.split("|").includes(job.name);
  if (operator !== "=") return false;
  if (label === "job") return job.name === value;
  if (label !== "service") return false;
  const labelled =
    job.discovery.kind === "static" &&
    job.discovery.targets.some(({ labels }) => labels["service"] === value);
  return (
    labelled ||
    (job.relabel ?? []).some(
      ({ targetLabel, replacement }) => targetLabel === "service" && replacement === value,
    )
  );
}

/**
 * The load that a system plans for, as series that its rules read. Every planned series of a job counts as one that a rule
 * reads, spread evenly over the metrics that a rule reads of that job: real targets also have series that nobody reads, so
 * that rules are never asked for more than this. Of servers and hosts a metric has at most ten series, times its buckets.
 */
import { planCapacity } from "../monitoring/capacity.ts";
import type { Labels, System } from "../monitoring/model.ts";
import { selectors } from "../monitoring/promql.ts";
import { walk } from "../monitoring/promql/expression.ts";
import { parse } from "../monitoring/promql/parse.ts";
import { ruleGroups } from "../monitoring/rules.ts";
import { seconds } from "../monitoring/units.ts";

export interface PlannedSeries {
  readonly metric: string;
  readonly labels: Labels;
  /** Seconds between its samples. */
  readonly interval: number;
  /** Seconds that the longest window over it looks back; 0 where rules read its latest sample only. */
  readonly lookback: number;
}

/** What rules read of one metric under one set of exact matchers. */
interface Read {
  readonly metric: string;
  readonly exact: Labels;
  readonly jobs: (name: string) => boolean;
  readonly identity: Set<string>;
  lookback: number;
}

/** Series of every job of the system, by job; with them those that its own rules record and read again, as `recorded`. */
export function plannedSeries(system: System): ReadonlyMap<string, readonly PlannedSeries[]> {
  const rules = ruleGroups(system, "prometheus").flatMap((group) => group["rules"] as Rule[]);
  const recorded = new Set(rules.flatMap(({ record }) => (record === undefined ? [] : [record])));
  const reads = readsOf(rules.map(({ expr }) => expr));
  const scraped = reads.filter(({ metric }) => !recorded.has(metric));
  const intervals = new Map(system.jobs.map(({ name, interval }) => [name, interval]));
  const planned = planCapacity(system).jobs.filter(({ name }) => intervals.has(name));
  const names = planned.map(({ name }) => name);
  const aboutItself = new Set(
    system.jobs
      .filter(({ discovery, name }) => servers.has(discovery.kind) && name !== "kube-state-metrics")
      .map(({ name }) => name),
  );
  const byJob = planned.map(({ name, targets, series: budget }): [string, PlannedSeries[]] => {
    const own = scraped.filter(({ jobs, metric }) => jobs(name) && comesFrom(metric, name, names));
    const interval = seconds(intervals.get(name) ?? system.scrape.interval);
    const once = own.filter(({ metric }) => ofTargets.test(metric));
    const many = [
      ...own.filter((read) => !once.includes(read)),
      ...(own.length === once.length ? [unread] : []),
    ];
    const rest = Math.max(0, budget - targets * once.length);
    const most = (read: Read): number => (aboutItself.has(name) ? targets * seriesOfServer(read) : Infinity);
    return [
      name,
      [
        ...once.flatMap((read) =>
          Array.from({ length: targets }, (_, index) => seriesOf(read, index, name, interval)),
        ),
        ...Array.from({ length: rest }, (_, index) => {
          const [read = unread, member] = [many[index % many.length], Math.floor(index / many.length)];
          return member < most(read)
            ? seriesOf(read, member, name, interval)
            : seriesOf(unread, index, name, interval);
        }),
      ],
    ];
  });
  const evaluation = seconds(system.scrape.evaluation);
  const again = reads
    .filter(({ metric }) => recorded.has(metric))
    .map((read) => ({
      metric: read.metric,
      labels: read.exact,
      interval: evaluation,
      lookback: read.lookback,
    }));
  return new Map([...byJob, ["recorded", again] as const].map(([name, list]) => [name, distinct(list)]));
}

/** What every target has once, by its scrape or its process. */
const ofTargets = /^(up|scrape_.+|process_start_time_seconds)$/;

/** Kinds of discovery that find servers and hosts, which speak of themselves: not of everything in a cluster or a business. */
const servers: ReadonlySet<string> = new Set(["stack", "hosts", "workload", "pushgateway"]);

/** Series of a metric that a server has of itself: handlers, shards, disks; each with its buckets. */
function seriesOfServer({ metric, exact }: Read): number {
  return metric.endsWith("_bucket") && exact["le"] === undefined ? 10 * bounds.length : 10;
}

/** What no rule reads. */
const unread: Read = {
  metric: "unread",
  exact: {},
  jobs: () => true,
  identity: new Set(),
  lookback: 0,
};

/** Jobs whose metrics begin otherwise than their name does. */
const beginnings: Readonly<Record<string, string>> = {
  kube: "kube-state-metrics",
  kubelet: "kubernetes-nodes",
  container: "cadvisor",
  apiserver: "kubernetes-apiservers",
  pg: "postgresql",
};

/** Whether a metric is of a job: of those that its first word names, or else of all. */
function comesFrom(metric: string, job: string, jobs: readonly string[]): boolean {
  const [word = ""] = metric.split(/[_:]/);
  const named = jobs.filter((name) => name === beginnings[word] || name.split(/[-_]/)[0] === word);
  return named.length === 0 || named.includes(job);
}

/** Each series once, with its longest window: two selectors may lead to the same. */
function distinct(all: readonly PlannedSeries[]): PlannedSeries[] {
  const byName = new Map<string, PlannedSeries>();
  for (const one of all) {
    const name = seriesName(one);
    const lookback = Math.max(one.lookback, byName.get(name)?.lookback ?? 0);
    byName.set(name, { ...one, lookback });
  }
  return [...byName.values()];
}

interface Rule {
  readonly record?: string;
  readonly expr: string;
}

function readsOf(expressions: readonly string[]): Read[] {
  const reads = new Map<string, Read>();
  for (const expression of expressions) {
    const identity = identityOf(expression);
    for (const { metric, matchers, range = 0, offset = 0 } of selectors(expression)) {
      if (metric === undefined) continue;
      const job = matchers.filter(({ label }) => label === "job");
      const exact = Object.fromEntries(
        matchers
          .filter(({ label }) => label !== "job")
          .flatMap(({ label, operator, value }) => {
            const example = operator === "=" ? value : operator === "=~" ? exampleOf(value) : "";
            return example === "" ? [] : [[label, example]];
          }),
      );
      const key = JSON.stringify([metric, exact, job]);
      const read = reads.get(key) ?? {
        metric,
        exact,
        jobs: (name) => job.every(({ operator, value }) => matches(name, operator, value)),
        identity: new Set(),
        lookback: 0,
      };
      for (const label of identity) read.identity.add(label);
      read.lookback = Math.max(read.lookback, range + Math.max(0, offset));
      reads.set(key, read);
    }
  }
  return [...reads.values()];
}

/** Labels by which an expression tells series apart. */
function identityOf(expression: string): string[] {
  const { root } = parse(expression);
  if (root === undefined) throw new Error(`not PromQL: ${expression}`);
  return [...walk(root)].flatMap((node) => {
    if (node.kind === "aggregate") return node.grouping?.without === false ? [...node.grouping.labels] : [];
    if (node.kind === "binary") return [...(node.matching?.labels ?? []), ...(node.matching?.group ?? [])];
    return [];
  });
}

/** A value that a pattern of rules accepts: its first alternative, with digits for dots. Empty where that is not enough. */
function exampleOf(pattern: string): string {
  const [first = ""] = pattern.split("|");
  const example = first
    .replace(/\.[+*]/g, "0")
    .replaceAll(".", "0")
    .replace(/[()^$]/g, "");
  return matches(example, "=~", pattern) ? example : "";
}

function matches(value: string, operator: string, wanted: string): boolean {
  // RE2 states its flags in the pattern.
  const [, flags = "", pattern = ""] = /^(?:\(\?(\w+)\))?(.*)$/s.exec(wanted) ?? [];
  const same = operator.endsWith("~") ? new RegExp(`^(?:${pattern})$`, flags).test(value) : value === wanted;
  return operator.startsWith("!") ? !same : same;
}

const bounds = ["0.005", "0.01", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "+Inf"];

/** The `index`th series of what is read: every label that tells series apart has a value of its own, so that each finds its partner. */
function seriesOf(read: Read, index: number, job: string, interval: number): PlannedSeries {
  const buckets = read.metric.endsWith("_bucket") && read.exact["le"] === undefined;
  const member = buckets ? Math.floor(index / bounds.length) : index;
  const told = [...read.identity, "instance"].filter((label) => label !== "job" && label !== "le");
  return {
    metric: read.metric,
    labels: {
      ...Object.fromEntries(told.map((label) => [label, `${job}-${String(member)}`])),
      ...(buckets && { le: bounds[index % bounds.length] }),
      ...read.exact,
      job,
    },
    interval,
    lookback: read.lookback,
  };
}

/** `name{label="value"}` */
export function seriesName({ metric, labels }: PlannedSeries): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return `${metric}{${pairs.join(",")}}`;
}

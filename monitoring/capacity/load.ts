import type { Component, ScrapeJob, System } from "../model.ts";
import { seconds } from "../units.ts";

/** What one job puts on each replica of Prometheus. */
export interface JobLoad {
  readonly name: string;
  readonly targets: number;
  readonly series: number;
  readonly samplesPerSecond: number;
}

/**
 * Load of every job, in the system's order, and of the series that the objectives' rules record. Every replica scrapes and
 * evaluates everything, so that this is the load of each.
 */
export function jobLoads(system: System): JobLoad[] {
  return [...scraped(system), ...recordedForObjectives(system)];
}

/** What a rule records is one series for each objective: a rule that has the label `slo`, or one for all of them. */
function recordedForObjectives({ objectives = [], recording }: System): JobLoad[] {
  if (objectives.length === 0) return [];
  const own = recording.filter(
    ({ name, evaluator }) => name.startsWith("slo-") && evaluator !== "thanos-ruler",
  );
  const loads = own.map(({ interval, rules }) => {
    const series = rules.reduce((sum, { labels }) => sum + (labels?.["slo"] ? 1 : objectives.length), 0);
    return { series, samplesPerSecond: series / seconds(interval) };
  });
  return [
    {
      name: "objectives",
      targets: 0,
      series: loads.reduce((sum, { series }) => sum + series, 0),
      samplesPerSecond: loads.reduce((sum, { samplesPerSecond }) => sum + samplesPerSecond, 0),
    },
  ];
}

function scraped(system: System): JobLoad[] {
  return system.jobs.map((job) => {
    const targets = targetsOf(job, system);
    const series = targets * job.seriesPerTarget;
    return {
      name: job.name,
      targets,
      series,
      samplesPerSecond: series / seconds(job.interval ?? system.scrape.interval),
    };
  });
}

/** Replicas of a component, 0 when it is not deployed. */
export function replicasOf(system: System, component: Component): number {
  return system.components.find((sizing) => sizing.component === component)?.replicas ?? 0;
}

function targetsOf({ discovery }: ScrapeJob, system: System): number {
  switch (discovery.kind) {
    case "static":
      return discovery.targets.length;
    case "federate":
      return discovery.from.length;
    case "stack":
      return discovery.components.reduce((sum, component) => sum + replicasOf(system, component), 0);
    case "hosts":
      return replicasOf(system, discovery.component);
    case "pushgateway":
      return replicasOf(system, "pushgateway");
    case "kubernetes":
    case "azure":
    case "monitor":
    case "workload":
      return discovery.expected;
  }
}

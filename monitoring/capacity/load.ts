import type { Component, ScrapeJob, System } from "../model.ts";
import { seconds } from "../units.ts";

/** What one job puts on each replica of Prometheus. */
export interface JobLoad {
  readonly name: string;
  readonly targets: number;
  readonly series: number;
  readonly samplesPerSecond: number;
}

/** Load of every job, in the system's order. Every replica scrapes everything, so that this is the load of each. */
export function jobLoads(system: System): JobLoad[] {
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

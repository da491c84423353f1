/** What of a stack is there to be shown. */
import type { Component, System } from "../../model.ts";

export function has({ components }: System, component: Component): boolean {
  return components.some((sizing) => sizing.component === component && sizing.replicas > 0);
}

export function hasJob({ jobs }: System, name: string): boolean {
  return jobs.some((job) => job.name === name);
}

const kinds: ReadonlySet<string> = new Set(["stack", "pushgateway", "workload"]);

/** Jobs of the stack's own parts, as a pattern for `job=~"…"`. */
export function ownJobs({ jobs }: System): string {
  return jobs
    .filter(({ discovery, through }) => through === undefined && kinds.has(discovery.kind))
    .map(({ name }) => name)
    .join("|");
}

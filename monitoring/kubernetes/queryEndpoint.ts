/** Who answers queries for people, dashboards and reports. */
import type { System } from "../model.ts";
import type { Workload } from "./model.ts";
import { workloadOf, workloads } from "./workloads.ts";

/** The frontend, which splits and caches; without one the query itself, and without that Prometheus. */
export function queryWorkload(system: System): Workload {
  const present = workloads(system).map(({ name }) => name);
  const found = ["thanos-query-frontend", "thanos-query"].find((name) => present.includes(name));
  return workloadOf(system, found ?? "prometheus");
}

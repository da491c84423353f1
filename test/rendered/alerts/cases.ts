/**
 * What a fault looks like in the metrics, and what must be told of it: written by hand from what the servers expose, never
 * from an expression.
 *
 * Times count in steps of the series: healthy for 11 samples, faulty for 30, then healthy for 200.
 */
import type { Series } from "../ruleTests.ts";

export interface AlertCase {
  readonly alert: string;
  /** Of a family with two steps, which one. */
  readonly severity?: "warning" | "critical";
  /** Time between samples; at most the 5 minutes for which a sample counts. @default "1m" */
  readonly step?: "10s" | "1m" | "5m";
  readonly series: Series;
  /** Label sets of the instances that must fire, and no others: `instance="prometheus-1"`. */
  readonly fires: readonly string[];
  /** Samples after which nothing may be pending or firing, all must fire, and all must be over. @default 8, 38 and 110 */
  readonly at?: { readonly quiet?: number; readonly firing?: number; readonly over?: number };
}

/** Names that differ between the systems. */
export interface Place {
  /** Job of the Linux hosts. */
  readonly linux: string;
  /** Job of HAProxy, and a backend that requests go to. */
  readonly edge: string;
  readonly backend: string;
  /** Sidecars, stores, rulers and receivers that a Query is connected to. */
  readonly stores: number;
  /** Whether series of other regions come in by federation. */
  readonly federates: boolean;
  /** Jobs whose targets an exporter is asked about, with its own job. */
  readonly through: readonly (readonly [job: string, exporter: string])[];
}

export type Cases = (place: Place) => readonly AlertCase[];

/** A gauge that has one value, then another, then the first again. */
export function gauge(healthy: number | string, faulty: number | string, after = healthy): string {
  return `${healthy}x10 ${faulty}x29 ${after}x199`;
}

/** A series that is there all the time. */
export function steady(value: number): string {
  return `${value}x239`;
}

/** A counter that grows by so much a step, then by so much, then as before. */
export function counter(healthy: number, faulty: number): string {
  const atFault = 10 * healthy;
  const atEnd = atFault + 30 * faulty;
  return `0+${healthy}x10 ${atFault + faulty}+${faulty}x29 ${atEnd + healthy}+${healthy}x199`;
}

/** A target's series: `of("up", "prometheus")` is `up{job="prometheus", instance="prometheus-1"}`. */
export function of(metric: string, job: string, more = "", instance = `${job}-1`): string {
  return `${metric}{job="${job}", instance="${instance}"${more === "" ? "" : `, ${more}`}}`;
}

/** `instance="prometheus-1"`, as an expectation. */
export function at(instance: string, more = ""): string {
  return `instance="${instance}"${more === "" ? "" : `, ${more}`}`;
}

/** A component whose only instance goes, and comes back: `name` is told under its job. */
export function outage(name: string, job: string): AlertCase {
  return { alert: name, series: { [of("up", job)]: gauge(1, 0) }, fires: [`job="${job}"`] };
}

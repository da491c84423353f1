import type { Component, System } from "../model.ts";
import { replicasOf } from "./load.ts";

/** How hard a system is queried; nothing in its definition tells. */
export interface QueryLoad {
  /** @default 20: ten people with a dashboard of ten panels open, refreshed every 5 s */
  readonly queriesPerSecond: number;
}

export const assumedQueryLoad: QueryLoad = { queriesPerSecond: 20 };

/** Replicas (of Prometheus: shards, a pair each) that the load asks for. */
export interface Scale {
  readonly component: Component;
  readonly deployed: number;
  readonly wanted: number;
  readonly most: number;
  readonly why: string;
}

/** Above this a replica of Prometheus is divided. */
export const seriesPerShard = 500_000;

/** Above this a query gets a companion. */
export const queriesPerReplica = 100;

/**
 * Store is missing on purpose: what asks for more shards there is the latency of historical queries (10 s), which is
 * measured and not planned.
 */
export function scales(system: System, series: number, load: QueryLoad): Scale[] {
  const query = replicasOf(system, "thanos-query");
  return [
    {
      component: "prometheus",
      deployed: 1,
      wanted: Math.max(1, Math.ceil(series / seriesPerShard)),
      most: most(system, "prometheus", 4),
      why: "shards, one for 500 000 series",
    },
    {
      component: "thanos-query",
      deployed: query,
      wanted: Math.max(query, Math.ceil(load.queriesPerSecond / queriesPerReplica)),
      most: most(system, "thanos-query", 4),
      why: "one for 100 queries a second",
    },
    {
      component: "alertmanager",
      deployed: replicasOf(system, "alertmanager"),
      wanted: replicasOf(system, "alertmanager"),
      most: most(system, "alertmanager", 3),
      why: "gossip gains nothing from more than three",
    },
  ];
}

function most(system: System, component: Component, otherwise: number): number {
  return system.components.find((sizing) => sizing.component === component)?.maxReplicas ?? otherwise;
}

/** A system of sidecars as a stack turns it into one of receivers. */
import { extendSystem } from "../monitoring/extend.ts";
import type { System } from "../monitoring/model.ts";

export function withReceivers(system: System): System {
  return extendSystem(system, {
    externalLabels: {},
    retention: { local: {} },
    longTerm: "receive",
    sizing: {},
    jobs: [],
    targets: {},
    recording: [],
    alerts: [],
    receivers: [],
    routes: [],
    inhibitions: [],
  });
}

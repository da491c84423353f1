import type { System, SystemParameters } from "../monitoring/model.ts";
import { greenlang } from "./greenlang.ts";
import { oversight } from "./oversight.ts";
import { trade } from "./trade.ts";

export type SystemName = "trade" | "oversight" | "greenlang";

/** Every monitored system by its name in the stack's configuration (`vigil:system`). */
export const systems: Readonly<Record<SystemName, (parameters: SystemParameters) => System>> = {
  trade,
  oversight,
  greenlang,
};

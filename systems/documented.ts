import type { System } from "../monitoring/model.ts";
import { systems } from "./index.ts";

/** Every system as the documentation shows it: in production, wherever that is. */
export function documentedSystems(): System[] {
  return Object.values(systems).map((build) =>
    build({ environment: "production", region: "REGION", layout: "cluster" }),
  );
}

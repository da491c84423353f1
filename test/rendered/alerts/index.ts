import { alertmanagerCases } from "./alertmanager.ts";
import { availabilityCases } from "./availability.ts";
import type { AlertCase, Place } from "./cases.ts";
import { edgeCases } from "./edge.ts";
import { hostCases, windowsCases } from "./hosts.ts";
import { kubernetesCases } from "./kubernetes.ts";
import { prometheusCases } from "./prometheus.ts";
import { receiveCases, thanosCases } from "./thanos.ts";

/** Every case of every alert about a stack itself, under the names that a place has. */
export function casesFor(place: Place): AlertCase[] {
  return [
    availabilityCases,
    prometheusCases,
    thanosCases,
    receiveCases,
    alertmanagerCases,
    edgeCases,
    hostCases,
    windowsCases,
    kubernetesCases,
  ].flatMap((cases) => cases(place));
}

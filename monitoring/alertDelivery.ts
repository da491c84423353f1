import type { Duration, System } from "./model.ts";
import { seconds } from "./units.ts";

/** Whoever evaluates a firing alert sends it to the Alertmanagers again after so long. */
export const alertResendDelay: Duration = "5s";

/**
 * Seconds until an Alertmanager that has just started knows every firing alert: it keeps silences and what was notified,
 * not alerts, and learns those when they are sent again, at the first evaluation after {@link alertResendDelay}.
 */
export function alertsKnownAfter(system: System): number {
  // Error budgets are looked at every minute or two, over hours: nobody waits for them.
  const most = Math.max(10, seconds(system.scrape.evaluation));
  const intervals = system.alerts.map(({ interval }) => seconds(interval)).filter((each) => each <= most);
  return seconds(alertResendDelay) + Math.max(0, ...intervals);
}

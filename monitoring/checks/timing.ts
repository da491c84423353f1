/** Promised times against those that routes and rules add up to. */
import type { Alert, AlertGroup, Duration, Route, System } from "../model.ts";
import { formatDuration } from "../promql/literals.ts";
import { seconds } from "../units.ts";
import type { Finding } from "./finding.ts";
import { accepts, parseMatcher } from "./matchers.ts";

export function checkTiming(system: System): Finding[] {
  return [...checkScrapes(system), ...checkPromises(system)];
}

function checkScrapes({ scrape, jobs }: System): Finding[] {
  const all = [
    { key: "scrape.timeout", interval: scrape.interval, timeout: scrape.timeout },
    ...jobs.map(({ name, interval = scrape.interval, timeout }) => ({
      key: `jobs[${name}].timeout`,
      interval,
      timeout,
    })),
  ];
  const slow = all.flatMap(({ key, interval, timeout }) =>
    timeout !== undefined && seconds(timeout) > seconds(interval)
      ? [
          {
            key,
            message: `${timeout} is longer than the scrape interval of ${interval}`,
            mend: `set it to ${interval} or less`,
          },
        ]
      : [],
  );
  const never = jobs
    .filter(({ interval }) => interval !== undefined && seconds(interval) === 0)
    .map(({ name }) => ({ key: `jobs[${name}].interval`, message: "got 0", mend: "use 1s or more" }));
  return [...slow, ...never];
}

function checkPromises(system: System): Finding[] {
  return system.alerts.flatMap((group) =>
    group.alerts.flatMap((alert) => checkPromise(system, group, alert)),
  );
}

/**
 * The time from a fault to the page is at most a scrape, an evaluation, the alert's `for`, the route's `group_wait`, and
 * where the first Alertmanager is dead, the peer time-out for which the second one waits.
 */
function checkPromise(system: System, group: AlertGroup, alert: Alert): Finding[] {
  const { pageWithin } = alert;
  if (pageWithin === undefined) return [];
  const { root, peerTimeout } = system.notifications;
  return groupWaits(root, labelsOf(system, alert), "30s").flatMap((groupWait) => {
    const steps: [Duration, string][] = [
      [fastestInterval(system), "scrape"],
      [group.interval, "evaluation"],
      [alert.for, "for"],
      [groupWait, "group_wait"],
      [peerTimeout, "peer time-out"],
    ];
    const sum = steps.reduce((total, [step]) => total + seconds(step), 0);
    if (sum <= seconds(pageWithin)) return [];
    return [
      {
        key: `alerts[${group.name}].${alert.name}.pageWithin`,
        message: `promises a page within ${pageWithin}, ${steps.map(([step, what]) => `${step} ${what}`).join(" + ")} make ${formatDuration(sum)}`,
        mend: `promise ${formatDuration(sum)}, or shorten one of them`,
      },
    ];
  });
}

/** The least that a scrape can take: which job an alert waits for is not always to be known. */
function fastestInterval({ scrape, jobs }: System): Duration {
  const all = [scrape.interval, ...jobs.flatMap(({ interval }) => interval ?? [])];
  return all.reduce((least, interval) => (seconds(interval) < seconds(least) ? interval : least));
}

/** `group_wait` of every route that takes the alert, as Alertmanager walks them. */
function groupWaits(route: Route, labels: Readonly<Record<string, string>>, above: Duration): Duration[] {
  const own = route.groupWait ?? above;
  const waits: Duration[] = [];
  for (const child of route.routes ?? []) {
    if (!takes(child, labels)) continue;
    waits.push(...groupWaits(child, labels, own));
    if (child.continue !== true) break;
  }
  return waits.length > 0 ? waits : [own];
}

/** Labels that only the expression knows are taken to match: the slowest route counts. */
function takes({ matchers }: Route, labels: Readonly<Record<string, string>>): boolean {
  return matchers.every((text) => {
    const matcher = parseMatcher(text);
    if (matcher === undefined) return false;
    const value = labels[matcher.label];
    return value === undefined || accepts(matcher, value);
  });
}

function labelsOf(
  { externalLabels }: System,
  { name, severity, labels }: Alert,
): Readonly<Record<string, string>> {
  return { ...externalLabels, ...labels, alertname: name, severity };
}

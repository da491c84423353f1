/** One scale for the time of a stack's own rules, so that a drill of minutes sees what otherwise takes hours. */
import { deployedOf } from "./alerts/deployed.ts";
import { stackScope } from "./alerts/selfMonitoring.ts";
import type { Alert, Duration, System } from "./model.ts";
import { maskLiterals, numberValue } from "./promql/literals.ts";
import { seconds } from "./units.ts";

/**
 * The system with the alerts about its own stack and its error budgets `times` as quick: `for`, `keep_firing_for`, windows,
 * offsets, evaluation intervals, and the scrapes that are rarer than the others. What the system itself promises keeps its own
 * time, and so does the rest of the scraping: no window gets shorter than four scrapes of the stack. Texts still say the
 * real times.
 */
export function quickened(system: System, times: number): System {
  if (times === 1) return system;
  const shortest = 4 * seconds(deployedOf(system).interval);
  const duration = (text: Duration, least: number): Duration =>
    `${Math.max(least, Math.round(seconds(text) / times))}s`;
  const expression = (text: string): string => quickenedExpression(text, times, shortest);
  const quick = (alert: Alert): Alert => ({
    ...alert,
    expression: expression(alert.expression),
    for: duration(alert.for, 0),
    ...(alert.keepFiringFor && { keepFiringFor: duration(alert.keepFiringFor, 0) }),
  });
  return {
    ...system,
    jobs: system.jobs.map((job) => {
      const slow = job.discovery.kind === "stack" && seconds(job.interval ?? "0s") > shortest / 4;
      return slow && job.interval ? { ...job, interval: duration(job.interval, shortest / 4) } : job;
    }),
    recording: system.recording.map((group) =>
      group.rules.some(({ record }) => record.startsWith("slo:"))
        ? {
            ...group,
            interval: duration(group.interval, 1),
            rules: group.rules.map((rule) => ({ ...rule, expression: expression(rule.expression) })),
          }
        : group,
    ),
    alerts: system.alerts.map((group) => {
      const own = group.alerts.some(
        ({ labels }) => labels?.["scope"] === stackScope || "slo" in (labels ?? {}),
      );
      return own
        ? { ...group, interval: duration(group.interval, 1), alerts: group.alerts.map(quick) }
        : group;
    }),
  };
}

/** Ranges, steps of subqueries and offsets, each divided; a range stays `shortest` seconds long at least. */
function quickenedExpression(expression: string, times: number, shortest: number): string {
  const masked = maskLiterals(expression);
  const places = [...masked.matchAll(/\[[^\]]*\]|\boffset\s+-?\s*\w+/g)].toReversed();
  return places.reduce((text, { index, 0: place }) => {
    const least = place.startsWith("[") ? shortest : 1;
    // The step after the colon of a subquery may be as short as an evaluation.
    const [range = "", step] = place.split(":");
    const divided = [divide(range, times, least), ...(step === undefined ? [] : [divide(step, times, 1)])];
    return text.slice(0, index) + divided.join(":") + text.slice(index + place.length);
  }, expression);
}

function divide(text: string, times: number, least: number): string {
  return text.replace(
    /\d\w*/,
    (literal) => `${String(Math.max(least, Math.round(numberValue(literal) / times)))}s`,
  );
}

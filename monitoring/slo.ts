/**
 * Objectives as rules: how quickly each error budget burns, and who is told when it burns too quickly.
 *
 * Windows and factors are those of Google's SRE workbook, chapter 5 ("multiwindow, multi-burn-rate alerts"); names of
 * series are those that Sloth made common. Every window beyond 5 minutes is computed from the recorded rates, so that
 * three days cost as little as one series can, whatever the system's scrape interval.
 */
import type {
  Alert,
  AlertGroup,
  Duration,
  Indicator,
  Inhibition,
  Objective,
  RecordingGroup,
  RecordingRule,
  SummaryFigure,
  System,
} from "./model.ts";
import { seconds } from "./units.ts";

/** Between the recorded rates; longer than the longest scrape interval would leave holes, shorter gains nothing. */
const interval: Duration = "30s";

/** Two windows must burn: the long one says that it matters, the short one that it still goes on. */
interface Burn {
  readonly long: Duration;
  readonly short: Duration;
  /** Times the rate at which the budget lasts for its whole window. */
  readonly factor: number;
}

const fast: readonly Burn[] = [
  { long: "1h", short: "5m", factor: 14.4 },
  { long: "6h", short: "30m", factor: 6 },
];

const slow: readonly Burn[] = [
  { long: "1d", short: "2h", factor: 3 },
  { long: "3d", short: "6h", factor: 1 },
];

/** The system with the rules, alerts and inhibition of its objectives. */
export function withObjectives(system: System): System {
  const { objectives = [], notifications } = system;
  if (objectives.length === 0) return system;
  return {
    ...system,
    recording: [...system.recording, ...sloRecording(system)],
    alerts: [...system.alerts, ...sloAlerts(system)],
    notifications: {
      ...notifications,
      inhibitions: [...notifications.inhibitions, burnsOnlyOnce],
      ...(notifications.weeklySummary && {
        weeklySummary: {
          ...notifications.weeklySummary,
          figures: [
            ...(notifications.weeklySummary.figures ?? []),
            ...objectives.map((objective) => budgetFigure(system, objective)),
          ],
        },
      }),
    },
  };
}

/** A line of the weekly summary. */
function budgetFigure(system: System, objective: Objective): SummaryFigure {
  const { name, target, window = "30d" } = objective;
  return {
    title: `Error budget of ${window} left: ${name} (${String(target)} %)`,
    expression: `100 * (${budgetRemaining(system, objective)})`,
    unit: "percent",
  };
}

/** A budget that burns fast also burns slowly. */
const burnsOnlyOnce: Inhibition = { source: ['burn="fast"'], target: ['burn="slow"'], equal: ["slo"] };

/** Share of events that may be bad. */
export function errorBudget({ target }: Objective): number {
  return Number((1 - target / 100).toFixed(8));
}

/**
 * What wakes somebody is evaluated by Prometheus, which needs nothing else for it. What looks back for days is Thanos Ruler's
 * where there is one: it sees both replicas, and more than Prometheus keeps.
 */
function sloRecording(system: System): RecordingGroup[] {
  const { objectives = [] } = system;
  const ratios = (windows: readonly Duration[]): RecordingRule[] => windows.map(ratioRule);
  const long = ratios(["1d", "3d"]);
  return [
    {
      name: "slo-recording",
      interval,
      rules: [...objectives.flatMap(ratesOf), ...ratios(["5m", "30m", "1h", "2h"])],
    },
    hasRuler(system)
      ? { name: "slo-hours", interval: "1m", rules: ratios(["6h"]) }
      : { name: "slo-hours", interval: "1m", rules: [...ratios(["6h"]), ...long] },
    ...(hasRuler(system)
      ? [
          {
            name: "slo-days",
            interval: "1m",
            evaluator,
            rules: [...long, ...budgetRules(objectives)],
          } as const,
        ]
      : []),
  ];
}

const evaluator = "thanos-ruler";

/** All events and the bad ones, per second over 5 minutes; what is promised; and the ratio, where there are events. */
function ratesOf(objective: Objective): RecordingRule[] {
  const { name, indicator, target } = objective;
  const labels = { slo: name };
  const { errors, events } = rates(indicator);
  return [
    {
      record: "slo:objective:ratio",
      expression: `vector(${String(Number((target / 100).toFixed(8)))})`,
      labels,
      about: "Share of events that shall be good.",
    },
    {
      record: "slo:events:rate5m",
      expression: events,
      labels,
      about: "Events per second that the objective counts, mean over 5 minutes.",
    },
    {
      record: "slo:errors:rate5m",
      expression: errors,
      labels,
      about: "Bad events per second, mean over 5 minutes.",
    },
  ];
}

/** Prometheus 3 writes a whole bound as `250.0`, earlier versions and some clients as `250`. */
function bound(within: number): string {
  const text = String(within);
  return Number.isInteger(within) ? `le=~"${text}|${text}\\\\.0"` : `le="${text}"`;
}

function rates(indicator: Indicator): { readonly errors: string; readonly events: string } {
  switch (indicator.kind) {
    case "counters": {
      const events = `sum(rate(${indicator.events}[5m]))`;
      return { errors: orNone(`sum(rate(${indicator.errors}[5m]))`, events), events };
    }
    case "ratio": {
      const { errors, events } = indicator;
      return { errors: orNone(errors, events), events };
    }
    case "latency": {
      const { histogram, matchers, within } = indicator;
      const all = matchers === undefined ? "" : `{${matchers}}`;
      const quick = [matchers, bound(within)].filter((part) => part !== undefined).join(", ");
      const events = `sum(rate(${histogram}_count${all}[5m]))`;
      return {
        // Two sums of the same samples: their difference is never less than nothing but for the last bits. Where the bucket
        // is missing nothing can be told, and nothing is.
        errors: `clamp_min(${events} - sum(rate(${histogram}_bucket{${quick}}[5m])), 0)`,
        events,
      };
    }
  }
}

/** A counter of errors that nobody has met yet is absent, which is none. */
function orNone(errors: string, events: string): string {
  return `${errors}\nor 0 * ${events}`;
}

/** One rule for all objectives, whose label `slo` stays. */
function ratioRule(window: Duration): RecordingRule {
  return {
    record: `slo:sli_error:ratio_rate${window}`,
    expression: window === "5m" ? "slo:errors:rate5m / (slo:events:rate5m > 0)" : errorRatio(window),
    about: `Share of bad events over ${window}; time from before the first sample counts as good.`,
  };
}

/**
 * Errors of the window by the events of a whole window. What is missing, on a stack that is younger than the window, is
 * taken for as many good events as usual: else one bad minute of the first hour would look like one of every hour.
 */
function errorRatio(window: Duration, matcher = ""): string {
  const samples = String(seconds(window) / seconds(interval));
  const over = `${matcher}[${window}]`;
  return `sum_over_time(slo:errors:rate5m${over}) / (${samples} * avg_over_time(slo:events:rate5m${over}) > 0)`;
}

function budgetRules(objectives: readonly Objective[]): RecordingRule[] {
  return objectives.map((objective) => ({
    record: "slo:error_budget_remaining:ratio",
    expression: budgetOf(objective),
    labels: { slo: objective.name },
    about: "Share of the error budget that is left of the objective's window; below 0 it is overdrawn.",
  }));
}

function budgetOf(objective: Objective): string {
  const { name, window = "30d" } = objective;
  return `1 - max(${errorRatio(window, `{slo="${name}"}`)}) / ${String(errorBudget(objective))}`;
}

/** What is left of an objective's budget, as one number without labels: recorded where a Ruler does so, else computed when asked. */
export function budgetRemaining(system: System, objective: Objective): string {
  return hasRuler(system)
    ? `max(slo:error_budget_remaining:ratio{slo="${objective.name}"})`
    : budgetOf(objective);
}

function sloAlerts(system: System): AlertGroup[] {
  const { objectives = [] } = system;
  return [
    { name: "slo-fast", interval, alerts: objectives.map(burnsFast) },
    {
      name: "slo-slow",
      interval: "1m",
      ...(hasRuler(system) && { evaluator }),
      alerts: objectives.map(burnsSlowly),
    },
  ];
}

function burnsFast(objective: Objective): Alert {
  const { name, labels, window = "30d" } = objective;
  return {
    name: `${alertPrefix(name)}ErrorBudgetBurnsFast`,
    expression: burning(objective, fast),
    for: "1m",
    keepFiringFor: "5m",
    severity: "critical",
    labels: { ...labels, burn: "fast" },
    summary: `The error budget of ${name} will be gone within days`,
    description: `{{ $value | humanizePercentage }} of what ${name} counts was bad over the last hour or six; ${percent(errorBudget(objective))} are allowed over ${window}. The budget of ${window} is gone in ${days(objective, 14.4)} to ${days(objective, 6)} at this rate.`,
    runbook: runbookOf(objective, fast),
    dashboard: "slo",
  };
}

function burnsSlowly(objective: Objective): Alert {
  const { name, labels, window = "30d" } = objective;
  return {
    name: `${alertPrefix(name)}ErrorBudgetBurnsSlowly`,
    expression: burning(objective, slow),
    for: "15m",
    keepFiringFor: "1h",
    severity: "warning",
    labels: { ...labels, burn: "slow" },
    summary: `The error budget of ${name} will not last`,
    description: `{{ $value | humanizePercentage }} of what ${name} counts was bad over the last one or three days; ${percent(errorBudget(objective))} are allowed over ${window}.`,
    runbook: runbookOf(objective, slow),
    dashboard: "slo",
  };
}

/** `SignalLatency` of `signal-latency`. */
export function alertPrefix(name: string): string {
  return name.replaceAll(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase());
}

function burning(objective: Objective, burns: readonly Burn[]): string {
  const { name } = objective;
  const above = (window: Duration, factor: number): string =>
    `slo:sli_error:ratio_rate${window}{slo="${name}"} > ${String(factor)} * ${String(errorBudget(objective))}`;
  return (
    burns
      // What a Ruler records has more labels than what Prometheus does.
      .map(({ long, short, factor }) => `(${above(long, factor)} and on (slo) ${above(short, factor)})`)
      .join("\nor ")
  );
}

function runbookOf(objective: Objective, burns: readonly Burn[]): Alert["runbook"] {
  const { name, about, target, window = "30d", runbook } = objective;
  const windows = burns.map(
    ({ long, short, factor }) =>
      `more than ${String(factor)} times the allowed rate over ${long} and ${short}`,
  );
  return {
    meaning: `Objective ${name}: ${about} ${String(target)} % over ${window} are promised. Errors came at ${windows.join(", or at ")}.`,
    impact: runbook.impact,
    firstLook: [
      {
        promql: `slo:sli_error:ratio_rate5m{slo="${name}"} / ${String(errorBudget(objective))}`,
        shows: "the burn rate now; 1 is what the budget bears",
      },
      ...runbook.firstLook,
    ],
    mend: runbook.mend,
  };
}

function percent(share: number): string {
  return `${String(Number((share * 100).toFixed(6)))} %`;
}

/** `"2 days"`: how long a full budget lasts at so many times its rate. */
function days({ window = "30d" }: Objective, factor: number): string {
  return `${String(Math.round(seconds(window) / factor / 86_400))} days`;
}

function hasRuler({ components }: System): boolean {
  return components.some(({ component, replicas }) => component === "thanos-ruler" && replicas > 0);
}

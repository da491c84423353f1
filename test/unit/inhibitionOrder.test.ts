/**
 * One cause, one page, in time: what follows from another alert is told neither before it nor after it has ended. An
 * Alertmanager hides what it gets while the cause fires, and nothing before or after.
 */
import assert from "node:assert/strict";
import { selfMonitoring } from "../../monitoring/alerts/selfMonitoring.ts";
import { stackInhibitions } from "../../monitoring/alerts/inhibitions.ts";
import type { Alert, System } from "../../monitoring/model.ts";
import { longestLookback } from "../../monitoring/promql.ts";
import { seconds } from "../../monitoring/units.ts";
import { systems } from "../../systems/index.ts";
import { withReceivers } from "../systemWithReceivers.ts";

const parameters = { environment: "production", region: "eastus", layout: "cluster" } as const;
const trade = systems.trade(parameters);
const places: readonly (readonly [title: string, system: System])[] = [
  ["trade", trade],
  ["trade with receivers", withReceivers(trade)],
  ["oversight", systems.oversight(parameters)],
  ["greenlang", systems.greenlang(parameters)],
];

/** Alerts that are over with the first sample after their fault, whatever their windows still hold. */
const overAtOnce: Readonly<Record<string, string>> = {
  HostDiskPredictedFull: "space that is freed turns the slope",
  WindowsDiskPredictedFull: "space that is freed turns the slope",
  KubePersistentVolumePredictedFull: "space that is freed turns the slope",
  ThanosCompactNotRun: "one run makes the increase more than nothing",
  ThanosCompactBacklog: "one sample below makes the minimum less",
  TargetDown: "its windows hide it, behind an exporter that was down",
};

/** Pairs in which the consequence need not wait, and need not end. */
const apart: readonly { readonly cause: RegExp; readonly follows: string; readonly why: string }[] = [
  {
    cause: /./,
    follows: "TargetFlapping",
    why: "one outage is no flapping; what flaps is told when it is no longer down",
  },
];

/** Pairs in which the consequence need not wait. */
const before: readonly { readonly cause: RegExp; readonly follows: string; readonly why: string }[] = [
  {
    cause: /^CertificateNotReady$/,
    follows: "CertificateExpiresSoon",
    why: "it is told weeks before the certificate ends",
  },
];

for (const [title, system] of places)
  describe(`Of every alert and what follows from it in ${title}`, () => {
    const pairs = pairsOf(system);

    it("the cause is told first", () => {
      assert.deepEqual(
        pairs
          .filter((pair) => seconds(pair.cause.for) > seconds(pair.follows.for))
          .filter(noneOf([...apart, ...before]))
          .map(said),
        [],
      );
    });

    it("the consequence ends first", () => {
      assert.deepEqual(
        pairs
          .filter((pair) => lasts(pair.cause) < lasts(pair.follows))
          .filter(noneOf(apart))
          .map(said),
        [],
      );
    });
  });

interface Pair {
  readonly cause: Alert;
  readonly follows: Alert;
}

function pairsOf(system: System): Pair[] {
  const alerts = selfMonitoring(system).flatMap((group) => group.alerts);
  const pairs = stackInhibitions(system).flatMap(({ source, target }) =>
    alerts
      .filter((cause) => source.every((matcher) => may(cause, matcher)))
      .flatMap((cause) =>
        alerts
          .filter((follows) => follows !== cause && target.every((matcher) => may(follows, matcher)))
          .map((follows) => ({ cause, follows })),
      ),
  );
  assert.ok(pairs.length > 50, "hardly any inhibition");
  return [...new Map(pairs.map((pair) => [said(pair), pair])).values()];
}

/** Whether an alert can have what a matcher asks for: labels that come from its series are not known. */
function may({ name, severity, labels }: Alert, matcher: string): boolean {
  const [, label = "", operator = "", pattern = ""] = /^(\w+)(=~?)"(.*)"$/.exec(matcher) ?? [];
  const value = { alertname: name, severity, ...labels }[label];
  if (value === undefined) return true;
  return operator === "=" ? value === pattern : new RegExp(`^(?:${pattern})$`).test(value);
}

/** Seconds for which it goes on firing after its fault: what its windows still hold, and what it is kept for. */
function lasts({ name, expression, keepFiringFor = "0s" }: Alert): number {
  return (name in overAtOnce ? 0 : longestLookback(expression)) + seconds(keepFiringFor);
}

function noneOf(exceptions: typeof apart): (pair: Pair) => boolean {
  return ({ cause, follows }) =>
    !exceptions.some((one) => one.cause.test(cause.name) && one.follows === follows.name);
}

function said({ cause, follows }: Pair): string {
  const of = (alert: Alert) =>
    `${alert.name} (${alert.severity}, after ${alert.for}, lasts ${String(lasts(alert))}s)`;
  return `${of(cause)} -> ${of(follows)}`;
}

/** Who is told of which alert: receivers, routes, inhibitions. */
import type { Route, System } from "../model.ts";
import { secretsOfReceiver } from "../extend.ts";
import { suggestion } from "../nearest.ts";
import { seconds } from "../units.ts";
import { labelsMentioned } from "./expressions.ts";
import type { Finding } from "./finding.ts";
import { accepts, contradictory, implies, parseMatcher, type Matcher } from "./matchers.ts";

const severities = ["info", "warning", "critical"];

export function checkNotifications(system: System): Finding[] {
  const { root, receivers } = system.notifications;
  const used = new Set(routesUnder(root).map(({ receiver }) => receiver));
  const unused = receivers.filter(({ name }) => !used.has(name));
  return [
    ...(root.matchers.length > 0
      ? [
          {
            key: "routes",
            message: "the root route has matchers, it must take what nobody else takes",
            mend: "remove them",
          },
        ]
      : []),
    ...checkRoute(system, root, "routes", [], undefined),
    ...unused.map(({ name }) => ({
      key: `receivers[${name}]`,
      message: "no route leads to it",
      mend: `add a route with receiver "${name}", or remove the receiver`,
    })),
    ...receivers.flatMap((receiver) => undeclaredSecrets(system, receiver.name, secretsOfReceiver(receiver))),
    ...checkInhibitions(system),
  ];
}

/** A route's timings and receiver come from its parents where it has none; `above` are the matchers of these parents. */
function checkRoute(
  system: System,
  route: Route,
  key: string,
  above: readonly Matcher[],
  repeatAbove: Route["repeatInterval"],
): Finding[] {
  const receivers = system.notifications.receivers.map(({ name }) => name);
  const { matchers, findings } = readMatchers(system, route.matchers, `${key}.matchers`);
  const all = [...above, ...matchers];
  if (!receivers.includes(route.receiver))
    findings.push({
      key: `${key}.receiver`,
      message: `there is no receiver "${route.receiver}", ${suggestion(route.receiver, receivers)}`,
      mend: "name one that is there, or add it to vigil:receivers",
    });
  if (contradictory(all))
    findings.push({
      key: `${key}.matchers`,
      message: "unreachable, no alert satisfies all matchers of it and its parents",
      mend: "remove the route or the matcher that contradicts",
    });
  const repeat = route.repeatInterval ?? repeatAbove ?? "4h";
  return [
    ...findings,
    ...checkRepeat(system, route, key, repeat),
    ...checkChildren(system, route.routes ?? [], key, all, repeat),
  ];
}

function checkChildren(
  system: System,
  routes: readonly Route[],
  key: string,
  above: readonly Matcher[],
  repeat: NonNullable<Route["repeatInterval"]>,
): Finding[] {
  return routes.flatMap((route, index) => {
    const own = `${key}[${String(index)}]`;
    const all = [...above, ...plainMatchers(route)];
    const before = routes
      .slice(0, index)
      .findIndex((sibling) => sibling.continue !== true && takesAll(sibling, all));
    const taken = {
      key: own,
      message: `unreachable, ${key}[${String(before)}] comes first and takes everything that ${route.matchers.join(", ")} matches`,
      mend: "put it first, or let the earlier route `continue`",
    };
    return [...(before < 0 ? [] : [taken]), ...checkRoute(system, route, own, above, repeat)];
  });
}

function checkRepeat(
  { notifications }: System,
  route: Route,
  key: string,
  repeat: NonNullable<Route["repeatInterval"]>,
): Finding[] {
  if (route.repeatInterval === undefined && key !== "routes") return [];
  if (seconds(repeat) < seconds(notifications.dataRetention)) return [];
  return [
    {
      key: `${key}.repeatInterval`,
      message: `${repeat} is not below the ${notifications.dataRetention} for which Alertmanager remembers what it sent`,
      mend: "repeat sooner, or raise notifications.dataRetention",
    },
  ];
}

function checkInhibitions(system: System): Finding[] {
  const certain = labelsOf(system);
  // To read every expression costs more than all other checks, and is needed for a label that nothing else names.
  let mentioned: ReadonlySet<string> | undefined;
  const isKnown = (label: string): boolean =>
    certain.has(label) || (mentioned ??= labelsOfExpressions(system)).has(label);
  return system.notifications.inhibitions.flatMap(({ source, target, equal }, index) => {
    const key = `inhibitions[${String(index)}]`;
    const sides = [
      readMatchers(system, source, `${key}.source`),
      readMatchers(system, target, `${key}.target`),
    ];
    const unknown = [
      ...equal.map((label) => [label, `${key}.equal`] as const),
      ...sides.flatMap(({ matchers }, side) =>
        matchers.map(({ label }) => [label, `${key}.${side === 0 ? "source" : "target"}`] as const),
      ),
    ].filter(([label]) => !isKnown(label));
    return [
      ...sides.flatMap(({ findings }) => findings),
      // Absent on both sides counts as equal: a misspelt label silences everything.
      ...unknown.map(([label, where]) => ({
        key: where,
        message: `no alert, target or expression has the label ${label}, ${suggestion(label, [...certain, ...(mentioned ?? [])])}`,
        mend: "use a label that both alerts carry",
      })),
    ];
  });
}

function labelsOfExpressions({ alerts }: System): ReadonlySet<string> {
  return new Set(
    alerts.flatMap((group) => group.alerts.flatMap(({ expression }) => labelsMentioned(expression))),
  );
}

/** Every label that an alert carries for certain, as far as the system's data tells without its expressions. */
function labelsOf(system: System): Set<string> {
  const alerts = system.alerts.flatMap((group) => group.alerts);
  const targets = system.jobs.flatMap(({ discovery }) =>
    discovery.kind === "static" ? discovery.targets : [],
  );
  const texts = alerts.flatMap(({ summary, description }) => [summary, description]);
  return new Set([
    ...["alertname", "severity", "job", "instance", "namespace", "pod", "service"],
    ...Object.keys(system.externalLabels),
    ...targets.flatMap(({ labels }) => Object.keys(labels)),
    ...system.jobs.flatMap(({ relabel = [] }) => relabel.flatMap(({ targetLabel }) => targetLabel ?? [])),
    ...alerts.flatMap(({ labels = {} }) => Object.keys(labels)),
    ...system.recording.flatMap(({ rules }) => rules.flatMap(({ labels = {} }) => Object.keys(labels))),
    ...texts.flatMap((text) => [...text.matchAll(/\$labels\.(\w+)/g)].flatMap(([, label]) => label ?? [])),
  ]);
}

/** Matchers that can be read and may match; a severity or alert that is not there is a finding. */
function readMatchers(
  system: System,
  texts: readonly string[],
  key: string,
): { matchers: Matcher[]; findings: Finding[] } {
  const alertNames = system.alerts.flatMap(({ alerts }) => alerts.map(({ name }) => name));
  const values: Readonly<Record<string, readonly string[]>> = { severity: severities, alertname: alertNames };
  const matchers: Matcher[] = [];
  const findings: Finding[] = [];
  for (const text of texts) {
    const matcher = parseMatcher(text);
    if (matcher === undefined) {
      findings.push({
        key,
        message: `got ${text}, expected name="value" with =, !=, =~ or !~`,
        mend: "correct the matcher",
      });
      continue;
    }
    matchers.push(matcher);
    const possible = values[matcher.label];
    if (possible?.some((value) => accepts(matcher, value)) === false)
      findings.push({
        key,
        message: `unreachable, no ${matcher.label} satisfies ${text}, ${suggestion(matcher.value, possible)}`,
        mend: "match one that is there",
      });
  }
  return { matchers, findings };
}

/** A route with a matcher that cannot be read is reported for that, and taken to match little. */
function takesAll(route: Route, of: readonly Matcher[]): boolean {
  const matchers = plainMatchers(route);
  return matchers.length === route.matchers.length && implies(of, matchers);
}

function plainMatchers({ matchers }: Route): Matcher[] {
  return matchers.flatMap((text) => parseMatcher(text) ?? []);
}

function routesUnder(route: Route): Route[] {
  return [route, ...(route.routes ?? []).flatMap(routesUnder)];
}

function undeclaredSecrets({ secrets }: System, receiver: string, needed: readonly string[]): Finding[] {
  return needed
    .filter((name) => !secrets.some((secret) => secret.name === name))
    .map((name) => ({
      key: `receivers[${receiver}]`,
      message: `refers to the secret ${name}, which the system does not declare, ${suggestion(
        name,
        secrets.map((secret) => secret.name),
      )}`,
      mend: "declare it in the system's secrets",
    }));
}

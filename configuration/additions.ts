/** The forms in which a stack adds jobs, rules, receivers and routes to its system. */
import { z } from "zod";
import { homeDashboard } from "../monitoring/dashboards/uids.ts";
import {
  address,
  cpus,
  duration,
  exactly,
  flag,
  integer,
  labelValue,
  listOf,
  mapOf,
  oneOf,
  size,
  text,
} from "./values.ts";

const labels = mapOf(labelValue);
const target = exactly({ address, labels: labels.default({}) });
const texts = listOf(text).min(1, { error: "a list with at least one text" });

export const targets = mapOf(listOf(target));

export const jobs = listOf(
  exactly({
    name: text,
    about: text.exactOptional(),
    interval: duration.exactOptional(),
    timeout: duration.exactOptional(),
    path: text.regex(/^\//, { error: 'a path that begins with "/"' }).exactOptional(),
    scheme: oneOf("http", "https").exactOptional(),
    /** Put on every target as its `service` label. */
    service: text.exactOptional(),
    targets: listOf(target).min(1, { error: "a list with at least one target" }),
    /** Series of one target, for the capacity plan. */
    series: integer(1, 10_000_000),
    credentials: exactly({ username: text, passwordSecret: text }).exactOptional(),
  }),
);

const runbook = exactly({ meaning: text, impact: text, firstLook: texts, mend: texts });

export const alerts = listOf(
  exactly({
    name: text.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, {
      error: "a name of letters, digits and _, such as QueueFull",
    }),
    /** An existing group, or a new one that is evaluated as often as the system. */
    group: text.default("added"),
    evaluator: oneOf("prometheus", "thanos-ruler").exactOptional(),
    expression: text,
    for: duration,
    keepFiringFor: duration.exactOptional(),
    severity: oneOf("info", "warning", "critical"),
    labels: labels.exactOptional(),
    summary: text,
    description: text,
    runbook,
    dashboard: text.default(homeDashboard),
    pageWithin: duration.exactOptional(),
  }),
);

export const recording = listOf(
  exactly({
    record: text,
    group: text.default("added"),
    expression: text,
    labels: labels.exactOptional(),
    about: text,
  }),
);

const name = text;

export const receivers = listOf(
  z.discriminatedUnion(
    "kind",
    [
      exactly({ kind: z.literal("webhook"), name, urlSecret: text }),
      exactly({ kind: z.literal("slack"), name, urlSecret: text, channel: text }),
      exactly({ kind: z.literal("pagerduty"), name, keySecret: text }),
      exactly({
        kind: z.literal("email"),
        name,
        to: texts,
        from: text,
        smarthost: address,
        username: text,
        passwordSecret: text,
      }),
      exactly({ kind: z.literal("none"), name }),
    ],
    { error: "a receiver whose kind is one of webhook, slack, pagerduty, email, none" },
  ),
);

const matchers = listOf(text).min(1, {
  error: "a list with at least one matcher, such as 'severity=\"critical\"'",
});

const routeShape = {
  receiver: text,
  matchers,
  groupBy: listOf(text).exactOptional(),
  groupWait: duration.exactOptional(),
  groupInterval: duration.exactOptional(),
  repeatInterval: duration.exactOptional(),
  continue: flag.exactOptional(),
};

// Alertmanager nests without end; two levels under the root have sufficed everywhere and keep the type plain.
export const routes = listOf(exactly({ ...routeShape, routes: listOf(exactly(routeShape)).exactOptional() }));

export const inhibitions = listOf(
  exactly({ source: matchers, target: matchers, equal: listOf(text).default([]) }),
);

const resources = exactly({ cpu: cpus, memory: size });

const componentSizing = exactly({
  replicas: integer(1, 50).exactOptional(),
  maxReplicas: integer(1, 50).exactOptional(),
  requests: resources.exactOptional(),
  limits: resources.exactOptional(),
  volume: size.exactOptional(),
});

/** Keys are those of {@link Component} in monitoring/model.ts; a component that the system lacks is found by the checks. */
export const sizing = mapOf(componentSizing);

export const retention = exactly({
  time: duration.exactOptional(),
  size: size.exactOptional(),
  volume: size.exactOptional(),
  objects: exactly({
    raw: duration.exactOptional(),
    fiveMinutes: duration.exactOptional(),
    oneHour: duration.exactOptional(),
  }).exactOptional(),
});

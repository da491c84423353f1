/** A small layout around an edge, for tests of what HAProxy does. */
import { edgeNames, type Instance, type Layout } from "../../monitoring/hosts.ts";
import type { Component, System } from "../../monitoring/model.ts";

/** The renderer takes only names from the system. */
export const edgeSystem = {
  name: "trade",
  title: "Trade Distribution System",
  scrape: { interval: "1s", timeout: "1s", evaluation: "1s" },
  alerts: [],
  externalLabels: { env: "dev" },
} as unknown as System;

/** Two of each of these, one of the others. */
const pairs: readonly Component[] = ["prometheus", "thanos-query", "alertmanager", "thanos-ruler"];

const components: readonly Component[] = [
  ...pairs,
  "thanos-query-frontend",
  "pushgateway",
  "grafana",
  "thanos-store",
  "haproxy",
];

/** A layout in which `port()` gives each listener its port. */
export function edgeLayout(port: () => number): Layout {
  const instances = components.flatMap((component) =>
    (pairs.includes(component) ? [1, 2] : [1]).map((member): Instance => ({
      name: `${component}-${String(member)}`,
      component,
      member,
      address: "127.0.0.1",
      ports: { http: port() },
      machine: "here",
    })),
  );
  return {
    directories: { root: "/srv/vigil", separator: "/" },
    instances,
    edge: Object.fromEntries(edgeNames.map((name) => [name, port()])),
    edgeAddress: "127.0.0.1",
    edgeHost: "localhost",
    users: { human: "admin", scrape: "scrape", reload: "reload" },
  };
}

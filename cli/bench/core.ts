/** What the program computes before it registers its first resource: rendering and checks, once the modules are loaded. */
import { checkSystem } from "../../monitoring/check.ts";
import { checkExpressions } from "../../monitoring/checks/expressions.ts";
import { planCapacity } from "../../monitoring/capacity.ts";
import type { Layout } from "../../monitoring/hosts.ts";
import { localLayout } from "../../monitoring/localLayout.ts";
import type { Component, System } from "../../monitoring/model.ts";
import { onThisMachine } from "../../monitoring/onThisMachine.ts";
import { planServices } from "../../monitoring/plan.ts";
import { systems } from "../../systems/index.ts";
import { processorMedian } from "./timing.ts";

export interface CoreTimes {
  /** All files and arguments of a system, by its name: `tradeMilliseconds`. */
  readonly render: Readonly<Record<`${string}Milliseconds`, number>>;
  /** All checks of each system, and of all systems together the expressions and the capacity. */
  readonly check: Readonly<Record<`${string}Milliseconds`, number>>;
}

/** Median processor milliseconds of `times` runs each. */
export function measureCore(times: number): CoreTimes {
  const built = Object.entries(systems).map(([name, build]) => ({
    name,
    system: build({ environment: "production", region: "eastus", layout: "cluster" }),
  }));
  const render: Record<`${string}Milliseconds`, number> = {};
  const check: Record<`${string}Milliseconds`, number> = {};
  for (const { name, system } of built) {
    render[`${name}Milliseconds`] = processorMedian(times, () => renderAll(system));
    check[`${name}Milliseconds`] = processorMedian(times, () => checkSystem(system));
  }
  const everySystem = (work: (system: System) => unknown): (() => void) => {
    return () => {
      for (const { system } of built) work(system);
    };
  };
  check["expressionsMilliseconds"] = processorMedian(times, everySystem(checkExpressions));
  check["capacityMilliseconds"] = processorMedian(times, everySystem(planCapacity));
  return { render, check };
}

/**
 * The system's service plan: what a host platform deploys. Jobs that only another platform can find the targets of are
 * left out, which is one of oversight's.
 */
export function renderAll(whole: System): object {
  const jobs = whole.jobs.filter(({ discovery }) => discovery.kind !== "azure");
  const system = { ...whole, jobs };
  const demo = system.name === "trade";
  const here = onThisMachine(system, { demo, given: system.secrets.map(({ name }) => name) });
  const layout = localLayout(here, {
    root: "/srv/vigil",
    address: "127.0.0.1",
    portBase: 21_000,
    demo,
    grafana: false,
    human: "operator",
  });
  return planServices(here, completed(here, layout), demo ? { demoProgram: "/opt/vigil/demo/main.ts" } : {});
}

/** With what Kubernetes brings to a system that is meant for it: exporters of its cloud's databases, and an edge. */
function completed({ jobs }: System, layout: Layout): Layout {
  const present = new Set(layout.instances.map(({ component }) => component));
  const asked = jobs.flatMap(({ through }) => (through === undefined ? [] : [through.component]));
  const missing = [...new Set<Component>([...asked, "haproxy"]).difference(present)];
  const added = missing.map((component, index) => ({
    name: component,
    component,
    member: 1,
    address: "127.0.0.1",
    ports: { http: 21_190 + 2 * index, "internal-query": 21_191 + 2 * index },
    machine: "elsewhere",
  }));
  return { ...layout, instances: [...layout.instances, ...added] };
}

import assert from "node:assert/strict";
import { localLayout } from "../../monitoring/localLayout.ts";
import type { Component, System } from "../../monitoring/model.ts";
import { onThisMachine } from "../../monitoring/onThisMachine.ts";
import { planServices } from "../../monitoring/plan.ts";
import { systems } from "../../systems/index.ts";

const trade = systems.trade({ environment: "dev", region: "local", layout: "cluster" });

function programsOf(system: System, demo: boolean): string[] {
  const options = {
    root: "/stack",
    address: "127.0.0.1",
    portBase: 21_000,
    grafana: false,
    human: "operator",
  };
  const plan = planServices(system, localLayout(system, { ...options, demo }), { demoProgram: "/demo.ts" });
  return [...new Set(plan.services.map(({ executable }) => executable))].sort();
}

describe("a system on one machine", () => {
  it("needs no Redis where the demo does not run", () => {
    const system = onThisMachine(trade, { demo: false, given: [] });
    assert.equal(programsOf(system, false).includes("redis-server"), false);
  });

  it("leaves out what is watched through an exporter that cannot be had", () => {
    const system = onThisMachine(trade, { demo: true, given: [], without: ["redis-exporter"] });
    assert.equal(programsOf(system, true).includes("redis_exporter"), false);
    assert.equal(
      system.jobs.some(({ name }) => name === "redis"),
      false,
    );
  });

  it("has no alert on the absence of what is left out, which would never end", () => {
    const names = (without: Component[]): string[] =>
      onThisMachine(trade, { demo: true, given: [], without }).alerts.flatMap(({ alerts }) =>
        alerts.map(({ name }) => name),
      );
    assert.ok(names([]).includes("RedisDown"));
    assert.equal(names(["redis-exporter"]).includes("RedisDown"), false);
    assert.ok(names(["redis-exporter"]).includes("HighMemoryUsage"));
  });

  it("tells the outside service of the Watchdog where it has its address, and nobody where there is none", () => {
    const told = (given: string[]): string | undefined => {
      const { root, receivers } = onThisMachine(trade, { demo: true, given }).notifications;
      const route = root.routes?.find(({ matchers }) => matchers.includes('alertname="Watchdog"'));
      return receivers.find(({ name }) => name === route?.receiver)?.kind;
    };
    assert.equal(told([]), "none");
    assert.equal(told(["deadmans-switch-url"]), "webhook");
    const { secrets } = onThisMachine(trade, { demo: true, given: [] });
    assert.ok(!secrets.some(({ optional }) => optional === true));
  });

  it("sends to a receiver that has an address, and to nobody where there is none", () => {
    const kinds = (given: string[]): string[] =>
      onThisMachine(trade, { demo: true, given }).notifications.receivers.map(({ kind }) => kind);
    assert.ok(kinds(["webhook-url"]).includes("webhook"));
    assert.equal(kinds([]).includes("webhook"), false);
  });
});

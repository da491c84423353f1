import assert from "node:assert/strict";
import { checkLayout } from "../../monitoring/checks/layout.ts";
import { machineFlows } from "../../monitoring/machineFlows.ts";
import { machineLayout } from "../../monitoring/machineLayout.ts";
import { trade } from "../../systems/trade.ts";
import { cloudMachines, desktop, tradeSystem } from "../windowsMachines.ts";

const options = { edgeHost: "monitoring.trade.internal", human: "admin", grafana: true };

describe("the layout of machines", () => {
  const layout = machineLayout(tradeSystem, { ...options, machines: cloudMachines });
  const on = (machine: string): string[] =>
    layout.instances.filter((instance) => instance.machine === machine).map(({ name }) => name);

  it("puts a Prometheus and what belongs to it on each node, and the queries behind the edges", () => {
    assert.deepEqual(on("node-2").sort(), [
      "alertmanager-2",
      "blackbox-exporter-2",
      "prometheus-2",
      "redis-exporter-2",
      "thanos-sidecar-2",
      "windows-exporter-2",
    ]);
    assert.deepEqual(on("edge-2").sort(), ["haproxy-2", "node-exporter-2", "thanos-query-2"]);
  });

  it("has the ports that people know, none of them twice on a machine", () => {
    assert.equal(layout.instances.find(({ name }) => name === "prometheus-1")?.ports["http"], 9090);
    assert.equal(layout.instances.find(({ name }) => name === "grafana")?.ports["http"], 3000);
    assert.deepEqual(checkLayout(tradeSystem, layout), []);
  });

  it("leaves out what works on the bucket where no machine keeps history, and has it where one does", () => {
    const history = { name: "history-1", system: "linux", role: "history", address: "10.20.0.31" } as const;
    const longer = machineLayout(tradeSystem, { ...options, machines: [...cloudMachines, history] });
    assert.deepEqual(on("history-1"), []);
    assert.deepEqual(
      longer.instances
        .filter(({ machine }) => machine === "history-1")
        .map(({ component }) => component)
        .sort(),
      ["node-exporter", "thanos-compactor", "thanos-ruler", "thanos-store"],
    );
  });

  it("puts a whole pair on one PC, each member at an address of its own, beside what the PC runs already", () => {
    const system = trade({ environment: "production", region: "local", layout: "desktop" });
    const one = machineLayout(system, { ...options, edgeHost: "127.0.0.1", machines: desktop });
    const pair = one.instances.filter(({ component }) => component === "prometheus");
    assert.deepEqual(
      pair.map(({ address, ports }) => `${address}:${String(ports["http"])}`),
      ["127.0.0.1:9090", "127.0.0.2:9090"],
    );
    assert.deepEqual(checkLayout(system, one), []);
    assert.deepEqual(
      machineFlows(system, one).filter(({ from }) => from !== "people"),
      [],
    );
  });

  it("refuses more members than machines, and a port that nothing has", () => {
    const [one] = cloudMachines;
    assert.ok(one);
    assert.throws(
      () => machineLayout(tradeSystem, { ...options, machines: [one] }),
      /sizing\.prometheus\.replicas: 2 members, but 1 machines of role node/,
    );
    assert.throws(
      () =>
        machineLayout(tradeSystem, { ...options, machines: cloudMachines, ports: { "prometheus.htp": 1 } }),
      /machines\.ports\.prometheus\.htp: no such port; expected one of .*prometheus\.http/,
    );
  });
});

describe("the flows between machines", () => {
  const layout = machineLayout(tradeSystem, { ...options, machines: cloudMachines });
  const flows = machineFlows(tradeSystem, layout).map(
    ({ from, to, port }) => `${from} > ${to}:${String(port)}`,
  );

  it("let each Prometheus read the other's machine, alerts reach both Alertmanagers, and queries the sidecars", () => {
    for (const flow of [
      "node-2 > node-1:9182",
      "node-1 > edge-2:9100",
      "node-1 > node-2:9093",
      "node-2 > node-1:9094",
      "edge-1 > node-2:10901",
      "edge-2 > node-1:9090",
      "edge-1 > node-1:3000",
    ])
      assert.ok(flows.includes(flow), `${flow} is missing`);
  });

  it("let people reach the edge and nothing else", () => {
    const open = flows.filter((flow) => flow.startsWith("people"));
    assert.equal(open.length, 12);
    assert.ok(open.every((flow) => /^people > edge-[12]:844[3-8]$/.test(flow)));
  });

  it("let nobody reach a sidecar's data but queries, and no machine itself", () => {
    assert.ok(flows.every((flow) => !/^node-\d > node-\d:10901$/.test(flow)));
    assert.ok(flows.every((flow) => !/^(\S+) > \1:/.test(flow)));
  });
});

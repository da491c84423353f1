import assert from "node:assert/strict";
import { inboundRules, ruleName } from "../../components/awsMachines/inboundRules.ts";
import { machineRules } from "../../components/azureMachines/firewall.ts";
import type { Machine, MachineFlow } from "../../monitoring/machines.ts";

const machines: readonly Machine[] = [
  { name: "node-1", system: "windows", role: "node", address: "10.40.0.10" },
  { name: "edge-1", system: "linux", role: "edge", address: "10.40.0.20" },
];
const flow = (from: string, to: string, port: number): MachineFlow => ({
  from,
  to,
  port,
  protocol: "tcp",
  service: "a service",
  component: "haproxy",
});
const many = Array.from({ length: 61 }, (_, index) => `10.${String(index)}.0.0/16`);

describe("firewalls of machines in a cloud", () => {
  const networks = { people: ["10.20.0.0/16"] };
  const aws = (flows: readonly MachineFlow[], people = networks.people) =>
    inboundRules({ machines, flows, networks: { people }, ports: [8443] });
  const azure = (flows: readonly MachineFlow[], people = networks.people) =>
    machineRules({ machines, flows, networks: { people }, probes: {} });

  it("know no way in but a flow, and open a door of an edge at the load balancer too", () => {
    const flows = [flow("edge-1", "node-1", 9090), flow("people", "edge-1", 8443)];
    assert.deepEqual(aws(flows).map(ruleName).sort(), [
      "balancer-8443-10.20.0.0-16",
      "edge-1-8443-10.20.0.0-16",
      "edge-1-8443-balancer",
      "node-1-9090-edge-1",
    ]);
    assert.deepEqual(
      azure(flows).map(({ name, access }) => `${access} ${name}`),
      ["Allow node-1-tcp-9090", "Allow edge-1-tcp-8443", "Deny nobody-else"],
    );
    assert.deepEqual(aws([]).map(ruleName), ["edge-1-8443-balancer"]);
    assert.deepEqual(
      azure([]).map(({ access }) => access),
      ["Deny"],
    );
  });

  it("admit nobody where the configuration names nobody", () => {
    const flows = [flow("people", "edge-1", 8443)];
    assert.deepEqual(aws(flows, []).map(ruleName), ["edge-1-8443-balancer"]);
    assert.deepEqual(
      azure(flows, []).map(({ name }) => name),
      ["nobody-else"],
    );
  });

  it("open a port once, however many flows there are to it", () => {
    const flows = [flow("edge-1", "node-1", 9090), flow("edge-1", "node-1", 9090)];
    assert.equal(aws(flows).filter(({ group }) => group === "node-1").length, 1);
    assert.deepEqual(azure(flows)[0]?.sourceAddressPrefixes, ["10.40.0.20"]);
  });

  it("say which machine a flow names that is none", () => {
    for (const bad of [flow("edge-9", "node-1", 9090), flow("edge-1", "edge-9", 9090)])
      for (const rules of [aws, azure])
        assert.throws(() => rules([bad]), /a flow names edge-9, which is no machine/);
  });

  it("say when there are more networks than a security group of AWS takes", () => {
    const flows = [flow("people", "edge-1", 8443)];
    assert.throws(
      () => aws(flows, many),
      /edge-1 would have 62 inbound rules, .* takes 60; .*vigil:machines\.people/,
    );
    assert.equal(azure(flows, many).length, 2);
  });
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { dotted, overlap, within } from "../../monitoring/cidr.ts";
import { divideForMachines, machineAddress, zoneOfMachine } from "../../monitoring/machineNetwork.ts";
import type { MachineRole } from "../../monitoring/machines.ts";

const cidr = fc.tuple(fc.integer({ min: 16, max: 23 }), fc.nat({ max: 2 ** 24 - 1 })).map(([bits, host]) => {
  const address = 10 * 2 ** 24 + host;
  return `${dotted(address - (address % 2 ** (32 - bits)))}/${String(bits)}`;
});

describe("the network of machines in a cloud", () => {
  it("has parts that lie in it and not in each other", () => {
    fc.assert(
      fc.property(cidr, (whole) => {
        const { zones, endpoints, bastion } = divideForMachines(whole);
        const parts = [...zones.flatMap((zone) => [zone.subnet, zone.public]), endpoints, bastion];
        for (const [index, part] of parts.entries()) {
          assert.ok(within(whole, part), part);
          for (const other of parts.slice(index + 1)) assert.ok(!overlap(part, other), `${part} ${other}`);
        }
        // A Bastion wants 64 addresses at least.
        assert.ok(Number(bastion.split("/")[1]) <= 26);
      }),
    );
  });

  it("gives every machine an address of its own, in its zone's subnet and behind those that clouds keep", () => {
    fc.assert(
      fc.property(cidr, (whole) => {
        const network = divideForMachines(whole);
        const machines = (["node", "edge", "history"] as MachineRole[]).flatMap((role) =>
          [1, 2, 3, 4].map((member) => ({ role, name: `${role}-${String(member)}` })),
        );
        const addresses = machines.map(({ role, name }) => {
          const address = machineAddress(network, role, name);
          const { subnet, balancer } = network.zones[zoneOfMachine(name)];
          assert.ok(within(subnet, `${address}/32`) && within(subnet, `${balancer}/32`));
          assert.ok(Number(address.split(".")[3]) % 128 > 4);
          return address;
        });
        const balancers = network.zones.map(({ balancer }) => balancer);
        assert.equal(new Set([...addresses, ...balancers]).size, machines.length + 2);
      }),
    );
  });

  it("lays members of a role into the two zones by turns", () => {
    assert.deepEqual(["node-1", "node-2", "edge-3", "edge-4"].map(zoneOfMachine), [0, 1, 0, 1]);
  });

  it("says what is wrong with a network, and with a machine's name", () => {
    for (const [bad, why] of [
      ["10.40.0.0/24", /not a network of \/16 to \/23/],
      ["10.0.0.0/8", /not a network of \/16 to \/23/],
      ["10.40.1.0/20", /not a network/],
      ["everything", /not a network/],
    ] as const)
      assert.throws(() => divideForMachines(bad), why);
    for (const name of ["node", "node-0", "node-21", "prometheus node-1"])
      assert.throws(() => zoneOfMachine(name), /its number tells its zone and address/);
  });
});

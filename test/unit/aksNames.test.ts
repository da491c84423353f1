import assert from "node:assert/strict";
import fc from "fast-check";
import { divide, mostNodes } from "../../components/aks/addresses.ts";
import { azureFacts } from "../../components/aks/facts.ts";
import { azureFindings } from "../../components/aks/findings.ts";
import { nodeRules } from "../../components/aks/firewall.ts";
import { defaultMachine, machineOf, systemMachine } from "../../components/aks/machines.ts";
import { azureNames, guid, identityName, poolName } from "../../components/azure/names.ts";
import { ownRoles } from "../../components/azure/roles.ts";
import { isNetwork, overlap } from "../../monitoring/cidr.ts";
import { withoutBrowser } from "../../components/aks/credentials.ts";
import { parseConfig, type StackConfig } from "../../configuration/parse.ts";
import { formatFinding } from "../../monitoring/checks/finding.ts";
import {
  azureLifecycle,
  backstopDays,
  leastDays,
  marginDays,
  tierDays,
} from "../../monitoring/kubernetes/tiersAzure.ts";
import type { Duration, System } from "../../monitoring/model.ts";
import { systems } from "../../systems/index.ts";

const client = {
  subscriptionId: "22222222-2222-4222-8222-222222222222",
  tenantId: "11111111-1111-4111-8111-111111111111",
};
/** What Pulumi accepts as a stack's name. */
const stackName = fc.stringMatching(/^[A-Za-z0-9._-]{1,100}$/);
const subscription = fc.uuid();

describe("names in Azure", () => {
  it("are within what Azure accepts for every kind", () => {
    fc.assert(
      fc.property(stackName, subscription, (stack, id) => {
        const names = azureNames(stack, id);
        for (const account of [names.storageAccount, names.replicaAccount])
          assert.match(account, /^[a-z0-9]{3,24}$/);
        assert.match(names.keyVault, /^(?!.*--)[a-z][a-z0-9-]{1,22}[a-z0-9]$/);
        assert.match(names.cluster, /^[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?$/);
        assert.match(names.virtualNetwork, /^[a-z0-9][a-z0-9._-]{0,62}[a-z0-9_]$/);
        assert.match(names.logs, /^[a-z0-9][a-z0-9-]{2,61}[a-z0-9]$/);
        for (const group of [names.resourceGroup, names.dataGroup])
          assert.match(group, /^[a-z0-9._-]{0,89}[a-z0-9_-]$/);
        // AKS wants the group of its nodes shorter than others.
        assert.ok(names.nodeGroup.length <= 80);
      }),
    );
  });

  it("are all different, and differ from those of another stack or subscription", () => {
    fc.assert(
      fc.property(stackName, stackName, subscription, subscription, (stack, other, id, elsewhere) => {
        fc.pre(stack !== other && id !== elsewhere);
        const own = Object.values(azureNames(stack, id));
        assert.equal(new Set(own).size, own.length);
        const theirs = new Set<unknown>(Object.values(azureNames(other, id)));
        assert.deepEqual(
          own.filter((name) => theirs.has(name)),
          [],
        );
        // Those that are unique in the world.
        const abroad = azureNames(stack, elsewhere);
        const here = azureNames(stack, id);
        assert.notEqual(here.storageAccount, abroad.storageAccount);
        assert.notEqual(here.keyVault, abroad.keyVault);
      }),
    );
  });

  it("say of which stack they are", () => {
    const names = azureNames("prod", client.subscriptionId);
    assert.equal(names.cluster, "vigil-prod");
    assert.equal(names.resourceGroup, "rg-vigil-prod");
    assert.match(names.storageAccount, /^stprod[0-9a-f]{10}$/);
    assert.match(names.keyVault, /^kv-prod-[0-9a-f]{10}$/);
  });

  it("give every service account an identity of its own", () => {
    const label = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,40}[a-z0-9])?$/);
    fc.assert(
      fc.property(stackName, label, label, label, label, (stack, ns, account, otherNs, other) => {
        const name = identityName(stack, ns, account);
        assert.match(name, /^[a-z0-9][a-z0-9_-]{2,127}$/i);
        if (ns !== otherNs || account !== other) assert.notEqual(name, identityName(stack, otherNs, other));
      }),
    );
    assert.equal(identityName("prod", "monitoring", "thanos-store"), "id-vigil-prod_monitoring_thanos-store");
  });

  it("give every kind of machine a pool of up to 12 small letters and digits", () => {
    assert.match(poolName("mon", defaultMachine), /^[a-z][a-z0-9]{0,11}$/);
    assert.notEqual(poolName("mon", defaultMachine), poolName("mon", systemMachine));
  });

  it("are GUIDs for roles: always the same for the same text", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, other) => {
        assert.match(guid(text), /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        assert.equal(guid(text) === guid(other), text === other);
      }),
    );
  });
});

describe("the addresses of a cluster", () => {
  const network = fc
    .tuple(fc.integer({ min: 8, max: 24 }), fc.nat({ max: 2 ** 24 - 1 }))
    .map(([bits, low]) => {
      const first = 10 * 2 ** 24 + Math.floor(low / 2 ** (32 - bits)) * 2 ** (32 - bits);
      const bytes = [24, 16, 8, 0].map((shift) => String(Math.floor(first / 2 ** shift) % 256));
      return `${bytes.join(".")}/${String(bits)}`;
    });

  it("lie within its network and have none in common", () => {
    fc.assert(
      fc.property(network, (cidr) => {
        const { network: own, nodes, endpoints, services, pods } = divide(cidr);
        for (const part of [own, nodes, endpoints, services, pods]) {
          assert.ok(isNetwork(part), part);
          assert.ok(overlap(cidr, part));
        }
        const apart = [own, services, pods];
        apart.forEach((one, at) =>
          apart.slice(at + 1).forEach((other) => assert.ok(!overlap(one, other), `${one} and ${other}`)),
        );
        assert.ok(!overlap(nodes, endpoints));
        assert.ok(overlap(own, nodes) && overlap(own, endpoints));
      }),
    );
  });

  it("are readable", () => {
    assert.deepEqual(divide("10.40.0.0/16"), {
      network: "10.40.0.0/18",
      nodes: "10.40.0.0/19",
      endpoints: "10.40.32.0/20",
      services: "10.40.64.0/18",
      dns: "10.40.64.10",
      pods: "10.40.128.0/17",
    });
    assert.equal(mostNodes("10.40.0.0/16"), 128);
  });

  it("are refused where the text is no network", () => {
    for (const text of ["10.40.1.0/16", "10.400.0.0/16", "10.40.0.0", "10.40.0.0/25"])
      assert.throws(
        () => divide(text),
        /is not a network of 256 addresses or more, such as 10\.40\.0\.0\/16/,
      );
  });

  it("let nobody in but the edge's clients, other regions' queries, the cluster and Azure's health checks", () => {
    const rules = nodeRules(divide("10.40.0.0/16"), { edge: ["203.0.113.0/24"], peers: ["10.50.0.0/16"] });
    const order = rules.map(({ priority }) => priority);
    assert.deepEqual(
      order,
      order.toSorted((a, b) => a - b),
    );
    assert.deepEqual(
      rules.map((rule) => [
        rule.access,
        rule.sourceAddressPrefix ?? rule.sourceAddressPrefixes,
        rule.destinationPortRange ?? rule.destinationPortRanges,
      ]),
      [
        ["Allow", ["203.0.113.0/24"], ["80", "443"]],
        ["Allow", ["10.50.0.0/16"], ["10901"]],
        ["Allow", ["10.40.0.0/18", "10.40.128.0/17"], "*"],
        ["Allow", "AzureLoadBalancer", "*"],
        ["Deny", "*", "*"],
      ],
    );
    assert.ok(
      nodeRules(divide("10.40.0.0/16"), { edge: [], peers: [] }).every(({ name }) => name !== "queries"),
    );
  });
});

describe("the name of a machine", () => {
  it("says whether it has premium disks and a disk of its own", () => {
    assert.deepEqual(machineOf("Standard_D4ds_v5"), {
      cpus: 4,
      gibibytes: 16,
      localDisk: true,
      premium: true,
    });
    assert.deepEqual(machineOf("Standard_E8s_v5"), {
      cpus: 8,
      gibibytes: 64,
      localDisk: false,
      premium: true,
    });
    assert.deepEqual(machineOf("Standard_D2_v5"), {
      cpus: 2,
      gibibytes: 8,
      localDisk: false,
      premium: false,
    });
    assert.deepEqual(machineOf("Standard_D4ads_v6"), {
      cpus: 4,
      gibibytes: 16,
      localDisk: false,
      premium: true,
    });
    assert.equal(machineOf("m5.large"), undefined);
  });

  it("says how many CPUs and how much memory, where its family does", () => {
    const sizes = (name: string) => [machineOf(name)?.cpus, machineOf(name)?.gibibytes];
    assert.deepEqual(sizes("Standard_E32-16ds_v5"), [16, 256]);
    assert.deepEqual(sizes("Standard_D4lds_v5"), [4, undefined]);
    assert.deepEqual(sizes("Standard_DS2_v2"), [2, undefined]);
  });

  it("is, for the pools' own, one with both", () => {
    for (const machine of [defaultMachine, systemMachine])
      assert.ok(machineOf(machine)?.premium && machineOf(machine)?.localDisk);
  });
});

describe("the tiers of a container", () => {
  const whole = fc.integer({ min: 1, max: 900 });
  const system = fc
    .record({ raw: whole, fiveMinutes: whole, oneHour: whole, cool: whole, cold: whole, ends: fc.boolean() })
    .map(({ raw, fiveMinutes, oneHour, cool, cold, ends }) =>
      kept(
        [`${raw}d`, `${fiveMinutes}d`, ends ? `${oneHour}d` : "0d"],
        [
          { name: "hot", from: "0d" },
          { name: "cool", from: `${cool}d` },
          { name: "cold", from: `${cold}d` },
        ],
      ),
    );

  it("follow one another, each no sooner than the one before has been paid for", () => {
    fc.assert(
      fc.property(system, (each) => {
        const { cool, cold, expire } = tierDays(each);
        const end = expire === undefined ? Number.POSITIVE_INFINITY : expire - backstopDays;
        if (cool !== undefined && cold !== undefined) assert.ok(cold - cool >= leastDays.cool);
        if (cool !== undefined) assert.ok(end - cool >= leastDays.cool);
        if (cold !== undefined) assert.ok(end - cold >= leastDays.cold);
      }),
    );
  });

  it("begin no sooner than asked for, and a margin after the retention step that deletes most", () => {
    fc.assert(
      fc.property(system, (each) => {
        const { cool, cold } = tierDays(each);
        const objects = each.retention.objects;
        const from = (name: string): number =>
          Number.parseInt(each.longTerm.tiers.find((tier) => tier.name === name)?.from ?? "0");
        if (cool !== undefined)
          assert.ok(cool >= from("cool") && cool >= Number.parseInt(objects.raw) + marginDays);
        if (cold !== undefined)
          assert.ok(cold >= from("cold") && cold >= Number.parseInt(objects.fiveMinutes) + marginDays);
      }),
    );
  });

  it("never reach Archive, and expire only well after the compactor is to have deleted", () => {
    fc.assert(
      fc.property(system, (each) => {
        const rules = azureLifecycle(each, "thanos-metrics");
        assert.doesNotMatch(JSON.stringify(rules), /archive/i);
        const { raw, fiveMinutes, oneHour } = each.retention.objects;
        const longest = Math.max(...[raw, fiveMinutes, oneHour].map((step) => Number.parseInt(step)));
        const expiry = rules.flatMap(({ definition }) => definition.actions.baseBlob?.delete ?? []);
        if (oneHour === "0d") assert.deepEqual(expiry, []);
        else assert.ok(expiry.every((age) => age.daysAfterModificationGreaterThan >= longest + 10));
      }),
    );
  });

  it("touch the stack's container only, and clear what is no longer current", () => {
    for (const rule of azureLifecycle(systems.oversight(parameters), "thanos-metrics")) {
      assert.deepEqual(rule.definition.filters, {
        blobTypes: ["blockBlob"],
        prefixMatch: ["thanos-metrics/"],
      });
      assert.match(rule.name, /^[A-Za-z0-9]+$/);
    }
    const cleared = azureLifecycle(systems.oversight(parameters), "thanos-metrics").flatMap(
      ({ definition }) => [definition.actions.version, definition.actions.snapshot].filter(Boolean),
    );
    assert.equal(cleared.length, 2);
  });

  it("are those that the systems ask for", () => {
    for (const build of [systems.oversight, systems.greenlang])
      assert.deepEqual(tierDays(build(parameters)), { cool: 35, cold: 125, expire: 740 });
  });
});

const parameters = { environment: "production", region: "eastus", layout: "cluster" } as const;

function kept(
  [raw, fiveMinutes, oneHour]: [Duration, Duration, Duration],
  tiers: System["longTerm"]["tiers"],
) {
  const base = systems.oversight(parameters);
  return {
    ...base,
    retention: { ...base.retention, objects: { raw, fiveMinutes, oneHour } },
    longTerm: { ...base.longTerm, tiers },
  };
}

describe("the roles of the stack's own", () => {
  const deleting = (role: { readonly dataActions: readonly string[]; readonly actions: readonly string[] }) =>
    [...role.dataActions, ...role.actions].filter((action) => /delete|\*/.test(action));

  it("let the compactor alone delete, and only objects", () => {
    assert.deepEqual(deleting(ownRoles["bucket-write"]), []);
    assert.deepEqual(deleting(ownRoles["machines-read"]), []);
    assert.deepEqual(deleting(ownRoles["bucket-delete"]), [
      "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete",
    ]);
  });

  it("let the cluster keep the disks of volumes, and nothing else in their group", () => {
    const { actions, dataActions } = ownRoles.disks;
    for (const action of actions)
      assert.match(action, /^Microsoft\.(?:Compute\/disks\/(?:read|write|delete)|Resources\/\S+\/read)$/);
    assert.deepEqual(dataActions, []);
  });

  it("let whoever finds machines read, and nothing else", () => {
    const { actions, dataActions } = ownRoles["machines-read"];
    assert.ok(actions.every((action) => action.endsWith("/read")));
    assert.deepEqual(dataActions, []);
  });
});

/** What a stack needs at least to be put on AKS. */
const enough = {
  "vigil:system": "oversight",
  "vigil:platform": "aks",
  "vigil:environment": "production",
  "vigil:region": "eastus",
  "vigil:cluster": { administrators: ["33333333-3333-4333-8333-333333333333"] },
  "vigil:oidc": { clientId: "44444444-4444-4444-8444-444444444444" },
  "vigil:edge": { email: "sre@example.com" },
};

function configured(changes: Record<string, unknown> = {}): StackConfig {
  const raw = Object.entries({ ...enough, ...changes }).map(([key, value]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return parseConfig(Object.fromEntries(raw) as Record<string, string>, [], "prod");
}

function found(changes: Record<string, unknown>): string[] {
  const config = configured(changes);
  return azureFindings(config, systems.oversight(config.parameters)).map(formatFinding);
}

describe("what is known of a cluster on AKS", () => {
  it("is derived from the stack and the subscription", () => {
    const config = configured();
    const facts = azureFacts(config, systems.oversight(config.parameters), client);
    assert.equal(facts.cluster, "vigil-prod");
    assert.equal(facts.zones, 3);
    assert.deepEqual(facts.objectStore, {
      kind: "azure-blob",
      container: "thanos-metrics",
      storageAccount: azureNames("prod", client.subscriptionId).storageAccount,
    });
    assert.equal(facts.oidc.issuer, `https://login.microsoftonline.com/${client.tenantId}/v2.0`);
    assert.equal(facts.hostname, "prometheus.oversight.com");
    assert.deepEqual(azureFacts(config, systems.oversight(config.parameters), client), facts);
  });

  it("is what the configuration says of a cluster and an account that are there", () => {
    const config = configured({
      "vigil:cluster": { mode: "existing", name: "aks-shared", resourceGroup: "rg-shared", cilium: false },
      "vigil:storage": { mode: "existing", account: "stshared", resourceGroup: "rg-shared" },
      "vigil:edge": { hostname: "metrics.example.com", certificate: "internal" },
    });
    const facts = azureFacts(config, systems.oversight(config.parameters), client);
    assert.equal(facts.cluster, "aks-shared");
    assert.equal(facts.cilium, false);
    assert.equal(facts.diskGroup, undefined);
    assert.equal(facts.hostname, "metrics.example.com");
    assert.ok(facts.objectStore.kind === "azure-blob" && facts.objectStore.storageAccount === "stshared");
    assert.deepEqual(azureFindings(config, systems.oversight(config.parameters)), []);
  });
});

describe("a configuration for AKS", () => {
  it("is in order when it says who administers, who logs in and where to write", () => {
    assert.deepEqual(found({}), []);
  });

  const administrators = enough["vigil:cluster"].administrators;
  const wrong: readonly [string, Record<string, unknown>, RegExp][] = [
    [
      "no administrators",
      { "vigil:cluster": {} },
      /^vigil:cluster\.administrators: got none, and local accounts are off/,
    ],
    [
      "an administrator by name",
      { "vigil:cluster": { administrators: ["sre"] } },
      /administrators: got sre, expected object ids/,
    ],
    [
      "a region without zones",
      { "vigil:region": "westus" },
      /^vigil:region: got westus, which has no availability zones/,
    ],
    [
      "a name that AKS refuses",
      { "vigil:cluster": { administrators, name: "-prod" } },
      /^vigil:cluster\.name: got -prod, expected up to 63/,
    ],
    [
      "a group for a cluster that is created",
      { "vigil:cluster": { administrators, resourceGroup: "rg" } },
      /^vigil:cluster\.resourceGroup: got rg/,
    ],
    [
      "an open API server",
      { "vigil:cluster": { administrators, private: false } },
      /^vigil:cluster\.authorizedRanges: got none/,
    ],
    [
      "ranges of a private API server",
      { "vigil:cluster": { administrators, authorizedRanges: ["203.0.113.0/24"] } },
      /authorizedRanges: got 203\.0\.113\.0\/24, and a private/,
    ],
    [
      "machines without premium disks",
      { "vigil:cluster": { administrators, nodes: { size: "Standard_D4_v5" } } },
      /nodes\.size: got Standard_D4_v5, which has no premium SSDs/,
    ],
    [
      "a machine of another cloud",
      { "vigil:cluster": { administrators, nodes: { size: "m5.large" } } },
      /nodes\.size: got m5\.large, which is no size of a machine/,
    ],
    [
      "fewer nodes than replicas",
      { "vigil:cluster": { administrators, nodes: { min: 1, max: 2 } } },
      /nodes\.max: got 2, and each of the 3 replicas of thanos-receive/,
    ],
    [
      "more nodes at least than at most",
      { "vigil:cluster": { administrators, nodes: { min: 5, max: 4 } } },
      /nodes: got min 5 and max 4/,
    ],
    [
      "a network that begins in the middle",
      { "vigil:network": { cidr: "10.40.1.0/16" } },
      /network\.cidr: got 10\.40\.1\.0\/16, which is not the first address/,
    ],
    [
      "a public network",
      { "vigil:network": { cidr: "203.0.0.0/16" } },
      /network\.cidr: got 203\.0\.0\.0\/16, expected a private network/,
    ],
    ["a network of AKS' own", { "vigil:network": { cidr: "172.16.0.0/12" } }, /overlaps 172\.17\.0\.0\/16/],
    [
      "a network too small for the pods",
      { "vigil:network": { cidr: "10.40.0.0/21" } },
      /has room for the pods of 4 nodes, and 15 may run/,
    ],
    [
      "an account that Azure refuses",
      { "vigil:storage": { account: "St_Prod" } },
      /storage\.account: got St_Prod, expected 3 to 24/,
    ],
    [
      "an existing account without a name",
      { "vigil:storage": { mode: "existing", resourceGroup: "rg" } },
      /^vigil:storage\.account: missing/,
    ],
    [
      "an existing account without its group",
      { "vigil:storage": { mode: "existing", account: "stone" } },
      /^vigil:storage\.resourceGroup: missing/,
    ],
    ["a key of AWS", { "vigil:storage": { kmsKey: "alias/x" } }, /^vigil:storage\.kmsKey: got alias\/x/],
    [
      "a copy beside the original",
      { "vigil:storage": { replicateTo: "eastus" } },
      /replicateTo: got eastus, the region of the account itself/,
    ],
    [
      "a copy of an account that stays as it is",
      {
        "vigil:storage": { mode: "existing", account: "stone", resourceGroup: "rg", replicateTo: "westus3" },
      },
      /replicateTo: got westus3, and an account that exists/,
    ],
    [
      "an existing cluster without a name",
      { "vigil:cluster": { mode: "existing", resourceGroup: "rg", cilium: true } },
      /^vigil:cluster\.name: missing/,
    ],
    [
      "an existing cluster without its group",
      { "vigil:cluster": { mode: "existing", name: "one", cilium: true } },
      /^vigil:cluster\.resourceGroup: missing/,
    ],
    [
      "a resource group that Azure refuses",
      { "vigil:cluster": { mode: "existing", name: "one", resourceGroup: "rg.", cilium: true } },
      /resourceGroup: got rg\., expected up to 90/,
    ],
    [
      "an existing cluster whose policies who knows what enforces",
      { "vigil:cluster": { mode: "existing", name: "one", resourceGroup: "rg" } },
      /^vigil:cluster\.cilium: missing, .*networkPolicy/,
    ],
    [
      "nodes that have no room when one of them fails",
      { "vigil:cluster": { administrators, nodes: { min: 3, max: 3 } } },
      /nodes\.max: got 3, and without one of them 2 Standard_D4ds_v5 have no room for the \d+\.\d CPUs and \d+ GiB .*nodes\.max' 4/,
    ],
  ];
  for (const [what, changes, line] of wrong)
    it(`is refused with ${what}, in one line that says how to mend it`, () => {
      const findings = found(changes);
      assert.equal(findings.length, 1, findings.join("\n"));
      assert.match(findings[0] ?? "", line);
      assert.match(findings[0] ?? "", /; .*(?:`.*`|remove|name)/);
    });
});

describe("credentials of a cluster", () => {
  it("log in without a browser", () => {
    const given = [
      "apiVersion: v1",
      "kind: Config",
      "users:",
      "  - name: clusterUser",
      "    user:",
      "      exec:",
      "        command: kubelogin",
      "        args: [get-token, --server-id, 6dae42f8-4368-4678-94ff-3960e28e3630, --login, devicecode]",
    ].join("\n");
    assert.match(withoutBrowser(given), /- --login\n\s+- azurecli\n/);
  });
});

import assert from "node:assert/strict";
import { kubernetesFindings } from "../../components/kubernetes/findings.ts";
import { nodeFindings, onNodesOfTheirOwn } from "../../components/kubernetes/nodeFindings.ts";
import { storedSecrets } from "../../components/kubernetes/storedSecrets.ts";
import { parseConfig } from "../../configuration/parse.ts";
import { formatFinding } from "../../monitoring/check.ts";
import { planCapacity } from "../../monitoring/capacity.ts";
import { planKubernetes } from "../../monitoring/kubernetes.ts";
import { workloads } from "../../monitoring/kubernetes/workloads.ts";
import type { Component, System } from "../../monitoring/model.ts";
import { greenlang } from "../../systems/greenlang.ts";
import { examples, greenlangOnEks, oversightOnAks } from "../rendered/clusterFacts.ts";

const issuer = "https://example.okta.com";
const enough = {
  "vigil:system": "greenlang",
  "vigil:platform": "eks",
  "vigil:region": "us-east-1",
  "vigil:oidc": { issuer, clientId: "monitoring" },
  "vigil:edge": { email: "sre@example.com" },
};

function found(changes: Record<string, unknown>): string[] {
  const raw = Object.fromEntries(
    Object.entries({ ...enough, ...changes }).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
  const config = parseConfig(raw, [], "gl");
  return kubernetesFindings(config, greenlang(config.parameters)).map(formatFinding);
}

describe("a configuration for Kubernetes", () => {
  it("is taken with an identity provider and an address for ACME", () => {
    assert.deepEqual(found({}), []);
  });

  it("needs no issuer on AKS, where it is the tenant's own", () => {
    assert.deepEqual(found({ "vigil:platform": "aks", "vigil:oidc": { clientId: "x" } }), []);
  });

  const wrong: readonly [string, Record<string, unknown>, RegExp][] = [
    ["no issuer", { "vigil:oidc": { clientId: "monitoring" } }, /^vigil:oidc\.issuer: missing/],
    ["no application to log in at", { "vigil:oidc": { issuer } }, /^vigil:oidc\.clientId: missing/],
    [
      "an existing cluster in a network that nobody named",
      { "vigil:cluster": { mode: "existing", name: "theirs" } },
      /^vigil:network\.cidr: missing, .* name the network of the cluster/,
    ],
    [
      "an issuer whose endpoints nobody knows",
      { "vigil:oidc": { issuer: "https://auth.example.com", clientId: "x" } },
      /^vigil:oidc\.endpoints: missing, .* not of https:\/\/auth\.example\.com; set .*openid-configuration/,
    ],
    [
      "a cert-manager on a cluster that is made",
      { "vigil:cluster": { installed: ["cert-manager"] } },
      /^vigil:cluster\.installed: got cert-manager, .* new cluster has none of it; run .*config rm --stack gl --path 'vigil:cluster\.installed'/,
    ],
    ["no address for ACME", { "vigil:edge": {} }, /^vigil:edge\.email: missing/],
    [
      "ACME behind a closed edge",
      { "vigil:edge": { email: "a@example.com", internal: true } },
      /^vigil:edge\.certificate: got acme/,
    ],
    [
      "ACME for chosen networks only",
      { "vigil:edge": { email: "a@example.com", allowedCidrs: ["203.0.113.0/24"] } },
      /^vigil:edge\.certificate: got acme/,
    ],
  ];
  for (const [what, changes, line] of wrong)
    it(`is refused with ${what}, in one line that says how to mend it`, () => {
      const findings = found(changes);
      assert.equal(findings.length, 1, findings.join("\n"));
      assert.match(findings[0] ?? "", line);
      assert.match(findings[0] ?? "", /; (?:run `|set )/);
    });

  it("is taken for an existing cluster in the very network that a new one would have", () => {
    const cluster = { mode: "existing", name: "theirs" };
    assert.deepEqual(found({ "vigil:cluster": cluster, "vigil:network": { cidr: "10.40.0.0/16" } }), []);
  });

  it("has a certificate of its own authority where the edge is closed", () => {
    assert.deepEqual(found({ "vigil:edge": { certificate: "internal", internal: true } }), []);
  });
});

describe("the nodes of a cluster", () => {
  const machine = { name: "machine", cpus: 8, gibibytes: 32 };
  const found = (system: System, nodes: number, of: typeof machine | undefined = machine): string[] =>
    nodeFindings(system, { key: "nodes", nodes, machine: of, mend: (many) => `take ${many}` }).map(
      ({ message, mend }) => `${message}; ${mend}`,
    );
  const sized = (system: System, component: Component, change: object): System => ({
    ...system,
    components: system.components.map((one) => (one.component === component ? { ...one, ...change } : one)),
  });

  it("hold one pod each of exactly those components that the scheduler must keep apart", () => {
    for (const { name, system, facts } of examples) {
      const selectors = requiredApart(planKubernetes(system, facts));
      const components = system.components.filter(({ replicas }) => replicas > 1).map((one) => one.component);
      const apart = workloads(system)
        .filter(({ selector }) => selectors.has(JSON.stringify(Object.entries(selector).sort())))
        .map((workload) => workload.name)
        .filter((workload) => components.some((component) => component === workload));
      assert.ok(apart.length >= 3, name);
      const expected = onNodesOfTheirOwn.filter((component) => components.includes(component));
      assert.deepEqual([...new Set(apart)].sort(), [...expected].sort(), name);
    }
  });

  it("are as many as the replicas that must be apart, whatever an autoscaler adds", () => {
    const system = sized(oversightOnAks.system, "thanos-query", { maxReplicas: 9 });
    assert.deepEqual(found(system, 3), []);
    assert.match(found(system, 2).join(), /the 3 replicas of thanos-receive needs a node.*; take 3$/);
  });

  it("are as many as all pairs of a Prometheus that is divided", () => {
    const { system } = greenlangOnEks;
    const loaded = { ...system, jobs: system.jobs.map((job) => ({ ...job, seriesPerTarget: 60_000 })) };
    const pods = 2 * planCapacity(loaded).shards;
    assert.ok(pods > 2);
    assert.match(found(loaded, pods - 1, undefined).join(), new RegExp(`the ${pods} replicas of prometheus`));
    assert.deepEqual(found(loaded, pods, undefined), []);
  });

  it("have room for all requests when one of them is away", () => {
    const { system } = oversightOnAks;
    const small = { name: "small", cpus: 4, gibibytes: 16 };
    const [message = ""] = found(system, 3, small);
    assert.match(message, /without one of them 2 small have no room for the \d+\.\d CPUs and \d+ GiB/);
    const [, wanted = "0"] = /take (\d+)/.exec(message) ?? [];
    assert.deepEqual(found(system, Number(wanted), small), []);
    assert.notDeepEqual(found(system, Number(wanted) - 1, small), []);
    assert.deepEqual(found(system, 3, undefined), []);
  });
});

describe("the secrets in a cloud's store", () => {
  it("are those that are given or made, optional ones only when given, and never the kubeconfig", () => {
    const { system } = oversightOnAks;
    const of = (...given: string[]): string[] => storedSecrets(system, given).map(({ name }) => name);
    const made = system.secrets.filter(({ generated }) => generated).map(({ name }) => name);
    assert.deepEqual(of(), made);
    assert.deepEqual(of("kubeconfig", "webhook-url", "federation-ca", "not-declared").sort(), [
      ...["federation-ca", "webhook-url", ...made].sort(),
    ]);
  });
});

/** Selectors of every rule, anywhere in a plan, that keeps pods on different nodes. */
function requiredApart(value: unknown): Set<string> {
  const found = new Set<string>();
  const visit = (one: unknown): void => {
    if (typeof one !== "object" || one === null) return;
    for (const [key, inner] of Object.entries(one)) {
      if (key === "podAntiAffinity")
        for (const term of (inner as Rule).requiredDuringSchedulingIgnoredDuringExecution ?? [])
          found.add(JSON.stringify(Object.entries(term.labelSelector.matchLabels).sort()));
      visit(inner);
    }
  };
  visit(value);
  return found;
}

interface Rule {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly {
    readonly labelSelector: { readonly matchLabels: Readonly<Record<string, string>> };
  }[];
}

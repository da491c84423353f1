/** Whole stacks on Kubernetes: the project's own program on the real engine and simulated clouds. */
import assert from "node:assert/strict";
import { occurrences } from "./temporaryProject.ts";
import { SimulatedStack, type StateResource } from "./simulatedStack.ts";

const release = "kubernetes:helm.sh/v3:Release";
const rule = "kubernetes:monitoring.coreos.com/v1:PrometheusRule";

/** Given to the stack of each test, to be found nowhere but encrypted. */
const secret = "hunter2-not-for-state";

const entra = "https://login.microsoftonline.com/00000000-0000-0000-0000-000000000000/v2.0";
const people = { issuer: entra, clientId: "monitoring" };
const alert = {
  name: "QueueLong",
  expression: "up == 0",
  for: "5m",
  severity: "warning",
  summary: "s",
  description: "d",
  runbook: { meaning: "m", impact: "i", firstLook: ["q"], mend: ["r"] },
};

const onEks = {
  platform: "eks",
  region: "us-east-1",
  cluster: { administrators: ["arn:aws:iam::123456789012:user/simulated"] },
  oidc: people,
  edge: { email: "sre@example.com" },
};
const onAks = {
  platform: "aks",
  region: "eastus",
  cluster: { administrators: ["00000000-0000-0000-0000-000000000001"] },
  oidc: people,
  edge: { email: "sre@example.com" },
};

const oversightSecrets = [
  "webhook-url",
  "federation-password",
  "postgres-password",
  "redis-password",
  "oauth2-client-secret",
];
const greenlangSecrets = [
  "slack-url",
  "smtp-password",
  "grafana-oauth-client-secret",
  "postgres-password",
  "redis-password",
];

const given = (names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, `${secret}-${name}`]));

describe("oversight on AKS, from the first deployment on", function () {
  this.timeout(300_000);
  let stack: SimulatedStack;

  before(async () => {
    stack = await SimulatedStack.create(
      { system: "oversight", environment: "staging", bucket: "thanos-metrics-staging", ...onAks },
      given(oversightSecrets),
    );
  });
  after(() => {
    stack.remove();
  });

  it("leaves what is up when a release fails, says which and why, and goes on at the next deployment", async () => {
    stack.fail({ [`${release} thanos`]: "timed out waiting for the condition" });
    const failed = await stack.tryUp();
    assert.notEqual(failed.code, 0);
    const said = `${failed.stdout}\n${failed.stderr}`;
    assert.match(said, /Release \(thanos\)/);
    assert.match(said, /timed out waiting for the condition/);
    const before = await stack.state();
    // What Thanos comes after; whatever else had not begun by then is left for the next deployment.
    assert.ok(before.some(({ type, urn }) => type === release && urn.endsWith("::cert-manager")));
    stack.fail({});
    await stack.up();
    const after = idsOf(await stack.state());
    for (const [urn, id] of idsOf(before)) assert.equal(after.get(urn), id, urn);
  });

  it("changes nothing the second time", async () => {
    const again = await stack.up();
    assert.match(again.stdout, /\d+ unchanged/);
    assert.doesNotMatch(again.stdout, /\d+ (?:created|updated|replaced|deleted)/);
  });

  it("holds no secret in the open", async () => {
    const { stdout } = await stack.export(true);
    assert.ok(!stdout.includes(secret));
    const opened = await stack.export(false);
    assert.ok(opened.stdout.includes(secret));
  });

  it("gives no release a secret", async () => {
    for (const { urn, inputs } of (await stack.state()).filter(({ type }) => type === release))
      assert.ok(!JSON.stringify(inputs).includes(secret), urn);
  });

  it("touches one object for a new alert", async () => {
    stack.configure({ alerts: [alert] });
    const added = await stack.up();
    assert.match(added.stdout, /\+ 1 created/);
    assert.doesNotMatch(added.stdout, /(?:~|\+-|-) \d+ (?:updated|replaced|deleted)/);
    stack.configure({ alerts: [{ ...alert, for: "10m" }] });
    const before = await stack.state();
    const changed = await stack.up();
    assert.match(changed.stdout, /~ 1 updated/);
    assert.doesNotMatch(changed.stdout, /(?:\+|\+-|-) \d+ (?:created|replaced|deleted)/);
    assert.deepEqual(changedTypes(before, await stack.state()), [rule]);
  });

  it("does not replace the cluster for another version of Kubernetes", async () => {
    stack.configure({ cluster: { ...onAks.cluster, version: "1.35" } });
    const { stdout } = await stack.preview();
    assert.match(stdout, /azure-native:containerservice:ManagedCluster: \(update\)/);
    assert.doesNotMatch(stdout, /\(replace\)|\(delete\)/);
    stack.configure({ cluster: onAks.cluster });
  });

  it("keeps bucket and keys when the stack is taken down", async () => {
    const destroyed = await stack.destroy();
    assert.ok(occurrences(destroyed, "protected") > 0, "a protected resource refuses");
  });
});

describe("greenlang on EKS", function () {
  this.timeout(300_000);

  it("comes up on a cluster and a bucket that are there, and makes neither, nor what the cluster has on it", async () => {
    const stack = await SimulatedStack.create(
      {
        system: "greenlang",
        environment: "staging",
        ...onEks,
        cluster: {
          mode: "existing",
          name: "platform",
          administrators: [],
          installed: ["cert-manager", "operator-crds"],
        },
        network: { cidr: "10.0.0.0/16" },
        storage: { mode: "existing", kmsKey: "alias/metrics" },
      },
      given(greenlangSecrets),
    );
    try {
      await stack.up();
      const types = (await stack.state()).map(({ type }) => type);
      assert.ok(types.includes(release));
      for (const absent of ["aws:eks/cluster:Cluster", "aws:ec2/vpc:Vpc", "aws:s3/bucket:Bucket"])
        assert.ok(!types.includes(absent), absent);
      const charts = (await stack.state())
        .filter(({ type }) => type === release)
        .map(({ inputs }) => String(inputs["chart"]));
      assert.ok(charts.includes("kube-prometheus-stack"), charts.join());
      for (const absent of ["cert-manager", "prometheus-operator-crds"])
        assert.ok(!charts.includes(absent), absent);
      await stack.up("--expect-no-changes");
    } finally {
      stack.remove();
    }
  });
});

/** Each as its stack file, or as one would change it, in its size of production or development. */
const others = [
  { what: "prod, as its file says", stack: "prod", changes: {} },
  { what: "greenlang-prod, as its file says", stack: "greenlang-prod", changes: {} },
  { what: "greenlang-dev, as its file says", stack: "greenlang-dev", changes: {} },
  {
    what: "oversight on EKS",
    stack: "prod",
    changes: { ...onEks, storage: {}, cluster: { ...onEks.cluster, nodes: { min: 4 } } },
  },
  {
    what: "oversight with an account of its own, on a cluster that has the operator's kinds",
    stack: "prod",
    changes: {
      cluster: {
        mode: "existing",
        name: "aks-shared",
        resourceGroup: "rg-shared",
        cilium: true,
        installed: ["operator-crds"],
      },
      network: { cidr: "10.0.0.0/8" },
    },
  },
  { what: "greenlang on AKS", stack: "greenlang-prod", changes: { ...onAks, storage: {} } },
];

describe("every stack file, and every system on the other cloud", function () {
  this.timeout(300_000);
  for (const { what, stack: name, changes } of others)
    it(`comes up: ${what}`, async () => {
      const stack = await SimulatedStack.ofStack(name, changes);
      try {
        await stack.up();
        const releases = (await stack.state()).filter(({ type }) => type === release);
        assert.ok(releases.length >= 9, String(releases.length));
      } finally {
        stack.remove();
      }
    });
});

function idsOf(resources: readonly StateResource[]): Map<string, string> {
  return new Map(resources.flatMap(({ urn, id }) => (id === undefined ? [] : [[urn, id] as const])));
}

function changedTypes(before: readonly StateResource[], after: readonly StateResource[]): string[] {
  const inputs = new Map(before.map((resource) => [resource.urn, JSON.stringify(resource.inputs)]));
  return after
    .filter((resource) => inputs.get(resource.urn) !== JSON.stringify(resource.inputs))
    .map(({ type }) => type);
}

/** The AWS side of a stack beside what is there already, in small, and after a failure. */
import assert from "node:assert/strict";
import { given, program, statementsOf, type Keys } from "./eksProgram.ts";
import { SimulatedStack, type StateResource } from "./simulatedStack.ts";

describe("the AWS side of a stack", function () {
  this.timeout(180_000);
  let stack: SimulatedStack | undefined;
  const deploy = async (keys: Keys, secrets?: Readonly<Record<string, string>>): Promise<StateResource[]> => {
    stack = await SimulatedStack.ofProgram(program(keys, secrets));
    await stack.up();
    return stack.state();
  };
  const types = (state: readonly StateResource[]): Set<string> => new Set(state.map(({ type }) => type));
  afterEach(() => {
    stack?.remove();
    stack = undefined;
  });

  it("creates neither cluster, network nor bucket where both are there, and still all identities", async () => {
    const state = await deploy({
      cluster: { mode: "existing", name: "theirs" },
      storage: { mode: "existing", kmsKey: "alias/theirs" },
    });
    const kinds = types(state);
    for (const absent of [
      "aws:eks/cluster:Cluster",
      "aws:ec2/vpc:Vpc",
      "aws:s3/bucket:Bucket",
      "aws:eks/addon:Addon",
    ])
      assert.ok(!kinds.has(absent), absent);
    const associations = state.filter(
      ({ type }) => type === "aws:eks/podIdentityAssociation:PodIdentityAssociation",
    );
    assert.ok(associations.length >= 5);
    assert.ok(associations.every(({ inputs }) => inputs["clusterName"] === "theirs"));
    assert.equal(outputOf(state, "created"), false);
    const policies = state.filter(({ type }) => type === "aws:iam/rolePolicy:RolePolicy");
    const compactor = policies.find(({ urn }) => urn.endsWith("thanos-compactor"));
    const key = statementsOf(String(compactor?.inputs["policy"])).find(({ Sid }) => Sid === "BucketKey");
    assert.match(String(key?.Resource), /^arn:aws:kms:us-east-1:\d+:key\//);
  });

  it("reaches an existing cluster by the kubeconfig that is given, and stores it nowhere", async () => {
    const config = "apiVersion: v1\nkind: Config # hidden-kubeconfig";
    const state = await deploy(
      { cluster: { mode: "existing", name: "theirs" } },
      { ...given, kubeconfig: config },
    );
    const provider = state.find(({ type }) => type === "pulumi:providers:kubernetes");
    assert.match(JSON.stringify(provider?.inputs["kubeconfig"]), /hidden-kubeconfig/);
    assert.equal(provider?.inputs["clusterIdentifier"], "theirs");
    assert.ok(!(await stack!.export()).stdout.includes("hidden-kubeconfig"));
    const stored = state.filter(({ type }) => type === "aws:secretsmanager/secret:Secret");
    assert.ok(
      stored.length > 0 && stored.every(({ inputs }) => !String(inputs["name"]).includes("kubeconfig")),
    );
    assert.ok(types(state).has("aws:s3/bucket:Bucket"), "a bucket beside an existing cluster");
  });

  it("puts a new cluster beside an existing bucket without a key", async () => {
    const state = await deploy({ environment: "dev", storage: { mode: "existing" } });
    assert.ok(types(state).has("aws:eks/cluster:Cluster"));
    assert.ok(!types(state).has("aws:s3/bucket:Bucket"));
    const policies = state.filter(
      ({ type, urn }) => type.endsWith(":RolePolicy") && urn.includes("-thanos-"),
    );
    assert.ok(policies.length >= 3);
    for (const { inputs } of policies) assert.ok(!String(inputs["policy"]).includes("kms:"));
  });

  it("is smaller outside of production: one NAT gateway, no doors by the hour, a cluster that can be deleted", async () => {
    const state = await deploy({
      environment: "dev",
      cluster: { private: false, authorizedRanges: ["203.0.113.0/24"], nodes: { min: 1, max: 2 } },
    });
    const ofType = (type: string) => state.filter((one) => one.type === type);
    assert.equal(ofType("aws:ec2/natGateway:NatGateway").length, 1);
    assert.equal(ofType("aws:ec2/vpcEndpoint:VpcEndpoint").length, 1);
    const cluster = ofType("aws:eks/cluster:Cluster")[0]!.inputs;
    assert.equal(cluster["deletionProtection"], false);
    assert.deepEqual(
      (cluster["accessConfig"] as Record<string, unknown>)["bootstrapClusterCreatorAdminPermissions"],
      true,
    );
    const vpc = cluster["vpcConfig"] as Record<string, unknown>;
    assert.deepEqual(vpc["publicAccessCidrs"], ["203.0.113.0/24"]);
    const sizes = ofType("aws:eks/nodeGroup:NodeGroup")
      .filter(({ urn }) => urn.includes("monitoring"))
      .map(({ inputs }) => (inputs["scalingConfig"] as { minSize: number }).minSize);
    assert.deepEqual(sizes.sort(), [0, 1]);
  });

  it("goes on where it failed half-way", async () => {
    stack = await SimulatedStack.ofProgram(program({}));
    stack.fail({ "aws:eks/nodeGroup:NodeGroup gl-nodes-monitoring-2": "InsufficientInstanceCapacity" });
    const failed = await stack.tryUp();
    assert.notEqual(failed.code, 0);
    assert.match(failed.stdout + failed.stderr, /gl-nodes-monitoring-2[\s\S]*InsufficientInstanceCapacity/);
    stack.fail({});
    const { stdout } = await stack.up();
    assert.match(stdout, /unchanged/);
    await stack.up("--expect-no-changes");
  });
});

function outputOf(state: readonly StateResource[], name: string): unknown {
  return state.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs[name];
}

import assert from "node:assert/strict";
import { addonVersion, addonVersions } from "../../components/eks/addonVersions.ts";
import { mayAdminister } from "../../components/eks/deployer.ts";
import { awsFacts } from "../../components/eks/facts.ts";
import { awsFindings } from "../../components/eks/findings.ts";
import { amiType, machineOf } from "../../components/eks/machines.ts";
import { accessPolicy, trustPod, type Reach } from "../../components/aws/policies.ts";
import { storedSecrets } from "../../components/kubernetes/storedSecrets.ts";
import { parseConfig } from "../../configuration/parse.ts";
import { formatFinding } from "../../monitoring/checks/finding.ts";
import type { CloudAccess } from "../../monitoring/kubernetes/model.ts";
import { greenlang } from "../../systems/greenlang.ts";

const production = { environment: "production", region: "us-east-1", layout: "cluster" } as const;

describe("policies of identities", () => {
  const reach: Reach = {
    region: "us-east-1",
    bucketArn: "arn:aws:s3:::blocks",
    bucketKeyArn: "arn:aws:kms:us-east-1:111122223333:key/b",
    secretsArn: "arn:aws:secretsmanager:us-east-1:111122223333:secret:vigil/prod/",
    secretsKeyArn: "arn:aws:kms:us-east-1:111122223333:key/s",
  };
  const actions = (...access: CloudAccess[]): string[] =>
    accessPolicy(access, reach).Statement.flatMap(({ Action }) => Action);

  it("let readers read, writers also write, and the compactor alone delete", () => {
    const read = ["s3:ListBucket", "s3:GetObject", "kms:Decrypt"];
    assert.deepEqual(actions("bucket-read").sort(), [...read].sort());
    assert.ok(actions("bucket-write").includes("s3:PutObject"));
    assert.ok(actions("bucket-write").includes("kms:GenerateDataKey"));
    for (const access of ["bucket-read", "bucket-write", "secrets-read"] as const)
      assert.ok(!actions(access).some((action) => action.includes("Delete")));
    const deletes = actions("bucket-delete");
    for (const action of [...actions("bucket-write"), "s3:DeleteObject"]) assert.ok(deletes.includes(action));
  });

  it("name no action and no resource by a wildcard", () => {
    for (const access of ["bucket-read", "bucket-write", "bucket-delete", "secrets-read"] as const) {
      assert.ok(accessPolicy([access], reach).Statement.length > 0);
      for (const { Action, Resource } of accessPolicy([access], reach).Statement) {
        assert.ok([Action].flat().every((action) => !action.includes("*")));
        assert.ok([Resource ?? "*"].flat().every((resource) => resource !== "*"));
      }
    }
    // Machines are Azure's to discover.
    assert.deepEqual(accessPolicy(["machines-read"], reach).Statement, []);
  });

  it("use keys only through the service that they are of", () => {
    for (const statement of accessPolicy(["bucket-delete", "secrets-read"], reach).Statement)
      if ([statement.Action].flat().some((action) => action.startsWith("kms:")))
        assert.ok(statement.Condition?.["StringEquals"]?.["kms:ViaService"]);
  });

  it("leave the key out where a bucket has none", () => {
    const { region, bucketArn, secretsArn, secretsKeyArn } = reach;
    const { Statement } = accessPolicy(["bucket-write"], { region, bucketArn, secretsArn, secretsKeyArn });
    assert.ok(!JSON.stringify(Statement).includes("kms:"));
  });

  it("are taken by one service account of one cluster", () => {
    const trust = trustPod("111122223333", "vigil-prod", {
      namespace: "monitoring",
      serviceAccount: "thanos-store",
    });
    assert.deepEqual(trust.Statement[0]?.Condition?.["StringEquals"], {
      "aws:SourceAccount": "111122223333",
      "aws:RequestTag/eks-cluster-name": "vigil-prod",
      "aws:RequestTag/kubernetes-namespace": "monitoring",
      "aws:RequestTag/kubernetes-service-account": "thanos-store",
    });
  });
});

describe("a stack's configuration for EKS", () => {
  const configured = (changes: Record<string, unknown> = {}, region = "us-east-1") =>
    parseConfig(
      {
        "vigil:system": "greenlang",
        "vigil:platform": "eks",
        "vigil:environment": "production",
        "vigil:region": region,
        ...Object.fromEntries(
          Object.entries(changes).map(([key, value]) => [`vigil:${key}`, JSON.stringify(value)]),
        ),
      },
      ["vigil:secrets"],
      "gl",
    );
  const lines = (changes: Record<string, unknown>, region?: string): string =>
    awsFindings(configured(changes, region), greenlang(production)).map(formatFinding).join("\n");

  it("is in order as it comes", () => {
    assert.equal(lines({}), "");
  });

  const faults: [string, Record<string, unknown>, RegExp][] = [
    ["an existing cluster without a name", { cluster: { mode: "existing" } }, /cluster\.name: is empty/],
    ["a version without add-ons", { cluster: { version: "1.29" } }, /cluster\.version: got 1\.29.*1\.34/],
    ["a public API server for nobody", { cluster: { private: false } }, /authorizedRanges: is empty/],
    [
      "a public API server for everybody",
      { cluster: { private: false, authorizedRanges: ["0.0.0.0/0"] } },
      /got 0\.0\.0\.0\/0/,
    ],
    [
      "a session as administrator",
      { cluster: { administrators: ["arn:aws:sts::111122223333:assumed-role/deploy/ci"] } },
      /administrators: got arn:aws:sts/,
    ],
    [
      "fewer nodes than replicas",
      { cluster: { nodes: { min: 1, max: 3 } } },
      /nodes\.min: got 1, and each of the 2 replicas of prometheus/,
    ],
    [
      "nodes that have no room when one of them fails",
      { cluster: { nodes: { size: "m6i.large", min: 3, max: 3 } } },
      /nodes\.min: got 3, and without one of them 2 m6i\.large have no room.*nodes\.min' \d+.*larger machines/,
    ],
    ["fewer nodes at most than at least", { cluster: { nodes: { min: 5, max: 3 } } }, /nodes\.max: got 3/],
    [
      "a machine of another cloud",
      { cluster: { nodes: { size: "Standard_D4s_v5" } } },
      /nodes\.size: got Standard/,
    ],
    ["a small network", { network: { cidr: "10.0.0.0/24" } }, /network\.cidr: .*\/16 to \/20/],
    ["a public network", { network: { cidr: "8.8.0.0/16" } }, /network\.cidr: got 8\.8\.0\.0/],
    ["a copy in the same region", { storage: { replicateTo: "us-east-1" } }, /replicateTo: got us-east-1/],
    [
      "a copy of what stays as it is",
      { storage: { mode: "existing", replicateTo: "us-west-2" } },
      /replicateTo: got us-west-2, but an existing/,
    ],
    ["a key for a bucket that makes its own", { storage: { kmsKey: "alias/x" } }, /kmsKey: got alias\/x/],
    ["what belongs to Azure", { storage: { account: "st1" } }, /storage\.account: got st1/],
  ];
  for (const [what, changes, expected] of faults)
    it(`is told of ${what}, in one line with its mend`, () => {
      const found = lines(changes);
      assert.match(found, expected);
      assert.equal(found.split("\n").length, 1);
      assert.match(found, /^vigil:/);
    });

  it("is told of a region that AWS cannot have", () => {
    assert.match(lines({}, "eastus"), /vigil:region: got eastus.*us-east-1/);
  });

  it("becomes facts that name everything before it exists", () => {
    const facts = awsFacts(configured({ secrets: { "deadmans-switch-url": "x" } }), greenlang(production));
    assert.equal(facts.cluster, "vigil-gl");
    assert.deepEqual(facts.objectStore, {
      kind: "s3",
      bucket: "gl-thanos-metrics-production",
      region: "us-east-1",
      kmsKey: "alias/gl-thanos-metrics-production",
    });
    assert.deepEqual(facts.secretStore, {
      kind: "secrets-manager",
      region: "us-east-1",
      prefix: "vigil/gl/",
    });
    assert.equal(facts.deadMansSwitch, true);
    assert.deepEqual(
      facts,
      awsFacts(configured({ secrets: { "deadmans-switch-url": "y" } }), greenlang(production)),
    );
  });

  it("names the key of an existing bucket, and none where it has none", () => {
    const keyOf = (kmsKey: string) => {
      const { objectStore } = awsFacts(
        configured({ storage: { mode: "existing", kmsKey } }),
        greenlang(production),
      );
      return objectStore.kind === "s3" ? objectStore.kmsKey : undefined;
    };
    assert.equal(keyOf("alias/theirs"), "alias/theirs");
    assert.equal(keyOf(""), "");
  });
});

describe("what a stack on EKS chooses", () => {
  it("pins every add-on for every version that it takes", () => {
    for (const [version, addons] of Object.entries(addonVersions))
      for (const [addon, pinned] of Object.entries(addons)) {
        assert.match(pinned, /^v\d+\.\d+\.\d+-eksbuild\.\d+$/);
        if (addon === "kube-proxy") assert.ok(pinned.startsWith(`v${version}.`));
      }
    assert.throws(() => addonVersion("1.29", "coredns"), /coredns for Kubernetes 1\.29/);
  });

  it("knows Graviton by its name", () => {
    assert.deepEqual(["m7g.xlarge", "c6gn.large", "m6i.xlarge", "g5.xlarge"].map(amiType), [
      "BOTTLEROCKET_ARM_64",
      "BOTTLEROCKET_ARM_64",
      "BOTTLEROCKET_x86_64",
      "BOTTLEROCKET_x86_64",
    ]);
  });

  it("knows CPUs and memory of general machines by their name, and of no others", () => {
    assert.deepEqual(machineOf("m7i.2xlarge"), { cpus: 8, gibibytes: 32 });
    assert.deepEqual(machineOf("r6g.large"), { cpus: 2, gibibytes: 16 });
    assert.deepEqual(machineOf("c6a.xlarge"), { cpus: 4, gibibytes: 8 });
    for (const other of ["m5.metal", "t3.large", "x2gd.xlarge"]) assert.equal(machineOf(other), undefined);
  });

  it("stores secrets that are given or can be made, and never the kubeconfig", () => {
    const system = greenlang(production);
    const made = system.secrets.filter(({ generated }) => generated).map(({ name }) => name);
    const given = ["slack-url", "kubeconfig", "deadmans-switch-url", "human"];
    const names = storedSecrets(system, given).map(({ name }) => name);
    assert.deepEqual(names.sort(), ["deadmans-switch-url", "slack-url", ...made].sort());
  });

  it("recognises the one who deploys by role, whatever the session", () => {
    const roles = ["arn:aws:iam::111122223333:role/ci/deploy"];
    assert.ok(mayAdminister("arn:aws:sts::111122223333:assumed-role/deploy/run-7", roles));
    assert.ok(!mayAdminister("arn:aws:sts::111122223333:assumed-role/other/run-7", roles));
    assert.ok(!mayAdminister("arn:aws:sts::999922223333:assumed-role/deploy/run-7", roles));
    assert.ok(!mayAdminister("arn:aws:iam::111122223333:user/me", roles));
    assert.ok(mayAdminister("arn:aws:iam::111122223333:user/me", ["arn:aws:iam::111122223333:user/me"]));
  });
});

/** The AWS side of a stack on the real engine and simulated clouds: what it makes, what it keeps, what a change does. */
import assert from "node:assert/strict";
import { actionsOf, administrators, given, program, statementsOf, type Keys } from "./eksProgram.ts";
import { SimulatedStack, type StateResource } from "./simulatedStack.ts";

interface Step {
  readonly op: string;
  readonly urn: string;
  readonly detailedDiff?: Readonly<Record<string, unknown>>;
  readonly oldState?: StateResource;
  readonly newState?: StateResource;
}

describe("the AWS side of a stack in production", function () {
  this.timeout(180_000);
  let stack: SimulatedStack;
  let state: StateResource[] = [];
  let stored = "";
  const ofType = (type: string): StateResource[] => state.filter((one) => one.type === type);
  const only = (type: string): StateResource => {
    const found = ofType(type);
    assert.equal(found.length, 1, type);
    return found[0]!;
  };
  const named = (type: string, name: string): StateResource => {
    const found = ofType(type).find(({ urn }) => urn.endsWith(`::${name}`));
    assert.ok(found, `${type} ${name}`);
    return found;
  };

  before(async () => {
    stack = await SimulatedStack.ofProgram(
      program({ cluster: { administrators }, storage: { replicateTo: "us-west-2" } }),
    );
    await stack.up();
    state = await stack.state();
    stored = (await stack.export()).stdout;
  });
  after(() => {
    stack.remove();
  });

  it("changes nothing when it is deployed again", async () => {
    const { stdout } = await stack.up("--expect-no-changes");
    assert.match(stdout, /^ +\d+ unchanged$/m);
  });

  it("keeps no secret in plain text: not those given, not those made, not the kubeconfig", () => {
    for (const value of Object.values(given)) assert.ok(!stored.includes(value));
    const made = ofType("random:index/randomPassword:RandomPassword").map(({ outputs }) => outputs["result"]);
    assert.ok(made.length >= 2);
    for (const value of made) {
      assert.equal(typeof value, "string");
      assert.ok(!stored.includes(value as string));
    }
    assert.ok(!stored.includes("get-token"));
  });

  it("stores every secret under the stack's prefix, encrypted with its own key", () => {
    const secrets = ofType("aws:secretsmanager/secret:Secret");
    const key = named("aws:kms/key:Key", "gl-secrets-key").outputs["arn"];
    for (const { inputs } of secrets) {
      assert.match(String(inputs["name"]), /^vigil\/gl\//);
      assert.equal(inputs["kmsKeyId"], key);
      assert.equal(inputs["recoveryWindowInDays"], 30);
    }
    assert.ok(secrets.some(({ inputs }) => inputs["name"] === "vigil/gl/slack-url"));
    assert.ok(secrets.some(({ inputs }) => inputs["name"] === "vigil/gl/grafana-admin"));
  });

  it("protects and retains every bucket and key, and retains what guards the buckets", () => {
    const kept = [
      ...ofType("aws:s3/bucket:Bucket"),
      ...ofType("aws:kms/key:Key"),
      ...ofType("aws:kms/alias:Alias"),
    ];
    assert.ok(kept.length >= 12);
    for (const { urn, protect, ...rest } of kept) {
      assert.equal(protect, true, urn);
      assert.equal((rest as { retainOnDelete?: boolean }).retainOnDelete, true, urn);
    }
    for (const one of state.filter(({ type }) => type.startsWith("aws:s3/")))
      assert.equal((one as { retainOnDelete?: boolean }).retainOnDelete, true, one.urn);
  });

  it("rotates its keys", () => {
    for (const { urn, inputs } of ofType("aws:kms/key:Key"))
      assert.equal(inputs["enableKeyRotation"], true, urn);
  });

  it("runs the control plane encrypted, logged, private, by IAM alone", () => {
    const { inputs } = only("aws:eks/cluster:Cluster");
    assert.deepEqual(inputs["accessConfig"], {
      authenticationMode: "API",
      bootstrapClusterCreatorAdminPermissions: false,
    });
    assert.deepEqual([...(inputs["enabledClusterLogTypes"] as string[])].sort(), [
      "api",
      "audit",
      "authenticator",
      "controllerManager",
      "scheduler",
    ]);
    const vpc = inputs["vpcConfig"] as Record<string, unknown>;
    assert.equal(vpc["endpointPublicAccess"], false);
    assert.equal(vpc["endpointPrivateAccess"], true);
    assert.equal((vpc["subnetIds"] as string[]).length, 3);
    assert.deepEqual(inputs["encryptionConfig"], {
      provider: { keyArn: named("aws:kms/key:Key", "gl-cluster-key").outputs["arn"] },
      resources: ["secrets"],
    });
    assert.equal(inputs["deletionProtection"], true);
    const logs = named("aws:cloudwatch/logGroup:LogGroup", "gl-cluster").inputs;
    assert.equal(logs["name"], "/aws/eks/vigil-gl/cluster");
    assert.equal(logs["retentionInDays"], 365);
    assert.ok(logs["kmsKeyId"]);
  });

  it("gives administrators their rights by access entries", () => {
    assert.equal(only("aws:eks/accessEntry:AccessEntry").inputs["principalArn"], administrators[0]);
    assert.match(
      String(only("aws:eks/accessPolicyAssociation:AccessPolicyAssociation").inputs["policyArn"]),
      /AmazonEKSClusterAdminPolicy$/,
    );
  });

  it("lays nodes in private subnets of three zones, each zone with a way out of its own", () => {
    const subnets = ofType("aws:ec2/subnet:Subnet");
    assert.equal(new Set(subnets.map(({ inputs }) => inputs["availabilityZone"])).size, 3);
    assert.ok(subnets.every(({ inputs }) => inputs["mapPublicIpOnLaunch"] === false));
    assert.equal(ofType("aws:ec2/natGateway:NatGateway").length, 3);
    const publicIds = subnets.filter(({ urn }) => urn.includes("-public-")).map(({ id }) => id);
    for (const { inputs } of ofType("aws:eks/nodeGroup:NodeGroup"))
      assert.ok((inputs["subnetIds"] as string[]).every((id) => !publicIds.includes(id)));
    const group = only("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup").inputs;
    assert.ok(group["ingress"] === undefined && group["egress"] === undefined);
  });

  it("gives nodes IMDSv2 within one hop, encrypted disks, and a group of them in each zone", () => {
    const { inputs } = only("aws:ec2/launchTemplate:LaunchTemplate");
    const metadata = inputs["metadataOptions"] as Record<string, unknown>;
    assert.equal(metadata["httpTokens"], "required");
    assert.equal(metadata["httpPutResponseHopLimit"], 1);
    for (const { ebs } of inputs["blockDeviceMappings"] as { ebs: Record<string, unknown> }[])
      assert.equal(ebs["encrypted"], "true");
    const monitoring = ofType("aws:eks/nodeGroup:NodeGroup").filter(({ urn }) => urn.includes("monitoring"));
    assert.equal(monitoring.length, 3);
  });

  it("pins every add-on, with network policies on", () => {
    const addons = ofType("aws:eks/addon:Addon").map(({ inputs }) => inputs);
    assert.deepEqual(addons.map(({ addonName }) => addonName).sort(), [
      "aws-ebs-csi-driver",
      "coredns",
      "eks-pod-identity-agent",
      "kube-proxy",
      "metrics-server",
      "vpc-cni",
    ]);
    for (const { addonVersion } of addons) assert.match(String(addonVersion), /^v\d.*-eksbuild\.\d+$/);
    const cni = addons.find(({ addonName }) => addonName === "vpc-cni");
    assert.deepEqual(JSON.parse(String(cni?.["configurationValues"])), { enableNetworkPolicy: "true" });
  });

  it("keeps blocks in a bucket that is encrypted, versioned, closed, logged and tiered", () => {
    const bucket = named("aws:s3/bucket:Bucket", "gl-storage-blocks").inputs["bucket"];
    assert.equal(bucket, "gl-thanos-metrics-production");
    const setting = (kind: string): Record<string, unknown> => {
      const found = state.find(
        ({ type, urn }) => type.endsWith(`:Bucket${kind}`) && urn.endsWith("::gl-storage-blocks"),
      );
      assert.ok(found, kind);
      return found.inputs;
    };
    assert.deepEqual(setting("ServerSideEncryptionConfiguration")["rules"], [
      {
        applyServerSideEncryptionByDefault: {
          sseAlgorithm: "aws:kms",
          kmsMasterKeyId: named("aws:kms/key:Key", "gl-storage-key").outputs["arn"],
        },
        bucketKeyEnabled: true,
      },
    ]);
    const closed = setting("PublicAccessBlock");
    for (const flag of ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"])
      assert.equal(closed[flag], true);
    assert.deepEqual(setting("Versioning")["versioningConfiguration"], { status: "Enabled" });
    assert.deepEqual(setting("OwnershipControls")["rule"], { objectOwnership: "BucketOwnerEnforced" });
    assert.equal(setting("Logging")["targetBucket"], "gl-thanos-metrics-production-access-logs");
    const classes = (
      setting("LifecycleConfiguration")["rules"] as { transitions?: { storageClass: string }[] }[]
    )
      .flatMap(({ transitions = [] }) => transitions)
      .map(({ storageClass }) => storageClass);
    assert.deepEqual(classes, ["INTELLIGENT_TIERING", "GLACIER_IR"]);
    const refusals = statementsOf(String(setting("Policy")["policy"]))
      .filter(({ Effect }) => Effect === "Deny")
      .map(({ Sid }) => Sid);
    assert.deepEqual(refusals, [
      "RefusePlaintext",
      "RefuseOldTls",
      "RefuseOtherEncryption",
      "RefuseOtherKeys",
    ]);
  });

  it("copies every block to the second region, under a key of that region", () => {
    const [rule] = only("aws:s3/bucketReplicationConfig:BucketReplicationConfig").inputs["rules"] as [
      { destination: { bucket: string; encryptionConfiguration: { replicaKmsKeyId: string } } },
    ];
    assert.equal(rule.destination.bucket, "arn:aws:s3:::gl-thanos-metrics-production-replica");
    assert.match(rule.destination.encryptionConfiguration.replicaKmsKeyId, /^arn:aws:kms:us-west-2:/);
  });

  it("gives each service account a role of its own, by Pod Identity, that only it can take", () => {
    const associations = ofType("aws:eks/podIdentityAssociation:PodIdentityAssociation").map(
      ({ inputs }) => inputs,
    );
    const accounts = associations.map(
      ({ namespace, serviceAccount }) => `${String(namespace)}/${String(serviceAccount)}`,
    );
    assert.ok(accounts.includes("monitoring/thanos-compactor"));
    assert.ok(accounts.includes("external-secrets/external-secrets"));
    assert.equal(new Set(associations.map(({ roleArn }) => roleArn)).size, associations.length);
    for (const { serviceAccount, roleArn } of associations) {
      const role = ofType("aws:iam/role:Role").find(({ outputs }) => outputs["arn"] === roleArn);
      const [trust] = statementsOf(String(role?.inputs["assumeRolePolicy"]));
      const equals = trust?.Condition?.["StringEquals"];
      assert.equal(equals?.["aws:RequestTag/kubernetes-service-account"], serviceAccount);
      assert.equal(equals?.["aws:RequestTag/eks-cluster-name"], "vigil-gl");
    }
  });

  it("lets the compactor alone delete blocks", () => {
    const deleters = ofType("aws:iam/rolePolicy:RolePolicy")
      .filter(({ inputs }) => actionsOf(String(inputs["policy"])).includes("s3:DeleteObject"))
      .map(({ urn }) => urn.split("::").at(-1));
    assert.deepEqual(deleters, ["vigil-gl-monitoring-thanos-compactor"]);
  });

  it("grants no action by a wildcard and no resource by `*` in any role", () => {
    for (const { urn, inputs } of ofType("aws:iam/rolePolicy:RolePolicy"))
      for (const { Action, Resource } of statementsOf(String(inputs["policy"]))) {
        assert.ok(
          [Action].flat().every((action) => !action.includes("*")),
          urn,
        );
        assert.ok(
          [Resource ?? "*"].flat().every((resource) => resource !== "*"),
          urn,
        );
      }
  });

  it("grants by a wildcard in policies of resources only to the account itself, in a key's own policy", () => {
    const policies = state
      .filter(({ type }) => !type.startsWith("aws:iam/"))
      .map(({ inputs }) => (inputs as Record<string, unknown> | undefined)?.["policy"])
      .flatMap((policy) => (typeof policy === "string" ? statementsOf(policy) : []));
    const wild = policies.filter(
      ({ Effect, Action, Resource }) =>
        Effect === "Allow" &&
        [...[Action].flat(), ...[Resource ?? []].flat()].some((one) => /^\*$|:\*$/.test(one)),
    );
    assert.deepEqual(wild.map(({ Sid }) => Sid).sort(), ["AccountByIam", "CloudWatchLogs"]);
  });

  const changesBy = async (cluster: Keys): Promise<Step[]> => {
    const changed = { cluster: { administrators, ...cluster }, storage: { replicateTo: "us-west-2" } };
    stack.write("index.ts", program(changed));
    const { stdout } = await stack.preview("--json");
    const { steps } = JSON.parse(stdout) as { steps: Step[] };
    return steps.filter(({ op }) => op !== "same");
  };

  it("raises Kubernetes' version in place, without a replacement", async () => {
    const changed = await changesBy({ version: "1.35" });
    assert.deepEqual([...new Set(changed.map(({ op }) => op))], ["update"]);
    const kinds = new Set(changed.map(({ urn }) => urn.split("::")[2]?.split("$").at(-1)));
    assert.deepEqual([...kinds].sort(), [
      "aws:eks/addon:Addon",
      "aws:eks/cluster:Cluster",
      "aws:eks/nodeGroup:NodeGroup",
    ]);
  });

  it("takes another administrator without touching the cluster", async () => {
    const oncall = "arn:aws:iam::123456789012:role/oncall";
    const changed = await changesBy({ administrators: [...administrators, oncall] });
    assert.equal(changed.length, 2);
    assert.ok(changed.every(({ op, urn }) => op === "create" && urn.includes("oncall")));
  });

  it("changes the bounds of its nodes, and leaves their number to whoever scales them", async () => {
    const changed = await changesBy({ nodes: { min: 6, max: 9 } });
    assert.equal(changed.length, 3);
    for (const { op, detailedDiff } of changed) {
      assert.equal(op, "update");
      assert.deepEqual(Object.keys(detailedDiff ?? {}).sort(), [
        "scalingConfig.maxSize",
        "scalingConfig.minSize",
      ]);
    }
  });

  it("has nodes of another size under names of their own, so that they are there before the old ones go", async () => {
    const steps = await changesBy({ nodes: { size: "m6i.2xlarge" } });
    const [step, ...others] = steps.filter(({ urn }) => urn.endsWith("-monitoring-1"));
    assert.equal(others.length, 0);
    assert.equal(step?.op, "replace");
    assert.equal(step.oldState?.inputs["nodeGroupName"], "monitoring-1-m6i-xlarge");
    assert.equal(step.newState?.inputs["nodeGroupName"], "monitoring-1-m6i-2xlarge");
    assert.ok(steps.every(({ urn }) => urn.includes("NodeGroup")));
  });

  it("refuses to destroy what is protected, and says which", async () => {
    const { code, stdout, stderr } = await stack.destroy();
    assert.notEqual(code, 0);
    assert.match(stdout + stderr, /protected/);
    const left = await stack.state();
    assert.equal(left.filter(({ type }) => type === "aws:s3/bucket:Bucket").length, 4);
  });
});

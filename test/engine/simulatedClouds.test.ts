import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { startSimulatedClouds, simulatedProviders } from "../../simulation/simulatedClouds.ts";
import type { Properties } from "../../simulation/propertyValues.ts";
import type { Provider } from "../../simulation/provider.ts";
import { SimulatedStack } from "./simulatedStack.ts";

const region = "us-east-1";
const urnOf = (token: string, name = "probe"): string => `urn:pulumi:test::probe::${token}::${name}`;

describe("simulated clouds: what they refuse", function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), "vigil-simulated-"));
  const providers = new Map(simulatedProviders(folder).map((provider) => [provider.cloud.package, provider]));
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const account = { kind: "StorageV2", resourceGroupName: "rg", sku: { name: "Standard_ZRS" } };
  const pod = (container: object): object => ({
    metadata: { name: "web" },
    spec: {
      selector: { matchLabels: { app: "web" } },
      template: { metadata: { labels: { app: "web" } }, spec: { containers: [container] } },
    },
  });
  const release = { chart: "thanos", name: "thanos" };
  const rule = {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: { name: "rules" },
  };

  /** Token, inputs that are accepted, then changes of them that are not, each with what the refusal says. */
  const rows: readonly (readonly [
    token: string,
    good: object,
    faults: readonly (readonly [object, RegExp])[],
  ])[] = [
    [
      "aws:s3/bucket:Bucket",
      { bucket: "metrics", tags: { team: "a" } },
      [
        [{ bukket: "metrics" }, /bukket there is no such property/],
        [{ tags: { team: 3 } }, /tags\.team got 3; accepted: a text/],
        [{ forceDestroy: "yes" }, /forceDestroy got "yes"; accepted: true or false/],
        [{ acl: "everyone" }, /acl got "everyone"; accepted: "private", "public-read"/],
        [{ versioning: { enabled: true, mfa: true } }, /versioning\.mfa there is no such property/],
        [{ policy: "{" }, /policy is no JSON object/],
      ],
    ],
    [
      "aws:eks/cluster:Cluster",
      { roleArn: "arn:aws:iam::123456789012:role/eks", vpcConfig: { subnetIds: ["subnet-1"] } },
      [
        [{ roleArn: undefined }, /roleArn is missing; a text is required/],
        [{ vpcConfig: {} }, /vpcConfig\.subnetIds is missing; a list is required/],
        [{ vpcConfig: { subnetIds: "subnet-1" } }, /vpcConfig\.subnetIds got "subnet-1"; accepted: a list/],
        [
          { encryptionConfig: { provider: {}, resources: [] } },
          /encryptionConfig\.provider\.keyArn is missing/,
        ],
      ],
    ],
    [
      "azure-native:storage:StorageAccount",
      account,
      [
        [{ kind: "StorageV3" }, /kind got "StorageV3"; accepted: "Storage", "StorageV2"/],
        [{ sku: { name: "Standard_ZRS", tier: "Hot" } }, /sku\.tier there is no such property/],
        [{ sku: {} }, /sku\.name is missing/],
        [{ allowSharedKeyAccess: "false" }, /allowSharedKeyAccess got "false"; accepted: true or false/],
        [{ networkRuleSet: { defaultAction: "Block" } }, /networkRuleSet\.defaultAction got "Block"/],
        [{ resourceGroupName: undefined }, /resourceGroupName is missing/],
      ],
    ],
    [
      "azure-native:storage:ManagementPolicy",
      { accountName: "a", managementPolicyName: "default", resourceGroupName: "rg", policy: { rules: [] } },
      [
        [{ managementPolicyName: "tiers" }, /managementPolicyName got "tiers"; accepted: "default"/],
        [
          { policy: { rules: [{ name: "x", type: "Lifecycle" }] } },
          /policy\.rules\[0\]\.definition is missing/,
        ],
      ],
    ],
    [
      "kubernetes:apps/v1:Deployment",
      pod({ name: "web", image: "web:1" }),
      [
        [
          pod({ name: "web", image: 1 }),
          /spec\.template\.spec\.containers\[0\]\.image got 1; accepted: a text/,
        ],
        [
          pod({ name: "web", resource: {} }),
          /containers\[0\]\.resource there is no such property; did you mean resources/,
        ],
        [pod({ name: "web", ports: [{}] }), /containers\[0\]\.ports\[0\]\.containerPort is missing/],
        [{ metadata: { name: "Web_1" } }, /metadata\.name got "Web_1"; accepted: a DNS-1123 name/],
        [{ metadata: { name: "web", labels: { a: "b c" } } }, /metadata\.labels\["a"\] got "b c"/],
        [{ kind: "Pod" }, /kind got "Pod"; accepted: "Deployment"/],
      ],
    ],
    [
      "kubernetes:core/v1:Secret",
      { metadata: { name: "s" }, stringData: { key: "value" } },
      [
        [{ data: { key: "not base64" } }, /data\["key"\] is no base64/],
        [{ stringData: { key: "x".repeat(1_048_577) } }, /data has 1048577 bytes; accepted: at most 1 MiB/],
        [{ stringData: { "a/b": "x" } }, /data\["a\/b"\] accepted: a key of letters/],
      ],
    ],
    [
      "kubernetes:helm.sh/v3:Release",
      { ...release, values: { anything: [{ goes: 1 }] }, version: "1.0.0" },
      [
        [{ chart: undefined }, /chart is missing/],
        [{ valuez: {} }, /valuez there is no such property; did you mean values/],
        [{ timeout: "10m" }, /timeout got "10m"; accepted: a number/],
        [{ name: "Thanos" }, /name got "Thanos"; accepted: a DNS-1123 name/],
      ],
    ],
    [
      "kubernetes:monitoring.coreos.com/v1:PrometheusRule",
      { ...rule, spec: { groups: [{ anything: "goes" }] } },
      [
        [{ apiVersion: undefined }, /apiVersion is missing/],
        [{ kind: undefined }, /kind is missing/],
        [{ metadata: {} }, /metadata\.name is missing/],
        [{ metadata: { name: "rules", label: {} } }, /metadata\.label there is no such property/],
      ],
    ],
    [
      "random:index/randomPassword:RandomPassword",
      { length: 20 },
      [
        [{ length: undefined }, /length is missing; a number is required/],
        [{ length: "20" }, /length got "20"; accepted: a number/],
        [{ overridespecial: "!" }, /did you mean overrideSpecial/],
      ],
    ],
    [
      "tls:index/privateKey:PrivateKey",
      { algorithm: "ECDSA" },
      [[{ algorithm: undefined }, /algorithm is missing/]],
    ],
    [
      "command:local:Command",
      { create: "true" },
      [[{ creat: "true" }, /creat there is no such property; did you mean create/]],
    ],
  ];

  for (const [token, good, faults] of rows) {
    it(`takes a ${token} as declared`, () => {
      deepEqual(refusals(providerOf(token), token, good), []);
    });
    for (const [change, message] of faults)
      it(`refuses a ${token}: ${String(message).slice(1, -1)}`, () => {
        const found = refusals(providerOf(token), token, { ...good, ...change });
        equal(found.length, 1, found.join("\n"));
        match(found[0] ?? "", message);
      });
  }

  for (const token of [
    "aws:s3/bucketV9:BucketV9",
    "azure-native:storage:StorageAcount",
    "azure-native:storage/v20200101:StorageAccount",
    "kubernetes:core/v1:ConfigMapp",
    "kubernetes:networking.k8s.io/v1beta9:NetworkPolicy",
    "random:index/randomThing:RandomThing",
  ])
    it(`refuses the unknown type ${token}`, () => {
      match(refusals(providerOf(token), token, {})[0] ?? "", /^ ?there is no resource/);
    });

  it("takes what is not known yet, anywhere", () => {
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    const token = "azure-native:storage:StorageAccount";
    deepEqual(refusals(providerOf(token), token, { ...account, kind: unknown, sku: unknown }), []);
  });

  it("holds the arguments of a provider against its declaration", () => {
    const kubernetes = providerOf("kubernetes:");
    deepEqual(kubernetes.checkConfig({ kubeconfig: "{}", enableServerSideApply: "true" }), []);
    equal(kubernetes.checkConfig({ kubeconfg: "{}" })[0]?.path, "kubeconfg");
    equal(kubernetes.checkConfig({ enableServerSideApply: '"maybe"' })[0]?.path, "enableServerSideApply");
  });

  const functions: readonly (readonly [token: string, given: Properties, key: string, value: RegExp])[] = [
    ["aws:index/getCallerIdentity:getCallerIdentity", {}, "accountId", /^\d{12}$/],
    ["aws:index/getPartition:getPartition", {}, "partition", /^aws$/],
    ["aws:index/getRegion:getRegion", {}, "name", /^us-east-1$/],
    [
      "aws:index/getAvailabilityZones:getAvailabilityZones",
      { state: "available" },
      "names",
      /us-east-1a,us-east-1b/,
    ],
    [
      "aws:eks/getCluster:getCluster",
      { name: "there" },
      "endpoint",
      /^https:\/\/.+\.us-east-1\.eks\.amazonaws\.com$/,
    ],
    ["aws:eks/getClusterAuth:getClusterAuth", { name: "there" }, "name", /^there$/],
    ["aws:s3/getBucket:getBucket", { bucket: "b" }, "arn", /^arn:aws:s3:::b$/],
    ["aws:kms/getKey:getKey", { keyId: "alias/x" }, "arn", /^arn:aws:kms:us-east-1:\d+:key\/[0-9a-f-]{36}$/],
    ["aws:kms/getAlias:getAlias", { name: "alias/x" }, "targetKeyArn", /:key\//],
    ["azure-native:authorization:getClientConfig", {}, "tenantId", /^[0-9a-f-]{36}$/],
    [
      "azure-native:containerservice:listManagedClusterUserCredentials",
      { resourceGroupName: "rg", resourceName: "aks" },
      "kubeconfigs",
      /object/,
    ],
    [
      "azure-native:containerservice:getManagedCluster",
      { resourceGroupName: "rg", resourceName: "aks" },
      "id",
      /resourceGroups\/rg\/providers\/Microsoft\.ContainerService\/managedClusters\/aks$/,
    ],
    ["azure-native:storage:getStorageAccount", { resourceGroupName: "rg", accountName: "a" }, "name", /^a$/],
  ];
  for (const [token, given, key, value] of functions)
    it(`answers ${token}`, () => {
      match(String(providerOf(token).invoke(token, given, region)[key]), value);
    });

  const wrongCalls: readonly (readonly [token: string, given: Properties, message: RegExp])[] = [
    ["aws:eks/getCluster:getCluster", {}, /getCluster: name is missing/],
    ["aws:eks/getCluster:getCluster", { name: "a", nam: "b" }, /nam there is no such property/],
    ["aws:eks/getNothing:getNothing", {}, /there is no function/],
    ["aws:ec2/getAmi:getAmi", {}, /is not simulated; the simulation answers aws:index\/getCallerIdentity/],
  ];
  for (const [token, given, message] of wrongCalls)
    it(`refuses a call: ${String(message)}`, () => {
      match(
        messageOf(() => providerOf(token).invoke(token, given, region)),
        message,
      );
    });

  function providerOf(token: string): Provider {
    const provider = providers.get(token.split(":")[0] ?? "");
    ok(provider, token);
    return provider;
  }
});

describe("simulated clouds: what exists", function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "vigil-simulated-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const namespace = "kubernetes:core/v1:Namespace";
  const configMap = "kubernetes:core/v1:ConfigMap";
  const inMonitoring = { metadata: { name: "rules", namespace: "monitoring" } };

  it("has no namespace that nobody has made", () => {
    const kubernetes = provider("kubernetes");
    match(
      messageOf(() => create(kubernetes, configMap, inMonitoring)),
      /namespaces "monitoring" not found/,
    );
    create(kubernetes, namespace, { metadata: { name: "monitoring" } });
    create(kubernetes, configMap, inMonitoring);
    create(kubernetes, configMap, { metadata: { name: "rules", namespace: "kube-system" } });
  });

  it("finds its namespaces again in another run", () => {
    create(provider("kubernetes"), namespace, { metadata: { name: "monitoring" } });
    create(provider("kubernetes"), configMap, inMonitoring);
  });

  it("does not make the same object twice", () => {
    const kubernetes = provider("kubernetes");
    create(kubernetes, namespace, { metadata: { name: "monitoring" } });
    match(
      messageOf(() => create(kubernetes, namespace, { metadata: { name: "monitoring" } }, "another")),
      /AlreadyExists/,
    );
  });

  it("knows custom resources only once a release has brought their definitions", () => {
    const kubernetes = provider("kubernetes");
    const token = "kubernetes:cert-manager.io/v1:ClusterIssuer";
    const issuer = { apiVersion: "cert-manager.io/v1", kind: "ClusterIssuer", metadata: { name: "ca" } };
    match(
      messageOf(() => create(kubernetes, token, issuer)),
      /no matches for kind "ClusterIssuer"/,
    );
    create(kubernetes, "kubernetes:helm.sh/v3:Release", {
      name: "cert-manager",
      namespace: "default",
      chart: "oci://quay.io/jetstack/charts/cert-manager",
    });
    create(kubernetes, token, issuer);
  });

  it("draws the same principals for the same resource, and others for another", () => {
    const azure = provider("azure-native");
    const token = "azure-native:managedidentity:UserAssignedIdentity";
    const inputs = { resourceGroupName: "rg", resourceName: "id" };
    const one = create(azure, token, inputs).properties;
    const again = azure.update(
      { urn: urnOf(token), region },
      create(azure, token, { ...inputs, resourceName: "b" }).id,
      inputs,
      false,
    );
    equal(one["principalId"], again["principalId"]);
    notEqual(one["principalId"], one["clientId"]);
    const other = create(azure, token, { ...inputs, resourceName: "c" }, "other").properties;
    notEqual(one["principalId"], other["principalId"]);
  });

  it("gives a resource without a name one that it keeps", () => {
    const aws = provider("aws");
    const identity = { urn: urnOf("aws:s3/bucket:Bucket", "metrics"), region };
    const first = aws.check(identity, undefined, {}).inputs;
    match(String(first["bucket"]), /^metrics-[0-9a-f]{7}$/);
    deepEqual(aws.check(identity, first, { tags: { a: "b" } }).inputs["bucket"], first["bucket"]);
  });

  const replacements: readonly (readonly [
    token: string,
    before: Properties,
    after: Properties,
    replaced: string[],
  ])[] = [
    [
      configMap,
      { metadata: { name: "a" }, data: { x: "1" } },
      { metadata: { name: "a" }, data: { x: "2" } },
      [],
    ],
    [configMap, { metadata: { name: "a" } }, { metadata: { name: "b" } }, ["metadata.name"]],
    [
      "kubernetes:apps/v1:StatefulSet",
      { metadata: { name: "a" }, spec: { serviceName: "a", replicas: 1 } },
      { metadata: { name: "a" }, spec: { serviceName: "b", replicas: 2 } },
      ["spec.serviceName"],
    ],
    [
      "kubernetes:helm.sh/v3:Release",
      { name: "a", chart: "c", namespace: "x", version: "1" },
      { name: "a", chart: "c", namespace: "y", version: "2" },
      ["namespace"],
    ],
    ["aws:s3/bucket:Bucket", { bucket: "a" }, { bucket: "b", forceDestroy: true }, ["bucket"]],
    ["aws:eks/cluster:Cluster", { name: "a", version: "1.33" }, { name: "a", version: "1.34" }, []],
    [
      "azure-native:storage:StorageAccount",
      { accountName: "a", location: "eastus", allowSharedKeyAccess: true },
      { accountName: "a", location: "westus", allowSharedKeyAccess: false },
      ["location"],
    ],
    ["random:index/randomPassword:RandomPassword", { length: 20 }, { length: 21 }, ["length"]],
  ];
  for (const [token, before, later, replaced] of replacements)
    it(`${replaced.length === 0 ? "updates" : "replaces"} a ${token} when ${JSON.stringify(later)} follows ${JSON.stringify(before)}`, () => {
      const diff = provider(token.split(":")[0] ?? "").diff({ urn: urnOf(token), region }, before, later);
      deepEqual([...diff.replacing], replaced);
      ok(diff.changes.length > 0);
    });

  it("takes the old one away first where both would have the same name", () => {
    const kubernetes = provider("kubernetes");
    const token = "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding";
    const binding = (role: string) => ({ metadata: { name: "a" }, roleRef: { name: role } });
    const diff = kubernetes.diff({ urn: urnOf(token), region }, binding("x"), binding("y"));
    equal(diff.deleteFirst, true);
  });

  it("listens on the loopback interface only, and no longer than it runs", async () => {
    const clouds = await startSimulatedClouds(folder);
    const port = clouds.ports["aws"] ?? 0;
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, family }) => !internal && family === "IPv4")
      .map(({ address }) => address);
    try {
      deepEqual(Object.keys(clouds.ports), ["aws", "azure-native", "kubernetes", "random", "tls", "command"]);
      equal(await answers("127.0.0.1", port), true);
      for (const address of [...others, "127.0.0.2"]) equal(await answers(address, port), false, address);
    } finally {
      clouds.stop();
    }
    equal(await answers("127.0.0.1", port), false);
  });

  function provider(name: string): Provider {
    const found = simulatedProviders(folder).find(({ cloud }) => cloud.package === name);
    ok(found, name);
    return found;
  }
});

describe("simulated clouds: with the engine", function () {
  this.timeout(180_000);
  let stack: SimulatedStack;
  afterEach(async () => {
    await stack.destroy();
    stack.remove();
  });

  /** `edit` and `name` are what the tests change. */
  const program = ({ edit = "one", name = "rules", extra = "" } = {}): string => `
import { Bucket } from "@pulumi/aws/s3/bucket.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import { Release } from "@pulumi/kubernetes/helm/v3/release.js";
import { RandomPassword } from "@pulumi/random/randomPassword.js";
import * as pulumi from "@pulumi/pulumi";

const bucket = new Bucket("metrics");
const password = new RandomPassword("password", { length: 24 });
const namespace = new Namespace("monitoring", { metadata: { name: "monitoring" } });
const inside = { namespace: namespace.metadata.name };
new Secret("login", { metadata: { ...inside, name: "login" }, stringData: { password: password.result, token: pulumi.secret("tok-plain-4711") } });
const rules = new ConfigMap(${JSON.stringify(name)}, { metadata: { ...inside, name: ${JSON.stringify(name)} }, data: { rules: ${JSON.stringify(edit)} } });
new Release("thanos", { name: "thanos", chart: "thanos", namespace: "monitoring", values: { bucket: bucket.bucket } }, { dependsOn: rules });
new ConfigMap("last", { metadata: { ...inside, name: "last" } }, { dependsOn: rules });
${extra}
export const arn = bucket.arn;
export const secret = password.result;
`;

  it("brings a stack up, changes nothing again, changes one thing, replaces, and takes it down", async () => {
    stack = await SimulatedStack.ofProgram(program());
    const preview = await stack.preview();
    match(preview.stdout, /arn +: \[unknown\]/);

    const up = await stack.up();
    match(up.stdout, /arn +: "arn:aws:s3:::metrics-[0-9a-f]{7}"/);
    match((await stack.up()).stdout, /8 unchanged/);

    stack.write("index.ts", program({ edit: "two" }));
    const changed = await stack.up();
    match(changed.stdout, /~ 1 updated/);
    match(changed.stdout, /7 unchanged/);

    stack.write("index.ts", program({ edit: "two", name: "alerts" }));
    const renamed = await stack.up();
    match(renamed.stdout, /\+ 1 created/);
    match(renamed.stdout, /- 1 deleted/);

    equal((await stack.destroy()).code, 0);
    deepEqual(things(stack), []);
  });

  it("keeps what is up when a release fails, names it, and goes on in the next run", async () => {
    stack = await SimulatedStack.ofProgram(program());
    stack.fail({ "kubernetes:helm.sh/v3:Release thanos": "timed out waiting for the condition" });
    const failed = await stack.tryUp("--continue-on-error");
    notEqual(failed.code, 0);
    match(failed.stdout, /Release \(thanos\)[^]*timed out waiting for the condition/);
    const before = await stack.state();
    ok(before.some(({ urn }) => urn.endsWith("::rules")));

    stack.fail({});
    const next = await stack.up();
    match(next.stdout, /~ 1 updated/);
    match((await stack.up()).stdout, /8 unchanged/);
  });

  it("fails after a number of resources, and leaves nothing of the one that failed", async () => {
    stack = await SimulatedStack.ofProgram(program());
    stack.fail({ "after 3 resources": "quota exceeded" });
    const failed = await stack.tryUp();
    notEqual(failed.code, 0);
    match(failed.stdout, /quota exceeded/);
    equal(things(stack).length, 3);
  });

  it("shows in a refresh what went away by itself", async () => {
    stack = await SimulatedStack.ofProgram(program());
    await stack.up();
    const world = readWorld(stack);
    world.things = world.things.filter(({ token }) => token !== "aws:s3/bucket:Bucket");
    writeFileSync(worldFile(stack), JSON.stringify(world));
    match((await stack.refresh()).stdout, /- 1 deleted/);
    match((await stack.up()).stdout, /\+ 1 created/);
  });

  it("stores no secret in plain text, neither in the state nor in its own folder", async () => {
    stack = await SimulatedStack.ofProgram(program());
    await stack.up();
    const opened = await stack.state();
    const password = opened.find(({ type }) => type.endsWith(":RandomPassword"))?.outputs["result"];
    equal(typeof password, "string");
    equal((password as string).length, 24);
    const stored = `${(await stack.export()).stdout}${readFileSync(worldFile(stack), "utf8")}`;
    ok(!stored.includes(password as string));
    ok(!stored.includes("tok-plain-4711"));
    const secret = opened.find(({ type }) => type === "kubernetes:core/v1:Secret");
    deepEqual(secret?.inputs["stringData"], { password, token: "tok-plain-4711" });
  });

  it("leaves what only exists afterwards unknown in a preview", async () => {
    stack = await SimulatedStack.ofProgram(
      program({ extra: `bucket.arn.apply((arn) => { console.log("the arn is " + arn); });` }),
    );
    ok(!(await stack.preview()).stdout.includes("the arn is"));
    match((await stack.up()).stdout, /the arn is arn:aws:s3:::/);
  });

  it("names type, property, value and what is accepted when it refuses a resource", async () => {
    stack = await SimulatedStack.ofProgram(`
import * as pulumi from "@pulumi/pulumi";
new pulumi.CustomResource("azure-native:storage:StorageAccount", "metrics", { resourceGroupName: "rg", kind: "StorageV3", sku: { name: "Standard_ZRS" } });
`);
    for (const result of [await stack.preview(), await stack.tryUp()]) {
      notEqual(result.code, 0);
      match(
        `${result.stdout}${result.stderr}`,
        /azure-native:storage:StorageAccount: kind got "StorageV3"; accepted: "Storage", "StorageV2"/,
      );
    }
  });
});

function refusals(provider: Provider, token: string, inputs: object): string[] {
  const given = Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== undefined));
  const { mismatches } = provider.check({ urn: urnOf(token), region }, undefined, given);
  return mismatches.map(({ path, reason }) => `${path} ${reason}`);
}

function create(provider: Provider, token: string, inputs: Properties, name?: string) {
  return provider.create({ urn: urnOf(token, name), region }, inputs, false);
}

function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing was thrown";
}

function worldFile({ folder }: SimulatedStack): string {
  return join(folder, "world.json");
}

function readWorld(stack: SimulatedStack): { things: { token: string }[] } {
  return JSON.parse(readFileSync(worldFile(stack), "utf8")) as { things: { token: string }[] };
}

function things(stack: SimulatedStack): string[] {
  return readWorld(stack).things.map(({ token }) => token);
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => {
      resolve(false);
    });
  });
}

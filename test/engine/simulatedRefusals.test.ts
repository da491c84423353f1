import { deepEqual, equal, match, ok } from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Properties } from "../../simulation/propertyValues.ts";
import type { Provider } from "../../simulation/provider.ts";
import { simulatedProviders } from "../../simulation/simulatedClouds.ts";
import { messageOf, region, urnOf } from "./simulatedProvider.ts";

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

function refusals(provider: Provider, token: string, inputs: object): string[] {
  const given = Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== undefined));
  const { mismatches } = provider.check({ urn: urnOf(token), region }, undefined, given);
  return mismatches.map(({ path, reason }) => `${path} ${reason}`);
}

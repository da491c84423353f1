import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import type { Properties } from "../../simulation/propertyValues.ts";
import type { Provider } from "../../simulation/provider.ts";
import { simulatedProviders, startSimulatedClouds } from "../../simulation/simulatedClouds.ts";
import { create, messageOf, region, urnOf } from "./simulatedProvider.ts";

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
      "kubernetes:core/v1:Service",
      { metadata: { name: "a" }, spec: { clusterIP: "None", type: "ClusterIP" } },
      { metadata: { name: "a" }, spec: { clusterIP: "10.0.0.9", type: "LoadBalancer" } },
      ["spec.clusterIP"],
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

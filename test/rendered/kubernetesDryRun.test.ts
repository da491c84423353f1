import assert from "node:assert/strict";
import { planKubernetes } from "../../monitoring/kubernetes.ts";
import type { KubernetesObject } from "../../monitoring/kubernetes/model.ts";
import { ensureTools } from "../../tools/toolchain.ts";
import { startApiServer, type ApiServer } from "./apiServer.ts";
import { examples } from "./clusterFacts.ts";
import { definitionsOf, groupOf, label, objectsOf } from "./customResources.ts";
import { allCrdSchemas, leaveOut, needsReference } from "./reference.ts";

/** What the API server cannot know: definitions that come with a cluster, or with a release of the plan. */
const unknownKinds: readonly string[] = ["CiliumNetworkPolicy"];

describe("A real Kubernetes API, asked by a dry run", function () {
  this.timeout(120_000);
  let api: ApiServer;
  const all = (): KubernetesObject[] =>
    examples.flatMap(({ system, facts }) => objectsOf(planKubernetes(system, facts)));

  before(needsReference);

  before(async function () {
    this.timeout(1_800_000);
    const tools = await ensureTools(["kube_apiserver", "etcd"]);
    const [missing] = tools.missing;
    if (missing !== undefined) leaveOut(this, missing.reason);
    api = await startApiServer(tools);
    await api.define(definitionsOf(allCrdSchemas(), all()));
    for (const object of all().filter(({ kind }) => kind === "Namespace"))
      assert.deepEqual(await api.apply(object), { accepted: true, message: "", warnings: [] }, label(object));
  });

  // Absent where the suite was left out.
  after(() => (api as ApiServer | undefined)?.stop());

  for (const { name, system, facts } of examples)
    it(`${name}: takes every object, without a warning`, async () => {
      const objects = objectsOf(planKubernetes(system, facts)).filter(
        ({ kind }) => !unknownKinds.includes(kind),
      );
      const faults: string[] = [];
      for (const object of objects) {
        const { accepted, message, warnings } = await api.dryRun(object);
        if (!accepted) faults.push(`${label(object)}: ${message}`);
        faults.push(...warnings.map((warning) => `${label(object)}: warning: ${warning}`));
      }
      assert.deepEqual(faults, []);
      assert.ok(objects.length > 50, `only ${String(objects.length)} objects`);
    });

  it("refuses a field that it does not know", async () => {
    const { accepted, message } = await api.dryRun({ ...pod("monitoring"), extra: 1 });
    assert.equal(accepted, false);
    assert.match(message, /extra/);
  });

  it("warns of a pod that the restricted standard forbids, and not in the node exporter's namespace", async () => {
    const { warnings } = await api.dryRun(pod("monitoring"));
    assert.match(warnings.join(), /would violate PodSecurity "restricted/);
    assert.deepEqual((await api.dryRun(pod("monitoring-nodes"))).warnings, []);
  });

  it("knows every kind of a plan but those that are listed", () => {
    const kinds = all()
      .filter((object) => unknownKinds.includes(object.kind))
      .map(groupOf);
    assert.deepEqual([...new Set(kinds)], ["cilium.io"]);
  });
});

/** A deployment as one would write it at first. */
function pod(namespace: string): KubernetesObject {
  const labels = { app: "careless" };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "careless", namespace },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: "one", image: "example/one:1.0" }] } },
    },
  };
}

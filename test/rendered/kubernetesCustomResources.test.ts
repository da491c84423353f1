import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { planKubernetes } from "../../monitoring/kubernetes.ts";
import type { KubernetesObject } from "../../monitoring/kubernetes/model.ts";
import { ensureTools, type Toolchain } from "../../tools/toolchain.ts";
import { examples } from "./clusterFacts.ts";
import { groupOf, objectsOf } from "./customResources.ts";
import { allCrdSchemas, leaveOut, needsReference } from "./reference.ts";

const run = promisify(execFile);

/** Kinds without a schema in the reference; real definitions come with the charts (`kubernetesCharts.test.ts`). */
const withoutSchema: readonly string[] = [
  // AKS brings Cilium and its definitions with the cluster.
  "CiliumNetworkPolicy",
];

describe("Custom resources of a plan", function () {
  this.timeout(60_000);
  let tools: Toolchain;
  let folder: string;

  before(needsReference);

  before(async function () {
    this.timeout(600_000);
    tools = await ensureTools(["kubeconform"]);
    const [missing] = tools.missing;
    if (missing !== undefined) leaveOut(this, missing.reason);
    folder = await mkdtemp(join(tmpdir(), "vigil-custom-"));
    for (const { group, kind, version, schema } of allCrdSchemas()) {
      await mkdir(join(folder, group), { recursive: true });
      await writeFile(join(folder, group, `${kind}_${version}.json`), JSON.stringify(schema));
    }
  });

  after(async () => {
    // Absent where the suite was left out.
    if ((folder as string | undefined) !== undefined) await rm(folder, { recursive: true });
  });

  for (const { name, system, facts } of examples)
    it(`${name}: every one passes its schema, strictly`, async () => {
      const custom = customResources(objectsOf(planKubernetes(system, facts)));
      assert.ok(custom.length > 20, `only ${String(custom.length)} custom resources`);
      assert.deepEqual(await faults(custom), []);
    });

  it("a field that the schema does not have, or one of another type, is found", async () => {
    const [example] = examples;
    assert.ok(example);
    const [first] = customResources(objectsOf(planKubernetes(example.system, example.facts)));
    assert.ok(first);
    const spec = first["spec"] as object;
    const found = await faults([{ ...first, spec: { ...spec, notThere: true } }]);
    assert.match(found.join(), /notThere/);
  });

  it("every kind that is not Kubernetes' own has a schema, or is listed with the reason", () => {
    const known = new Set(allCrdSchemas().map(({ group, kind }) => `${group}/${kind}`));
    const kinds = examples
      .flatMap(({ system, facts }) => objectsOf(planKubernetes(system, facts)))
      .filter((object) => !isNative(object) && !known.has(`${groupOf(object)}/${object.kind.toLowerCase()}`))
      .map(({ kind }) => kind);
    assert.deepEqual([...new Set(kinds)].sort(), [...withoutSchema].sort());
  });

  async function faults(objects: readonly KubernetesObject[]): Promise<string[]> {
    const file = join(folder, "objects.json");
    await writeFile(file, JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }));
    const schema = join(folder, "{{.Group}}", "{{.ResourceKind}}_{{.ResourceAPIVersion}}.json");
    const given = ["-strict", "-output", "json", "-schema-location", schema, file];
    const { stdout } = await run(tools.path("kubeconform"), given).catch(
      // It ends with 1 where something is wrong, and says what on standard output.
      (error: unknown) => error as { stdout: string },
    );
    const { resources = [] } = JSON.parse(stdout) as { resources?: Finding[] };
    return resources.map(({ kind, name, status, msg }) => `${kind} ${name}: ${status} ${msg}`);
  }
});

interface Finding {
  readonly kind: string;
  readonly name: string;
  readonly status: string;
  readonly msg: string;
}

function customResources(objects: readonly KubernetesObject[]): KubernetesObject[] {
  return objects.filter((object) => !isNative(object) && !withoutSchema.includes(object.kind));
}

/** Kubernetes keeps `k8s.io` and groups without a dot for itself. */
function isNative(object: KubernetesObject): boolean {
  const group = groupOf(object);
  return !group.includes(".") || group.endsWith(".k8s.io");
}

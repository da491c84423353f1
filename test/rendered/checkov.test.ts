import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { KubernetesObject } from "../../monitoring/kubernetes/model.ts";
import { planKubernetes } from "../../monitoring/kubernetes.ts";
import list from "../../policies/coverage/checkov.json" with { type: "json" };
import { ensureTools } from "../../tools/toolchain.ts";
import { listChecks, versionOf } from "./checkovChecks.ts";
import {
  checkovExceptions,
  exceptionsOf,
  mostExceptions,
  type CheckovException,
} from "./checkovExceptions.ts";
import { examples, type Example } from "./clusterFacts.ts";
import { label, objectsOf } from "./customResources.ts";
import { leaveOut } from "./reference.ts";
import { noCharts, render } from "./renderedCharts.ts";

const run = promisify(execFile);
const checkov = process.env["VIGIL_CHECKOV"] ?? "";

/** Digests come by configuration. */
const leftOut = "CKV_K8S_43";

describe("What is excepted from Checkov's checks", () => {
  for (const { name, system } of examples)
    it(`is no more than ${String(mostExceptions)} failures of ${name}`, () => {
      const excepted = exceptionsOf(system);
      assert.ok(excepted.length <= mostExceptions, `${String(excepted.length)} are excepted`);
    });

  it("has a reason for each, and names each once", () => {
    for (const { check, object, reason } of checkovExceptions)
      assert.match(reason, /^[A-Z].{20,}[.]$/, `${check} ${object}`);
    assert.equal(new Set(checkovExceptions.map(named)).size, checkovExceptions.length);
  });
});

describe("The list of Checkov's checks", function () {
  this.timeout(120_000);

  it("is what Checkov of that version lists (test/rendered/checkovChecks.ts)", async function () {
    if (!existsSync(checkov)) leaveOut(this, "VIGIL_CHECKOV names no program");
    const version = await versionOf(checkov);
    if (version !== list.version)
      leaveOut(this, `the list is of Checkov ${list.version}, VIGIL_CHECKOV is ${version}`);
    assert.deepEqual(await listChecks(checkov), list);
  });
});

describe("Checkov, over everything that a plan puts on a cluster", function () {
  this.timeout(600_000);
  let helm: string;

  before(async function () {
    this.timeout(1_800_000);
    if (!existsSync(checkov))
      leaveOut(
        this,
        "VIGIL_CHECKOV names no program: `python3 -m venv DIR && DIR/bin/pip install checkov`, then DIR/bin/checkov",
      );
    const without = noCharts();
    if (without !== undefined) leaveOut(this, without);
    const tools = await ensureTools(["helm"]);
    const [missing] = tools.missing;
    if (missing !== undefined) leaveOut(this, missing.reason);
    helm = tools.path("helm");
  });

  for (const example of examples)
    it(`finds the recorded exceptions in ${example.name}, and nothing else`, async () => {
      const failures = await failuresOf(await everything(helm, example));
      assert.deepEqual(failures.sort(), exceptionsOf(example.system).map(named).sort());
      assert.ok(failures.length <= mostExceptions);
    });
});

/** As {@link failuresOf} names a failure. */
function named({ check, object }: CheckovException): string {
  return `${check} ${object}`;
}

/** Objects of the plan and of its releases; definitions of kinds have nothing that runs. */
async function everything(helm: string, { system, facts }: Example): Promise<KubernetesObject[]> {
  const plan = planKubernetes(system, facts);
  const objects = objectsOf(plan);
  for (const { release } of plan.parts)
    if (release !== undefined) objects.push(...(await render(helm, release, facts.version)));
  return objects.filter(({ kind }) => kind !== "CustomResourceDefinition");
}

/** What Checkov says of one framework. */
interface Report {
  readonly results: {
    readonly failed_checks: readonly { readonly check_id: string; readonly file_path: string }[];
    readonly skipped_checks: readonly { readonly file_path: string }[];
    readonly parsing_errors: readonly string[];
  };
  readonly summary: { readonly passed: number };
}

/** `CHECK Kind namespace/name` of every failure. */
async function failuresOf(objects: readonly KubernetesObject[]): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "vigil-checkov-"));
  try {
    for (const [at, object] of objects.entries())
      await writeFile(join(folder, `${String(at)}.json`), JSON.stringify(object));
    const options = ["--framework", "kubernetes", "--skip-check", leftOut, "--output", "json"];
    const { stdout } = await run(
      checkov,
      ["--directory", folder, ...options, "--compact", "--soft-fail", "--skip-download"],
      { maxBuffer: 256e6 },
    );
    const { results, summary } = JSON.parse(stdout) as Report;
    assert.ok(summary.passed > objects.length, "Checkov has looked at next to nothing");
    assert.deepEqual(results.parsing_errors, []);
    assert.deepEqual(results.skipped_checks, [], "no annotation hides anything from Checkov");
    const labelAt = (path: string): string => {
      const object = objects[Number(/(\d+)\.json$/.exec(path)?.[1])];
      return object === undefined ? path : label(object);
    };
    return results.failed_checks.map(({ check_id, file_path }) => `${check_id} ${labelAt(file_path)}`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

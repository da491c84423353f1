/** The policy pack over the project's own stacks, as the real engine builds them on simulated clouds. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository, runPulumi } from "../../cli/engine.ts";
import { stackFileOf } from "../../cli/stackRoot.ts";
import { readStackFiles } from "../../configuration/stackFiles.ts";
import { policies } from "../../policies/catalogue.ts";
import { packConfiguration, type PackConfiguration } from "../../policies/packConfiguration.ts";
import type { StackResource } from "../../policies/resource.ts";
import { eventsOf, violationsOf } from "../../policies/violations.ts";
import { resourcesOf } from "../../simulation/exported.ts";
import { assertSucceeded, simulatedStack } from "../../simulation/projectStack.ts";
import { evaluate, exported, given } from "../policies/evaluation.ts";
import { foreignStates } from "../policies/foreign/index.ts";
import { assertAllCaught } from "../policies/assertAllCaught.ts";
import { mutationScore, toldTwice, type MutationScore } from "../policies/mutationScore.ts";
import { neutral } from "../policies/neutral.ts";

const stacks = [
  "prod",
  "greenlang-prod",
  "greenlang-dev",
  "trade-prod",
  "trade-aws",
  "trade-desktop",
] as const;
/** Before the exclusions of the stacks' files end. */
const now = new Date("2026-12-01T12:00:00Z");

describe("The policy pack over this project's stacks", function () {
  this.timeout(300_000);
  const folder = mkdtempSync(join(tmpdir(), "vigil-policies-"));
  const states = new Map<string, string>();

  before(async () => {
    for (const name of stacks) {
      const own = mkdtempSync(join(folder, `${name}-`));
      const { pulumi } = await simulatedStack(own, stackFileOf(name, readStackFiles(repository)));
      assertSucceeded(await pulumi(["up", "--yes", "--skip-preview", "--parallel", "64"]));
      const state = await pulumi(["stack", "export", "--show-secrets"]);
      assertSucceeded(state);
      states.set(name, state.stdout);
    }
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const resources = (name: string): StackResource[] => exported(resourcesOf(states.get(name) ?? ""));

  for (const name of stacks)
    it(`finds nothing wrong with ${name} but what its own file lets be, and can decide everything`, () => {
      const { violations, undecided } = evaluate(policies, resources(name), configurationOf(name), now);
      assert.deepEqual(
        violations.filter(({ policy }) => !isAdvisory(name, policy)),
        [],
      );
      assert.deepEqual(undecided, []);
    });

  describe("of which one thing at a time is weakened, widened, shortened, removed, deleted or unprotected", () => {
    const scores: MutationScore[] = [];

    for (const name of stacks)
      it(`catches everything of ${name}`, () => {
        const score = mutationScore(policies, resources(name), configurationOf(name), now);
        scores.push(score);
        assertAllCaught(score);
      });

    const seen = new Set<string>();
    for (const name of stacks)
      it(`tells what was weakened of ${name} once`, () => {
        assert.deepEqual(toldTwice(seen, policies, resources(name), configurationOf(name), now), []);
      });

    it("has made enough mutants, and no reason to leave one out that none needs", () => {
      const mutants = scores.reduce((sum, score) => sum + score.mutants, 0);
      assert.ok(mutants >= 250, `${String(mutants)} mutants`);
      const others = Object.values(foreignStates).map((state) =>
        mutationScore(policies, given(state), {}, now),
      );
      const needed = new Set([...scores, ...others].flatMap((score) => score.neutral.map(({ why }) => why)));
      assert.deepEqual(
        neutral.map(({ why }) => why).filter((why) => !needed.has(why)),
        [],
      );
    });
  });

  it("says the same in the engine, and which policy has found it", async () => {
    const state = JSON.parse(states.get("greenlang-prod") ?? "") as {
      deployment: {
        resources: { type: string; inputs: Record<string, unknown>; outputs: Record<string, unknown> }[];
      };
    };
    const block = state.deployment.resources.find(({ type }) => type.endsWith(":BucketPublicAccessBlock"));
    assert.ok(block !== undefined);
    block.inputs["blockPublicAcls"] = false;
    block.outputs["blockPublicAcls"] = false;
    const file = join(folder, "weakened.json");
    writeFileSync(file, JSON.stringify(state));
    const config = join(repository, "policies", "stacks", "greenlang-prod.json");
    const pack = join(repository, "policies");
    const { code, stdout } = await runPulumi([
      ...["policy", "analyze", "--json", "--file", file],
      ...["--policy-pack", pack, "--policy-pack-config", config],
    ]);
    const { violations, finished } = violationsOf(eventsOf(stdout));
    assert.notEqual(code, 0);
    assert.ok(finished);
    assert.deepEqual(
      violations.map(({ policy }) => policy),
      ["exposure-s3-public-block"],
    );
  });
});

function configurationOf(name: string): PackConfiguration {
  return packConfiguration(fileOf(name), now);
}

/** Whether the stack's file only wants to be told. */
function isAdvisory(name: string, policy: string): boolean {
  const file = JSON.parse(fileOf(name)) as Readonly<Record<string, { readonly enforcementLevel?: string }>>;
  return file[policy]?.enforcementLevel === "advisory";
}

function fileOf(name: string): string {
  return readFileSync(join(repository, "policies", "stacks", `${name}.json`), "utf8");
}

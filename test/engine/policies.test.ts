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
import { violationsOf } from "../../policies/violations.ts";
import { resourcesOf } from "../../simulation/exported.ts";
import { assertSucceeded, simulatedStack } from "../../simulation/projectStack.ts";
import { evaluate, exported } from "../policies/evaluation.ts";
import { mutantsOf, type Mutant } from "../policies/mutants.ts";

const stacks = ["prod", "greenlang-prod", "trade-prod", "trade-aws", "trade-desktop"] as const;
/** Before the exclusions of the stacks' files end. */
const now = new Date("2026-12-01T12:00:00Z");

/** What changes nothing for the safety or the keeping of anything, by type and path. */
const neutral: readonly RegExp[] = [
  // Stronger than before.
  /VirtualNetwork\): (?:enableDdosProtection|enableVmProtection)/,
  // Tiers save money; Azure's own default is that there are none.
  /ManagementPolicy\): policy\.rules\.0\.enabled/,
  // A snapshot is nothing that Thanos makes.
  /actions\.snapshot\./,
  // Of a private link service that nobody offers.
  /privateLinkServiceNetworkPolicies/,
  // An alias is a name; the key is protected.
  /kms\/alias:Alias\): protect/,
  // A group of what is protected itself.
  /resources:ResourceGroup\): protect/,
  // Names of endpoints inside: without them requests go out by the NAT gateway, over TLS as before.
  /vpcEndpoint:VpcEndpoint\): privateDnsEnabled/,
  // Remains of versions, and uploads that were never ended.
  /expiredObjectDeleteMarker|abortIncompleteMultipartUpload/,
  // From none to a day: it is a name that must be free at once.
  /^step-.*recoveryWindowInDays 0/,
  // The copy is read when the first is lost: where its blocks lie is a matter of money.
  /replica-blocks .*transitions/,
  // When a patch is installed, and whether a window serves machines that it does not know.
  /approveAfterDays|allowUnassociatedTargets/,
  // The system disk, which holds nothing that is kept; the other is its own resource.
  /rootBlockDevice\.deleteOnTermination|networkInterfaces\.0\.primary|enableCrossZoneLoadBalancing/,
  // Stronger: nobody adds an extension to the machine.
  /osProfile\.allowExtensionOperations/,
  // A log of what steps have printed: excluded by the stack's own file.
  /trade-aws-outputs/,
  // Who may see a log that he may see anyway.
  /enableLogAccessUsingOnlyResourcePermissions/,
];

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
    it(`finds nothing wrong with ${name}, and can decide everything`, () => {
      assert.deepEqual(evaluate(policies, resources(name), configurationOf(name), now), {
        violations: [],
        undecided: [],
      });
    });

  for (const name of ["prod", "greenlang-prod", "trade-prod", "trade-aws"] as const)
    it(`catches whatever of ${name}'s cloud is weakened, shortened, unprotected or deleted`, () => {
      const all = resources(name);
      const mutants = mutantsOf(all).filter(
        ({ type, operator, what }) =>
          /^(?:aws|azure-native):/.test(type) &&
          ["weaken", "shorten", "unprotect", "delete"].includes(operator) &&
          !neutral.some((pattern) => pattern.test(what)),
      );
      assert.ok(mutants.length >= 40, `${String(mutants.length)} mutants`);
      const survivors = mutants.filter((mutant) => !isCaught(mutant, configurationOf(name)));
      assert.deepEqual(
        survivors.map(({ what }) => what),
        [],
      );
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
    const { violations, finished } = violationsOf(stdout);
    assert.notEqual(code, 0);
    assert.ok(finished);
    assert.deepEqual(
      violations.map(({ policy }) => policy),
      ["exposure-s3-public-block"],
    );
  });
});

function isCaught({ urn, resources }: Mutant, configuration: PackConfiguration): boolean {
  const single = policies.filter((policy) => "check" in policy);
  const changed = resources.filter((resource) => resource.urn === urn);
  return (
    evaluate(single, changed, configuration, now).violations.length > 0 ||
    evaluate(
      policies.filter((policy) => "inspect" in policy),
      resources,
      configuration,
      now,
    ).violations.length > 0
  );
}

function configurationOf(name: string): PackConfiguration {
  const file = join(repository, "policies", "stacks", `${name}.json`);
  return name === "trade-desktop" ? {} : packConfiguration(readFileSync(file, "utf8"), now);
}

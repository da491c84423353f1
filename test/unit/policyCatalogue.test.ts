import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { join } from "node:path";
import { policies, policiesOf } from "../../policies/catalogue.ts";

const folder = join(import.meta.dirname, "../../policies");

describe("The catalogue of policies", () => {
  it("has each name once, as configurations and exclusions know a policy by it", () => {
    const names = policies.map(({ id }) => id);
    assert.deepEqual(
      names.filter((name, index) => names.indexOf(name) !== index),
      [],
    );
  });

  it("has every policy that is written, in the folder of its concern", async () => {
    const found: string[] = [];
    for (const concern of new Set(policies.map((policy) => policy.concern)))
      for (const file of globSync(`${concern}/*.ts`, { cwd: folder })) {
        const module = (await import(join(folder, file))) as Readonly<Record<string, unknown>>;
        for (const policy of policiesOf([module])) {
          assert.equal(policy.concern, concern, `${policy.id} in ${file}`);
          found.push(policy.id);
        }
      }
    assert.deepEqual(found.sort(), policies.map(({ id }) => id).sort());
  });

  it("knows each by its concern, or as one of pods or releases, and what it checks", () => {
    for (const { id, concern } of policies) {
      assert.match(id, /^[a-z]+(?:-[a-z0-9]+)+$/);
      assert.ok([concern, "pod", "release"].includes(id.split("-")[0] ?? ""), id);
    }
  });
});

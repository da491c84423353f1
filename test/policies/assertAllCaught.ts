/** What is asked of a mutation run: nothing survives, and each message leads to what was broken. */
import assert from "node:assert/strict";
import { policies } from "../../policies/catalogue.ts";
import type { MutationScore } from "./mutationScore.ts";

export function assertAllCaught({ killed, survivors }: MutationScore): void {
  assert.deepEqual(
    survivors.map(({ what }) => what),
    [],
  );
  for (const { mutant, by } of killed) {
    const { name, type } = mutant.original;
    // What is missing is said of whom it is missing to.
    if (mutant.operator !== "delete" && by.urn === mutant.original.urn)
      assert.ok(by.message.startsWith(`${name} (${type}): `), `${mutant.what}: ${by.message}`);
    const remedy = policies.find(({ id }) => id === by.policy)?.remedy ?? "";
    assert.ok(by.message.endsWith(remedy), `${mutant.what}: ${by.message}`);
  }
}

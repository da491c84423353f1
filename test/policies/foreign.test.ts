/** The pack over what others have built well: nothing is wrong with it, and whatever is weakened there is caught. */
import assert from "node:assert/strict";
import { policies } from "../../policies/catalogue.ts";
import { evaluate, given } from "./evaluation.ts";
import { foreignStates } from "./foreign/index.ts";
import { assertAllCaught } from "./assertAllCaught.ts";
import { mutationScore, toldTwice } from "./mutationScore.ts";

const now = new Date("2026-12-01T12:00:00Z");

describe("The policy pack over others' states", function () {
  this.timeout(60_000);
  for (const [what, state] of Object.entries(foreignStates)) {
    it(`finds nothing wrong with ${what}, and can decide everything`, () => {
      assert.deepEqual(evaluate(policies, given(state), {}, now), { violations: [], undecided: [] });
    });

    it(`catches whatever of ${what} is weakened`, () => {
      const score = mutationScore(policies, given(state), {}, now);
      assert.ok(score.mutants >= 20, `${String(score.mutants)} mutants`);
      assertAllCaught(score);
    });

    it(`tells what was weakened of ${what} once`, () => {
      assert.deepEqual(toldTwice(undefined, policies, given(state), {}, now), []);
    });
  }
});

import assert from "node:assert/strict";
import { policies } from "../../policies/catalogue.ts";

describe("The catalogue of policies", () => {
  it("has each name once, as configurations and exclusions know a policy by it", () => {
    const names = policies.map(({ id }) => id);
    assert.deepEqual(
      names.filter((name, index) => names.indexOf(name) !== index),
      [],
    );
  });
});

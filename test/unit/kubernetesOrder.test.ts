import assert from "node:assert/strict";
import fc from "fast-check";
import type { Part } from "../../monitoring/kubernetes/model.ts";
import { inOrder } from "../../monitoring/kubernetes/order.ts";

const part = (name: string, ...after: string[]): Part => ({ name, about: "", after, objects: [] });
const names = (parts: readonly Part[]): string[] => parts.map(({ name }) => name);

describe("The parts of a plan on Kubernetes", () => {
  it("come behind what they need", () => {
    assert.deepEqual(names(inOrder([part("thanos", "crds", "secrets"), part("secrets"), part("crds")])), [
      "crds",
      "secrets",
      "thanos",
    ]);
  });

  it("keep their order where nothing is needed", () => {
    assert.deepEqual(names(inOrder([part("b"), part("a"), part("c")])), ["b", "a", "c"]);
  });

  it("have each its own name", () => {
    assert.throws(() => inOrder([part("a"), part("a")]), /two parts are named "a"/);
  });

  it("name only parts that are there", () => {
    assert.throws(
      () => inOrder([part("a", "b")]),
      /part "a" comes after "b", which the plan does not have; it has a/,
    );
  });

  it("never wait for each other", () => {
    assert.throws(() => inOrder([part("a", "b"), part("b", "a")]), /parts wait for each other: a → b → a/);
  });

  it("are all there, each behind what it needs, whatever the plan", () => {
    const plans = fc.integer({ min: 1, max: 12 }).chain((count) =>
      fc
        .tuple(
          ...Array.from({ length: count }, (_, at) =>
            fc.subarray(Array.from({ length: at }, (_unused, n) => `p${n}`)),
          ),
        )
        .chain((needs) =>
          fc.shuffledSubarray(
            needs.map((after, at) => part(`p${at}`, ...after)),
            { minLength: count },
          ),
        ),
    );
    fc.assert(
      fc.property(plans, (parts) => {
        const ordered = names(inOrder(parts));
        assert.deepEqual([...ordered].sort(), names(parts).sort());
        for (const { name, after } of parts)
          for (const needed of after) assert.ok(ordered.indexOf(needed) < ordered.indexOf(name));
      }),
    );
  });
});

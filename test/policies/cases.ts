/** What every policy is tested for, from rows of data: pass, fail, absent, unknown, excluded, misconfigured. */
import assert from "node:assert/strict";
import { policiesOf } from "../../policies/catalogue.ts";
import type { Policy } from "../../policies/policy.ts";
import { evaluate, given, type Given } from "./evaluation.ts";

export interface PolicyCases {
  readonly policy: Policy;
  /** As a stack's file has them. @default the policy's own */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Stacks, by what is right about them. */
  readonly passes: Readonly<Record<string, readonly Given[]>>;
  /** Stacks, by what is wrong with them, each with what the message has to say beside the resource and the mend. */
  readonly fails: Readonly<Record<string, { readonly stack: readonly Given[]; readonly says: RegExp }>>;
  /** A stack in which the setting is not there at all; whether that is a violation is the policy's to say. */
  readonly absent: { readonly stack: readonly Given[]; readonly says?: RegExp };
  /** A stack in which it depends on what a preview does not know; absent where only known inputs are read. */
  readonly unknown?: readonly Given[];
}

const tested = new Set<Policy>();

/** A test that every policy of the modules has rows in this file; call it after the last {@link testPolicy}. */
export function testNoneIsLeftOut(...modules: readonly Readonly<Record<string, unknown>>[]): void {
  it("leaves no policy without rows", () => {
    const all = policiesOf(modules);
    assert.ok(all.length > 0);
    assert.deepEqual(
      all.filter((policy) => !tested.has(policy)).map(({ id }) => id),
      [],
    );
  });
}

/** The tests of one policy; call it inside a `describe`. */
export function testPolicy({ policy, settings, passes, fails, absent, unknown }: PolicyCases): void {
  tested.add(policy);
  describe(policy.id, () => {
    const run = (stack: readonly Given[], more = {}) =>
      evaluate([policy], given(stack), { [policy.id]: { ...settings, ...more } });

    for (const [what, stack] of Object.entries(passes))
      it(`accepts ${what}`, () => {
        assert.deepEqual(run(stack), { violations: [], undecided: [] });
      });

    for (const [what, { stack, says }] of Object.entries(fails))
      it(`refuses ${what}, naming resource and mend`, () => {
        const { violations } = run(stack);
        assert.ok(violations.length > 0, "nothing was found");
        assert.ok(
          violations.some(({ message }) => says.test(message)),
          violations.map(({ message }) => message).join("\n"),
        );
        for (const { message, urn } of violations) {
          assert.ok(message.includes(policy.remedy), message);
          assert.ok(message.startsWith(`${urn.split("::").at(-1) ?? ""} (`), message);
        }
      });

    it(absent.says === undefined ? "does not ask for what is absent" : "refuses what is absent", () => {
      const { violations } = run(absent.stack);
      if (absent.says === undefined) assert.deepEqual(violations, []);
      else assert.match(violations.map(({ message }) => message).join("\n"), absent.says);
    });

    if (unknown !== undefined)
      it("says that it cannot decide what a preview does not know", () => {
        assert.deepEqual(run(unknown), { violations: [], undecided: [policy.id] });
      });

    const [failing] = Object.values(fails);
    if (failing === undefined) throw new Error(`${policy.id}: no failing case`);

    it("lets a resource be excluded, with a reason and until a day", () => {
      const exclusion = { resource: "*", reason: "it is mended next week", until: "2026-01-15" };
      assert.deepEqual(run(failing.stack, { exclusions: [exclusion] }).violations, []);
    });

    it("refuses an exclusion that is over, has no reason or names another resource only", () => {
      const exclusion = { resource: "*", reason: "it is mended next week", until: "2026-01-14" };
      assert.throws(() => run(failing.stack, { exclusions: [exclusion] }), /2026-01-14 is over/);
      assert.throws(
        () => run(failing.stack, { exclusions: [{ ...exclusion, until: "2026-02-01", reason: "" }] }),
        /exclusions\[0\]\.reason: got "", expected a sentence/,
      );
      const other = { ...exclusion, until: "2026-02-01", resource: "another" };
      assert.notDeepEqual(run(failing.stack, { exclusions: [other] }).violations, []);
    });
  });
}

/** What a policy mends unasked, tested over its own rows. */
import assert from "node:assert/strict";
import { readConfiguration } from "../../policies/configuration.ts";
import type { Resource } from "../../policies/resource.ts";
import type { PolicyCases } from "./cases.ts";
import { given, unknown, type Given } from "./evaluation.ts";

/** The tests of one policy's remediation; call it inside a `describe`. */
export function testMend({ policy, passes, fails }: PolicyCases): void {
  if (!("check" in policy) || policy.mend === undefined) throw new Error(`${policy.id} mends nothing`);
  const { types, check, mend } = policy;
  const { settings } = readConfiguration(policy, {}, new Date());
  const faults = (resource: Resource): string[] => [...check(resource, settings)].map(({ path }) => path);
  const lookedAt = (stack: readonly Given[]): Resource[] =>
    given(stack).filter(({ type }) => types.includes(type));

  describe(`${policy.id} at the level remediate`, () => {
    for (const [what, stack] of Object.entries(passes))
      it(`leaves ${what} as it is`, () => {
        for (const resource of lookedAt(stack)) assert.equal(mend(resource, settings), undefined);
      });

    for (const [what, { stack }] of Object.entries(fails))
      it(`mends ${what}, and hands on all else, known or not`, () => {
        const beside = stack.map((one) => ({ ...one, props: { ...one.props, later: unknown } }));
        for (const resource of [...lookedAt(stack), ...lookedAt(beside)]) {
          const broken = faults(resource);
          const props = mend(resource, settings);
          if (broken.length === 0) {
            assert.equal(props, undefined);
            continue;
          }
          assert.ok(props !== undefined);
          assert.deepEqual(faults({ ...resource, props }), []);
          const given = Object.getOwnPropertyDescriptors(resource.props);
          for (const [name, { value }] of Object.entries(given))
            if (!broken.some((path) => path === name || path.startsWith(`${name}.`)))
              assert.deepEqual(props[name], value, name);
        }
      });
  });
}

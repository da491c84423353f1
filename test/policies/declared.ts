/** Rows in the words of the SDK: a policy that reads a property which nobody can set would pass its own rows. */
import assert from "node:assert/strict";
import { plainType } from "../../policies/resource.ts";
import { Declarations } from "../../simulation/schema/declarations.ts";
import { mismatchesOf } from "../../simulation/schema/validate.ts";
import { testPolicy, type PolicyCases } from "./cases.ts";
import type { Given } from "./evaluation.ts";

const sdks: readonly Declarations[] = [new Declarations("aws"), new Declarations("azure-native")];

/** What every resource has. */
const everyOutput = { id: { type: { kind: "string" }, required: false } } as const;

/** {@link testPolicy}, and a test that the types and properties of all rows are the SDK's. */
export function testCloudPolicy(cases: PolicyCases): void {
  testPolicy(cases);
  const { policy, passes, fails, absent, unknown = [] } = cases;
  const stacks = [...Object.values(passes), ...Object.values(fails).map(({ stack }) => stack)];

  it(`${policy.id} is tested by properties that the SDK declares`, () => {
    const rows = [...stacks, absent.stack, unknown].flat();
    assert.deepEqual(rows.flatMap(undeclared), []);
    if ("check" in policy)
      assert.deepEqual(
        policy.types.filter((type) => sdkOf(type)?.resource(type) === undefined),
        [],
      );
  });
}

function undeclared({ type, props }: Given): string[] {
  const sdk = sdkOf(type);
  const declared = sdk?.resource(plainType(type));
  if (sdk === undefined || declared === undefined) return [type];
  const fields = { ...everyOutput, ...declared.outputs, ...declared.inputs };
  return mismatchesOf(props, fields, (name) => sdk.resolve(name))
    .filter(({ reason }) => reason.startsWith("there is no such property"))
    .map(({ path, reason }) => `${type} ${path}: ${reason}`);
}

function sdkOf(type: string): Declarations | undefined {
  return sdks.find(({ name }) => type.startsWith(`${name}:`));
}

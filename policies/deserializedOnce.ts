/**
 * Has the SDK read a resource's properties once, not once for each policy: half of what the pack adds to a preview. What an
 * exported state has encrypted is then not known, as what a preview does not know: the engine says `[secret]` for it
 * (policy_analyze.go), which would be looked at as if somebody had written that.
 *
 * Policies share what is read, so none may change it. What a remediation gets is its own.
 */
import { createRequire } from "node:module";
import { unknownStringValue } from "./sdk.ts";

type Read = (properties: object, secrets: boolean) => unknown;

// Left out of the SDK's declarations; its server asks this module for the function at each call.
const sdk = createRequire(import.meta.url)("@pulumi/policy/deserialize.js") as {
  deserializeProperties: Read;
};

const read = sdk.deserializeProperties;
const made = new WeakMap<object, unknown>();

sdk.deserializeProperties = (properties, secrets) => {
  if (secrets) return read(properties, secrets);
  if (!made.has(properties)) made.set(properties, withoutHidden(read(properties, secrets)));
  return made.get(properties);
};

/** A preview has what is secret in the clear, and no time for this. */
const mayHide = process.env["PULUMI_NODEJS_DRY_RUN"] !== "true";

function withoutHidden(value: unknown): unknown {
  if (!mayHide) return value;
  if (value === "[secret]") return unknownStringValue;
  if (Array.isArray(value)) return value.map(withoutHidden);
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withoutHidden(inner)]));
}

/**
 * Has the SDK read a resource's properties once, not once for each policy: half of what the pack adds to a preview.
 *
 * Policies share what is read, so none may change it. What a remediation gets is its own.
 */
import { createRequire } from "node:module";

type Read = (properties: object, secrets: boolean) => unknown;

// Left out of the SDK's declarations; its server asks this module for the function at each call.
const sdk = createRequire(import.meta.url)("@pulumi/policy/deserialize.js") as {
  deserializeProperties: Read;
};

const read = sdk.deserializeProperties;
const made = new WeakMap<object, unknown>();

sdk.deserializeProperties = (properties, secrets) => {
  if (secrets) return read(properties, secrets);
  if (!made.has(properties)) made.set(properties, read(properties, secrets));
  return made.get(properties);
};

/** What a machine is started with is read by every program on it: no key is in it. */
import { readable, userData } from "../facts/scripts.ts";
import type { Fault, ResourcePolicy } from "../policy.ts";
import { at, everyOne } from "../resource.ts";
import { keysIn, shapes } from "./keys.ts";

/** What is said in a script beside the shapes of keys: an assignment, and a key that ends within hours. */
const said: typeof shapes = [
  ...shapes,
  { what: "an access key of AWS", shape: /\bASIA[A-Z0-9]{16}\b/ },
  {
    what: "an access key of AWS",
    shape: /secret_?(?:access_?)?key["']?\s*(?::|=>|=)\s*["']?[A-Za-z0-9/+=]{40}(?![A-Za-z0-9/+=])/i,
  },
];

export const authUserData: ResourcePolicy = {
  id: "auth-user-data",
  concern: "auth",
  severity: "critical",
  description: "No key is in what a machine is started with: every program on it can read that.",
  remedy: "Fetch the secret from the cloud's store by the machine's identity, and revoke the key",
  covers: ["CKV_AWS_46", "CKV_AZURE_45"],
  types: Object.keys(userData),
  *check({ type, props }) {
    yield* everyOne(userData[type] ?? [], function* (steps): Iterable<Fault> {
      const text = at(props, ...steps);
      if (typeof text !== "string") return;
      const inside = readable(text);
      for (const what of keysIn(`${text}\n${inside}`, said))
        yield { path: steps.join("."), problem: `holds ${what}` };
    });
  },
};

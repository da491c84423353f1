/** What a machine is started with is read by every program on it: no key is in it. */
import { readable } from "../facts/scripts.ts";
import type { Fault, ResourcePolicy } from "../policy.ts";
import { at, everyOne } from "../resource.ts";
import { shapes } from "./keys.ts";

/** Where a type keeps it; Azure's and launch templates' are base64 always, and Pulumi takes both for an instance. */
const paths: Readonly<Record<string, readonly (readonly string[])[]>> = {
  "aws:ec2/instance:Instance": [["userData"], ["userDataBase64"]],
  "aws:ec2/launchTemplate:LaunchTemplate": [["userData"]],
  "aws:ec2/launchConfiguration:LaunchConfiguration": [["userData"], ["userDataBase64"]],
  "azure-native:compute:VirtualMachine": [["osProfile", "customData"], ["userData"]],
  "azure-native:compute:VirtualMachineScaleSet": [
    ["virtualMachineProfile", "osProfile", "customData"],
    ["virtualMachineProfile", "userData"],
  ],
};

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
  types: Object.keys(paths),
  *check({ type, props }) {
    yield* everyOne(paths[type] ?? [], function* (steps): Iterable<Fault> {
      const text = at(props, ...steps);
      if (typeof text !== "string") return;
      const inside = readable(text);
      for (const { what, shape } of said)
        if (shape.test(text) || shape.test(inside)) yield { path: steps.join("."), problem: `holds ${what}` };
    });
  },
};

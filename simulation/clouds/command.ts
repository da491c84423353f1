/** command: nothing is run; a command's output is empty. */
import type { Cloud } from "../cloud.ts";
import { hex } from "../invented.ts";

export const command: Cloud = {
  package: "command",
  complete: ({ inputs }) => inputs,
  identify: ({ name }, token) => `${name}${hex(token)}`,
  outputs: () => ({ stdout: "", stderr: "" }),
  replaces: (_, path) => /^triggers\b/.test(path),
  functions: { "command:local:run": () => ({ stdout: "", stderr: "" }) },
};

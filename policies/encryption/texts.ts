/** Files by which programs speak TLS as servers and clients, in objects of a cluster and in scripts. */
import { fileTypes } from "../facts/processes.ts";
import { readTextsOf } from "../facts/scripts.ts";
import type { ResourcePolicy } from "../policy.ts";
import { everyOne } from "../resource.ts";

export const encryptionFileTls: ResourcePolicy = {
  id: "encryption-file-tls",
  concern: "encryption",
  severity: "high",
  description: "No file that programs read lets them speak a TLS older than 1.2.",
  remedy: "Set min_version to TLS12 or TLS13, or leave it out: programs in Go have 1.2 themselves",
  covers: [],
  types: fileTypes,
  *check(resource) {
    yield* everyOne(readTextsOf(resource), function* ({ path, text }) {
      const [, version] = /\bmin_?version["']?\s*[:=]\s*["']?(TLS1[01]|TLS1\.[01])\b/i.exec(text) ?? [];
      if (version !== undefined) yield { path, problem: `has the least version ${version}` };
    });
  },
};

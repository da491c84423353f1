/**
 * Keeps `encryptionsalt` out of the stacks' committed configuration.
 *
 * Pulumi writes the salt of its passphrase into Pulumi.<stack>.yaml. The passphrase is this machine's, so that salt would be
 * wrong on every other one, and each clone would differ from what is committed. Pulumi keeps the same salt in the
 * state and takes it from there (PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER). A file that holds an encrypted value keeps its salt,
 * which that value needs.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const saltLine = /^encryptionsalt:.*\r?\n?/m;

/** Call before the engine runs; the result, called after it, takes out the salt that the engine has added. */
export function keepSaltOutOfConfig(projectRoot: string): () => void {
  const salted = new Set(stackFiles(projectRoot).filter((file) => saltLine.test(readFileSync(file, "utf8"))));
  return () => {
    for (const file of stackFiles(projectRoot)) {
      if (salted.has(file) || !existsSync(file)) continue;
      const text = readFileSync(file, "utf8");
      if (!saltLine.test(text) || /^\s*-?\s*secure:/m.test(text)) continue;
      const rest = text.replace(saltLine, "");
      if (rest.trim() === "") rmSync(file);
      else writeFileSync(file, rest);
    }
  };
}

function stackFiles(projectRoot: string): string[] {
  return readdirSync(projectRoot)
    .filter((name) => /^Pulumi\..+\.ya?ml$/.test(name))
    .map((name) => join(projectRoot, name));
}

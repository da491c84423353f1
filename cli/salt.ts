/**
 * Keeps `encryptionsalt` out of the stacks' committed configuration.
 *
 * Pulumi writes the salt of its passphrase into Pulumi.<stack>.yaml. The passphrase is this machine's, so that salt would be
 * wrong on every other one, and each clone would differ from what is committed. Pulumi keeps the same salt in the
 * state and takes it from there (PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER). A file that holds an encrypted value keeps its salt,
 * which that value needs.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parse } from "yaml";

const saltLine = /^encryptionsalt:.*\r?\n?/m;

/**
 * Call before the engine runs; the result, called after it, takes out the salt that the engine has added. A file of which the
 * engine has changed nothing else gets its own text back, comments and style included.
 */
export function keepSaltOutOfConfig(projectRoot: string): () => void {
  const before = new Map(stackFiles(projectRoot).map((file) => [file, readFileSync(file, "utf8")]));
  return () => {
    for (const file of stackFiles(projectRoot)) {
      const original = before.get(file);
      const text = readFileSync(file, "utf8");
      if (!saltLine.test(text) || /^\s*-?\s*secure:/m.test(text)) continue;
      if (original !== undefined && saltLine.test(original)) continue;
      const rest = text.replace(saltLine, "");
      if (original !== undefined && says(original, rest)) writeFileSync(file, original);
      else if (rest.trim() === "") rmSync(file);
      else writeFileSync(file, rest);
    }
  };
}

/** Whether two texts are the same configuration. One that cannot be read is not. */
function says(one: string, other: string): boolean {
  try {
    return isDeepStrictEqual(parse(one), parse(other));
  } catch {
    return false;
  }
}

function stackFiles(projectRoot: string): string[] {
  return readdirSync(projectRoot)
    .filter((name) => /^Pulumi\..+\.ya?ml$/.test(name))
    .map((name) => join(projectRoot, name));
}

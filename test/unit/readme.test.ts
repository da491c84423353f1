import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseConfig } from "../../config.ts";
import { prepareStack } from "../../configuration/prepare.ts";
import { parseStackFile } from "../../configuration/stackFiles.ts";
import { systems } from "../../systems/index.ts";

const root = join(import.meta.dirname, "../..");
const readme = readFileSync(join(root, "README.md"), "utf8");

describe("README.md", () => {
  it("shows a configuration that can be deployed", () => {
    const [, text = ""] = /```yaml\n(.*?)```/s.exec(readme) ?? [];
    const { raw, secretKeys } = parseStackFile("dev", text);
    const { findings } = prepareStack(parseConfig(raw, secretKeys, "dev"), {
      systems,
      suppliedSecrets: () => ["webhook-url"],
    });
    assert.deepEqual(findings, []);
  });

  it("names no command that package.json does not have", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const named = [...readme.matchAll(/npm run (?:-s )?([\w:]+)/g)].map(([, name = ""]) => name);
    assert.deepEqual(
      named.filter((name) => !(name in scripts)),
      [],
    );
  });
});

/** docs/restore-aws.md: its commands, as far as a shell without an account can tell. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "../../cli/engine.ts";

describe("the page about restoring on AWS", () => {
  const page = readFileSync(join(repository, "docs/restore-aws.md"), "utf8");
  const scripts = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, script = ""]) => script);
  const scriptWith = (text: string): string =>
    scripts.find((script) => script.includes(text)) ?? assert.fail(text);

  it("has commands that a shell can read", () => {
    assert.ok(scripts.length >= 8);
    for (const script of scripts) {
      const { status, stderr } = spawnSync("bash", ["-n"], { input: script, encoding: "utf8" });
      assert.equal(status, 0, stderr);
    }
  });

  it("brings every object of a block back but its mark of deletion, and its meta.json last", () => {
    const folder = mkdtempSync(join(tmpdir(), "vigil-restore-"));
    try {
      const markers = ["b/meta.json v1", "b/chunks/000001 v2", "b/deletion-mark.json v3", "b/index v4"];
      writeFileSync(
        join(folder, "markers.txt"),
        markers.map((line) => `${line.replace(" ", "\t")}\n`).join(""),
      );
      // Stands in for AWS: writes down what it is asked.
      writeFileSync(join(folder, "aws"), '#!/bin/sh\necho "$*" >> asked.txt\n', { mode: 0o755 });
      const { status, stderr } = spawnSync("bash", ["-eu"], {
        cwd: folder,
        input: `export PATH="${folder}:$PATH" BUCKET=blocks REGION=us-east-1\n${scriptWith("restore()")}`,
        encoding: "utf8",
      });
      assert.equal(status, 0, stderr);
      const asked = readFileSync(join(folder, "asked.txt"), "utf8").trim().split("\n");
      const base = "s3api delete-object --region us-east-1 --bucket blocks --key";
      assert.deepEqual(asked, [
        `${base} b/chunks/000001 --version-id v2`,
        `${base} b/index --version-id v4`,
        `${base} b/meta.json --version-id v1`,
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

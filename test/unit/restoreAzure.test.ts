import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

const page = readFileSync(join(import.meta.dirname, "../../docs/restore-azure.md"), "utf8");
const blocks = [...page.matchAll(/```sh\n([^]*?)```/g)].map(([, commands = ""]) => commands);

/** The commands of the page that hold this text. */
function commandsWith(text: string): string {
  const found = blocks.filter((block) => block.includes(text));
  assert.equal(found.length, 1, `one block of commands with ${text}, not ${found.length}`);
  return found[0] ?? "";
}

/** As the Azure CLI lists versions: name, version, whether it is current. */
const versions = [
  ["01AAA/chunks/000001", "2026-11-01T00:00:00.1Z", "None"],
  ["01AAA/chunks/000001", "2026-11-02T00:00:00.1Z", "None"],
  ["01AAA/deletion-mark.json", "2026-11-03T00:00:00.1Z", "None"],
  ["01AAA/index", "2026-11-01T00:00:00.1Z", "None"],
  ["01AAA/meta.json", "2026-11-01T00:00:00.1Z", "None"],
  ["01BBB/meta.json", "2026-11-01T00:00:00.1Z", "None"],
  ["01BBB/meta.json", "2026-11-02T00:00:00.1Z", "True"],
]
  .map((line) => line.join("\t"))
  .join("\n");

describe("the commands that restore deleted blocks on Azure", function () {
  let folder: string;

  before(function () {
    // The page is for a shell; Windows has none of its own.
    if (process.platform === "win32") this.skip();
    folder = mkdtempSync(join(tmpdir(), "vigil-restore-"));
    writeFileSync(join(folder, "listed.tsv"), `${versions}\n`);
    const az = [
      "#!/bin/sh",
      'case "$*" in *"blob list"*) cat listed.tsv ;; *) echo "$@" >> calls ;; esac',
    ].join("\n");
    writeFileSync(join(folder, "az"), az, { mode: 0o755 });
    for (const block of ["versions.tsv", "restore()"])
      execFileSync("sh", ["-euc", commandsWith(block)], {
        cwd: folder,
        env: {
          PATH: `${folder}${delimiter}${process.env["PATH"] ?? ""}`,
          ACCOUNT: "stprod",
          CONTAINER: "thanos-metrics",
        },
      });
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("find what has versions and none that is current, with the last of them", () => {
    assert.deepEqual(readFileSync(join(folder, "gone.tsv"), "utf8").trim().split("\n"), [
      "01AAA/chunks/000001\t2026-11-02T00:00:00.1Z",
      "01AAA/deletion-mark.json\t2026-11-03T00:00:00.1Z",
      "01AAA/index\t2026-11-01T00:00:00.1Z",
      "01AAA/meta.json\t2026-11-01T00:00:00.1Z",
    ]);
  });

  it("make them current, meta.json last and no deletion mark", () => {
    const calls = readFileSync(join(folder, "calls"), "utf8").trim().split("\n");
    assert.deepEqual(
      calls.map((call) => /--destination-blob (\S+)/.exec(call)?.[1]),
      ["01AAA/chunks/000001", "01AAA/index", "01AAA/meta.json"],
    );
    assert.ok(
      calls[0]?.endsWith(
        "https://stprod.blob.core.windows.net/thanos-metrics/01AAA/chunks/000001?versionid=2026-11-02T00:00:00.1Z",
      ),
    );
  });
});

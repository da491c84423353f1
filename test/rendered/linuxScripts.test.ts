import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import fc from "fast-check";
import { issueCertificates } from "../../components/local/authority.ts";
import { printing, quote } from "../../monitoring/linux/bash.ts";
import { serviceLibrary } from "../../monitoring/linux/library.ts";
import { check } from "./checkers.ts";

describe("the bash of Linux machines", function () {
  this.timeout(30_000);
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), "vigil-bash-"))));
  after(() => rm(folder, { recursive: true }));

  async function bash(script: string, environment: Readonly<Record<string, string>> = {}) {
    const child = spawn("bash", ["-s"], { env: { PATH: process.env["PATH"], ...environment } });
    child.stdin.end(script);
    const [output, errors, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "exit"),
    ]);
    return { code: Number(code), output, errors };
  }

  it("writes every text and every value as it is, whatever characters they hold", async () => {
    // NUL is none that a file name, an argument or a variable can hold, and no secret has it.
    const any = fc
      .string({ unit: "binary", maxLength: 40 })
      .map((value) => value.replaceAll("\0", "").toWellFormed());
    const nasty = fc.constantFrom(
      "'",
      '"',
      "`x`",
      "$(x)",
      "${x}",
      "%s\\n",
      "\\",
      "\n\n",
      "!",
      "&",
      "*",
      "~",
      "-n",
    );
    const part = fc.array(fc.oneof(any, nasty), { maxLength: 4 }).map((parts) => parts.join(""));
    const cases = fc.sample(fc.tuple(part, part, part), { numRuns: 150, seed: 5 });
    await mkdir(join(folder, "values"), { recursive: true });
    const script = ["set -euo pipefail", `vigil_value() { cat ${quote(`${folder}/values`)}/"$1"; }`];
    for (const [position, [before, value, behind]] of cases.entries()) {
      await writeFile(join(folder, "values", `secret:v${String(position)}`), value);
      const content = `${before}{{secret:v${String(position)}}}${behind}`;
      script.push(`{ ${printing(content)}; } > ${quote(join(folder, `out-${String(position)}`))}`);
    }
    const { code, errors } = await bash(script.join("\n"));
    assert.equal(code, 0, errors);
    for (const [position, [before, value, behind]] of cases.entries())
      assert.equal(await readFile(join(folder, `out-${String(position)}`), "utf8"), before + value + behind);
  });

  it("ends where a value is missing, before what comes behind it", async () => {
    const script = [
      "set -euo pipefail",
      'vigil_value() { echo "no value $1" >&2; return 1; }',
      `{ ${printing("a{{secret:gone}}b")}; } | cat > ${quote(join(folder, "half"))}`,
      "echo reached",
    ];
    const { code, output, errors } = await bash(script.join("\n"));
    assert.equal(code, 1);
    assert.equal(output, "");
    assert.match(errors, /no value secret:gone/);
  });

  it("quotes any word", () => {
    fc.assert(
      fc.property(fc.string(), (word) => {
        const quoted = quote(word);
        assert.equal(quoted.replaceAll("'\\''", "").split("'").length % 2, 1, quoted);
      }),
    );
  });

  describe("when it installs a program", () => {
    let server: Server;
    let url: string;
    let sum: string;
    before(async () => {
      const files = join(folder, "archive", "tool-1.0.0.linux-amd64");
      await mkdir(files, { recursive: true });
      await writeFile(join(files, "tool"), "#!/bin/sh\necho 1.0.0\n", { mode: 0o600 });
      await check("tar", "-czf", join(folder, "tool.tar.gz"), "-C", join(folder, "archive"), ".");
      const archive = await readFile(join(folder, "tool.tar.gz"));
      sum = createHash("sha256").update(archive).digest("hex");
      await issueCertificates(
        join(folder, "tls"),
        "test",
        [
          {
            name: "here",
            commonName: "here",
            dnsNames: ["localhost"],
            addresses: ["127.0.0.1"],
            usage: ["server"],
          },
        ],
        false,
      );
      const pem = await readFile(join(folder, "tls", "here.pem"));
      server = createServer({ cert: pem, key: pem }, (_, response) => response.end(archive)).listen(
        0,
        "127.0.0.1",
      );
      await once(server, "listening");
      url = `https://127.0.0.1:${String((server.address() as AddressInfo).port)}/tool.tar.gz`;
    });
    after(() => server.close());

    const install = (from: string, expected: string, file: string, where: string) =>
      bash(
        [
          "set -euo pipefail",
          "umask 077",
          `step=here programs=${quote(join(folder, "programs"))}`,
          serviceLibrary,
          `install_program ${[from, expected, file, join(folder, "programs", where, file)].map(quote).join(" ")}`,
        ].join("\n"),
        { CURL_CA_BUNDLE: join(folder, "tls", "ca.crt") },
      );

    it("puts the file of an archive whose sum is right in place, for every account to run", async () => {
      const { code, errors } = await install(url, sum, "tool", "right");
      assert.equal(code, 0, errors);
      const path = join(folder, "programs", "right", "tool");
      assert.equal((await stat(path)).mode & 0o777, 0o755);
      assert.equal((await stat(join(folder, "programs", "right"))).mode & 0o777, 0o755);
      assert.equal(await check(path), "1.0.0\n");
    });

    it("keeps nothing of one whose sum is another, and says both", async () => {
      const wrong = "0".repeat(64);
      const { code, errors } = await install(url, wrong, "tool", "wrong");
      assert.equal(code, 1);
      assert.match(
        errors,
        new RegExp(`here: ${url} has the SHA-256 ${sum}, expected ${wrong}; nothing of it was run`),
      );
      assert.deepEqual(await readdir(join(folder, "programs", "wrong")), []);
      assert.deepEqual(
        (await readdir(join(folder, "programs"))).filter((name) => name.startsWith(".")),
        [],
      );
    });

    it("drops builds that no unit starts any more, and no other", async () => {
      const units = join(folder, "units");
      await mkdir(units, { recursive: true });
      for (const build of ["tool-1", "tool-2"])
        await mkdir(join(folder, "builds", build), { recursive: true });
      await writeFile(
        join(units, "vigil-tool.service"),
        `ExecStart=${folder}/builds/tool-2/tool \\\n  --x\n`,
      );
      const variables = `programs=${quote(join(folder, "builds"))} units=${quote(units)}`;
      const { code, errors } = await bash(
        ["set -euo pipefail", variables, serviceLibrary, "drop_programs"].join("\n"),
      );
      assert.equal(code, 0, errors);
      assert.deepEqual(await readdir(join(folder, "builds")), ["tool-2"]);
    });

    it("says that an archive lacks the program", async () => {
      const { code, errors } = await install(url, sum, "other", "other");
      assert.equal(code, 1);
      assert.match(errors, /has no file other; name the archive of a Linux build/);
    });

    it("takes nothing without TLS", async () => {
      const { code, errors } = await install(url.replace("https", "http"), sum, "tool", "plain");
      assert.equal(code, 1);
      assert.match(errors, /cannot download http:/);
      assert.deepEqual(await readdir(join(folder, "programs", "plain")), []);
      assert.ok(!(await readdir(join(folder, "programs"))).some((name) => name.startsWith(".")));
    });
  });
});

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { folderOf } from "../../tools/installation.ts";
import { pinOf, toolNames } from "../../tools/pins.ts";
import { ensurePins } from "../../tools/toolchain.ts";
import { demoOf, goThat, goodGo, openWorkbench, type Workbench } from "./toolchainFixture.ts";

describe("the toolchain", () => {
  let bench: Workbench;

  beforeEach(async () => (bench = await openWorkbench()));
  afterEach(() => bench.close());

  describe("takes", () => {
    it("a tool on PATH that the pin accepts", async () => {
      bench.onPath("demo", demoOf("1.3.0"));
      const { path, tools } = await ensurePins([bench.demo()], bench.options);
      assert.equal(path("demo"), join(bench.root, "path", "demo"));
      assert.deepEqual([tools[0]?.origin, tools[0]?.version], ["path", "1.3.0"]);
    });

    it("the name that a distribution gives an executable", async () => {
      bench.onPath("prefixed-demo", demoOf("1.3.0"));
      const { path } = await ensurePins([bench.demo({ aliases: { demo: "prefixed-demo" } })], bench.options);
      assert.equal(path("demo"), join(bench.root, "path", "prefixed-demo"));
    });

    for (const version of ["1.1.9", "2.0.0"]) {
      it(`the release when the one on PATH is ${version}`, async () => {
        bench.onPath("demo", demoOf(version));
        const toolchain = await ensurePins([bench.demo()], bench.options);
        assert.equal(toolchain.tools[0]?.origin, "release");
        assert.match(execFileSync(toolchain.path("demo")).toString(), /1\.2\.3/);
      });
    }

    it("a Go build when the release is corrupt", async () => {
      bench.onPath("go", goodGo);
      bench.published.archive = Buffer.concat([bench.published.archive, Buffer.from("x")]);
      const toolchain = await ensurePins([bench.demo()], bench.options);
      assert.equal(toolchain.tools[0]?.origin, "build");
      assert.match(execFileSync(toolchain.path("demo")).toString(), /1\.2\.3/);
    });

    it("a tool on PATH only as long as it is the one that was looked at", async () => {
      bench.onPath("demo", demoOf("1.3.0"));
      await ensurePins([bench.demo()], bench.options);
      bench.onPath("demo", demoOf("1.10.12"));
      assert.equal((await ensurePins([bench.demo()], bench.options)).tools[0]?.version, "1.10.12");
    });
  });

  describe("once installed", () => {
    it("answers at once and starts no process", async () => {
      await ensurePins([bench.demo()], bench.options);
      const started: unknown[] = [];
      const note = (message: unknown): number => started.push(message);
      subscribe("child_process", note);
      const times: number[] = [];
      for (let i = 0; i < 5; i++) {
        const since = performance.now();
        await ensurePins([bench.demo()], bench.options);
        times.push(performance.now() - since);
      }
      spawn("true");
      unsubscribe("child_process", note);
      assert.equal(started.length, 1, "only the control, so that counting is known to work");
      assert.ok(Math.min(...times) < 60, `${times.join(", ")} ms`);
    });

    it("is installed anew when an executable was lost", async () => {
      const { path } = await ensurePins([bench.demo()], bench.options);
      rmSync(path("demo"));
      await ensurePins([bench.demo()], bench.options);
      assert.ok(existsSync(path("demo")));
    });

    it("is another installation when its pin changes", () => {
      assert.notEqual(
        folderOf(bench.options.cache, bench.demo()),
        folderOf(bench.options.cache, bench.demo({ optional: true })),
      );
    });
  });

  describe("installs nothing", () => {
    it("that fails its smoke test", async () => {
      bench.publish(demoOf("1.2.4"));
      await assert.rejects(
        ensurePins([bench.demo()], bench.options),
        /release: it reports version 1\.2\.4, not 1\.2\.3/,
      );
      assertNothingInstalled();
    });

    it("that does not run", async () => {
      bench.publish("#!/bin/sh\necho panic: no slicelabels >&2\nexit 2\n");
      await assert.rejects(ensurePins([bench.demo()], bench.options), /ended with 2: panic: no slicelabels/);
      assertNothingInstalled();
    });

    it("of a build that fails half-way", async () => {
      bench.published.checksums = "";
      bench.onPath("go", goThat("touch $2/demo; echo undefined: x >&2; exit 1"));
      await assert.rejects(ensurePins([bench.demo()], bench.options), /build: .* ended with 1: undefined: x/);
      assertNothingInstalled();
    });
  });

  describe("says", () => {
    it("each way that failed when a required tool cannot be had, and the way to get it", async () => {
      bench.onPath("demo", demoOf("1.0.0"));
      bench.published.checksums = "";
      await assert.rejects(ensurePins([bench.demo()], bench.options), (error: Error) => {
        assert.match(
          error.message,
          /^demo: version 1\.2\.3 cannot be had \(path: version 1\.0\.0 is not 1\.2\.0 or newer/,
        );
        assert.match(error.message, /; release: the checksum file .* has no sha256/);
        assert.match(
          error.message,
          /; build: no Go 1\.26 or newer on PATH\)\. To get it: allow downloads from/,
        );
        assert.equal(error.message.includes("\n"), false);
        return true;
      });
    });

    it("that a Go on PATH is too old", async () => {
      bench.published.checksums = "";
      bench.onPath("go", "#!/bin/sh\necho go version go1.25.9 linux/amd64\n");
      await assert.rejects(
        ensurePins([bench.demo()], bench.options),
        /is Go 1\.25\.9, Go 1\.26 or newer is needed/,
      );
    });

    it("in one line which optional tool is left out, and why its executables are not there", async () => {
      bench.published.checksums = "";
      const toolchain = await ensurePins([bench.demo({ optional: true })], bench.options);
      assert.equal(toolchain.missing[0]?.name, "demo");
      assert.equal(
        bench.lines.filter((line) => line.startsWith("demo is left out: version 1.2.3 cannot be had")).length,
        1,
      );
      assert.throws(() => toolchain.path("demo"), /^Error: demo: version 1\.2\.3 cannot be had/);
    });

    it("the same without asking again, until it is told to", async () => {
      bench.published.checksums = "";
      const pin = bench.demo({ optional: true });
      const first = await ensurePins([pin], bench.options);
      const asked = bench.requests.length;
      assert.deepEqual((await ensurePins([pin], bench.options)).missing, first.missing);
      assert.equal(bench.requests.length, asked);
      bench.publish(demoOf("1.2.3"));
      assert.deepEqual((await ensurePins([pin], { ...bench.options, again: true })).missing, []);
      assert.equal((await ensurePins([pin], bench.options)).tools[0]?.origin, "release");
    });

    it("that nobody asked for an executable", async () => {
      const { path } = await ensurePins([], bench.options);
      assert.throws(() => path("promtool"), /promtool: none of the tools asked for provides it/);
    });

    it("which key of a pin is wrong", () => {
      assert.throws(
        () => bench.demo({ version: "v1" }),
        /^Error: toolchain\.json, tool demo: version: [^\n]*three numbers/,
      );
    });
  });

  it("has a well-formed pin for every tool", () => {
    for (const name of toolNames) {
      const pin = pinOf(name);
      assert.ok(pin.release ?? pin.build ?? pin.package, `${name} can be obtained`);
      for (const check of pin.checks)
        assert.ok(pin.provides.includes(check.run[0] ?? ""), `${name} checks its own`);
      const checked = new Set(pin.checks.map(({ run }) => run[0]));
      assert.deepEqual([...checked], pin.provides, `${name}: every executable is checked`);
    }
  });

  function assertNothingInstalled(): void {
    assert.deepEqual(readdirSync(join(bench.options.cache, "tools/demo")), []);
  }
});

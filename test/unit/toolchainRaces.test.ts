import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { folderOf } from "../../tools/installation.ts";
import { withLock } from "../../tools/lock.ts";
import { ensurePins } from "../../tools/toolchain.ts";
import { goThat, goodGo, openWorkbench, type Workbench } from "./toolchainFixture.ts";

describe("the toolchain, in several processes", () => {
  let bench: Workbench;

  beforeEach(async () => (bench = await openWorkbench()));
  afterEach(() => bench.close());

  describe("a build", () => {
    it("leaves nothing in place when it is killed, and the next run starts clean", async () => {
      bench.published.checksums = "";
      const { run, endGo } = await buildingForEver();
      run.kill("SIGKILL");
      await once(run, "exit");
      endGo();
      assert.equal(existsSync(folderOf(bench.options.cache, bench.demo())), false);

      bench.onPath("go", goodGo);
      const toolchain = await ensurePins([bench.demo()], bench.options);
      assert.match(execFileSync(toolchain.path("demo")).toString(), /1\.2\.3/);
      assert.deepEqual(readdirSync(join(bench.options.cache, "tools/demo")), [
        `1.2.3-${bench.demo().digest}`,
      ]);
    });

    it("leaves no compiler behind when it is terminated", async () => {
      bench.published.checksums = "";
      const { run, ended } = await buildingForEver();
      run.kill("SIGTERM");
      const [, signal] = (await once(run, "exit")) as [number | null, string | null];
      assert.equal(signal, "SIGTERM");
      await until(ended);
    });
  });

  describe("when runs race", () => {
    it("installs once", async () => {
      const runs = await Promise.all([1, 2, 3].map(() => finished(runElsewhere())));
      const installed = join(folderOf(bench.options.cache, bench.demo()), "bin/demo");
      assert.deepEqual(runs, [installed, installed, installed]);
      assert.equal(bench.requests.filter((path) => path.endsWith(".tar.gz")).length, 1);
    });

    it("lets the second begin when the first has ended", async () => {
      const file = join(bench.root, "lock");
      const order: string[] = [];
      const work = (name: string) => async (): Promise<void> => {
        order.push(`${name} begins`);
        await pause(50);
        order.push(`${name} ends`);
      };
      const runs = ["first", "second"].map((name) => withLock(file, work(name), { pollEvery: 1 }));
      await Promise.all(runs);
      assert.deepEqual(order, ["first begins", "first ends", "second begins", "second ends"]);
    });

    it("takes over the lock of a process that died", async () => {
      const { pid } = spawnSync("true");
      const file = join(bench.root, "lock");
      writeFileSync(file, JSON.stringify({ pid, host: hostname(), token: "" }));
      assert.equal(await withLock(file, () => Promise.resolve("done")), "done");
      assert.equal(existsSync(file), false);
    });

    it("takes over the lock of a host that shows no sign of life", async () => {
      const file = join(bench.root, "lock");
      writeFileSync(file, JSON.stringify({ pid: 1, host: "elsewhere.invalid", token: "" }));
      let waited = "";
      const patience = { staleAfter: 100, pollEvery: 10, onWait: (holder: string) => (waited = holder) };
      await withLock(file, () => Promise.resolve(), patience);
      assert.equal(waited, "process 1 on elsewhere.invalid");
    });
  });

  /** The same call in another process; it prints the path of the executable. */
  function runElsewhere(): ChildProcess {
    const program = `
      const { definePin } = await import(${moduleOf("pins.ts")});
      const { ensurePins } = await import(${moduleOf("toolchain.ts")});
      const pin = definePin("demo", ${JSON.stringify(bench.entry)}, ${JSON.stringify(bench.root)});
      const { path } = await ensurePins([pin], ${JSON.stringify(bench.options)});
      console.log(path("demo"));`;
    const stdio: ["ignore", "pipe", "ignore"] = ["ignore", "pipe", "ignore"];
    return spawn(process.execPath, ["--input-type=module", "-e", program], { stdio });
  }

  /** Another run whose Go has written half an executable and goes on until it is terminated. */
  async function buildingForEver(): Promise<{ run: ChildProcess; endGo: () => void; ended: () => boolean }> {
    const pidFile = join(bench.root, "go.pid");
    const endFile = join(bench.root, "go.ended");
    const build = [
      "echo half > $2/demo",
      "sleep 60 & sleeper=$!",
      `trap "kill $sleeper; echo > ${endFile}; exit 1" TERM`,
      `echo $$ > ${pidFile}.new && mv ${pidFile}.new ${pidFile}`,
      "wait",
    ];
    bench.onPath("go", goThat(build.join("\n")));
    const run = runElsewhere();
    await until(() => existsSync(pidFile));
    const pid = Number(readFileSync(pidFile, "utf8"));
    return { run, endGo: () => process.kill(pid), ended: () => existsSync(endFile) };
  }
});

function moduleOf(file: string): string {
  return JSON.stringify(pathToFileURL(join(import.meta.dirname, "../../tools", file)).href);
}

async function finished(run: ChildProcess): Promise<string> {
  let output = "";
  run.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await once(run, "close");
  return output.trim();
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(10); // mocha's time-out bounds it
}

/** The commands of the README, in a checkout of their own, as a new user runs them. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { StackClient } from "../../drills/stackClient.ts";
import type { StackReport } from "../../cli/report.ts";
import { eventually, freePortBase } from "./liveStack.ts";

const repository = join(import.meta.dirname, "../..");

interface Run {
  readonly code: number;
  readonly output: string;
  readonly seconds: number;
}

describe("the commands of a new user", function () {
  this.timeout(180_000);
  let checkout = "";
  let report: StackReport;

  const command = async (name: string, ...args: string[]): Promise<Run> => {
    const started = Date.now();
    const child = spawn(process.execPath, [join(checkout, "tools/bootstrap.mjs"), name, ...args], {
      cwd: checkout,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const collect = (text: string): void => void (output += text);
    child.stdout.setEncoding("utf8").on("data", collect);
    child.stderr.setEncoding("utf8").on("data", collect);
    const code = await new Promise<number>((resolve) => child.once("close", (value) => resolve(value ?? 1)));
    return { code, output, seconds: (Date.now() - started) / 1_000 };
  };
  const status = async (): Promise<StackReport> =>
    JSON.parse((await command("status", "--json")).output) as StackReport;

  before(async () => {
    checkout = mkdtempSync(join(tmpdir(), "vigil-checkout-"));
    const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
      cwd: repository,
      encoding: "utf8",
    });
    for (const file of listed
      .trim()
      .split("\n")
      .filter((name) => existsSync(join(repository, name))))
      cpSync(join(repository, file), join(checkout, file), { recursive: true });
    symlinkSync(join(repository, "node_modules"), join(checkout, "node_modules"));
    const config = join(checkout, "Pulumi.dev.yaml");
    const portBase = await freePortBase();
    writeFileSync(config, `${readFileSync(config, "utf8")}  vigil:portBase: ${String(portBase)}\n`);
  });

  after(async () => {
    writeFileSync(join(checkout, ".vigil/stacks/dev/mine"), "a file of the user's");
    await command("stop", "--purge", "--yes");
    assert.deepEqual(readdirSync(join(checkout, ".vigil/stacks/dev")), ["mine"]);
    rmSync(checkout, { recursive: true, force: true });
  });

  it("npm start answers the first deduplicated query over HTTPS within 20 seconds", async () => {
    const started = Date.now();
    const run = await command("start");
    assert.equal(run.code, 0, run.output);
    report = await status();
    const client = await StackClient.of(dirname(dirname(report.ca)));
    await eventually("a deduplicated series", 20, async () => {
      const [series] = await client.query('up{job="backend"}');
      return series?.value?.[1] === "1" && !("replica" in series.metric);
    });
    client.close();
    assert.ok(Date.now() - started <= 20_000, `it took ${String(Date.now() - started)} ms`);
    console.log(`      up after ${run.seconds.toFixed(1)} s`);
  });

  it("a second npm start changes nothing, says so, and takes 6 seconds at most", async () => {
    const pids = report.services.map(({ pid }) => pid);
    const run = await command("start");
    assert.match(run.output, /No changes/);
    assert.ok(run.seconds <= 6, `it took ${String(run.seconds)} s`);
    assert.deepEqual(
      (await status()).services.map(({ pid }) => pid),
      pids,
    );
    console.log(`      nothing to do after ${run.seconds.toFixed(1)} s`);
  });

  it("status names every interface, process and port, and the password only by its file", async () => {
    const { output, code } = await command("status");
    const password = readFileSync(report.credentials.passwordFile, "utf8");
    assert.equal(code, 0);
    assert.equal(statSync(report.credentials.passwordFile).mode & 0o777, 0o600);
    assert.ok(!output.includes(password));
    assert.deepEqual(Object.keys(report).sort(), [
      "ca",
      "credentials",
      "endpoints",
      "healthy",
      "services",
      "stack",
    ]);
    assert.ok(report.endpoints.home?.startsWith("https://127.0.0.1:"));
    for (const { name, pid, healthy } of report.services)
      assert.ok(healthy && typeof pid === "number", `${name} is not healthy`);
    assert.equal((await command("status", "--show-password")).output.trim(), password);
  });

  it("a service that is stopped on purpose stays down over npm start, which says so", async () => {
    assert.equal((await command("service", "stop", "redis-1")).code, 0);
    const again = await command("start");
    assert.match(again.output, /redis-1 is stopped on purpose/);
    const redis = (await status()).services.find(({ name }) => name === "redis-1");
    assert.deepEqual([redis?.healthy, redis?.pid], [false, null]);
    const started = await command("service", "start", "redis-1");
    assert.equal(started.code, 0, started.output);
    assert.equal((await status()).healthy, true);
  });

  it("names the services there are when one is misspelt", async () => {
    const run = await command("service", "stop", "redis-9");
    assert.equal(run.code, 1);
    assert.match(run.output, /no service "redis-9"; there are .*redis-1/);
  });

  it("npm stop --purge without a yes deletes nothing", async () => {
    const run = await command("stop", "--purge");
    assert.equal(run.code, 1);
    assert.match(run.output, /Nothing was done/);
    assert.equal((await status()).healthy, true);
  });

  it("npm stop ends every process, also when the supervisor was killed, and keeps the data", async () => {
    const pids = (await status()).services.map(({ pid }) => pid ?? 0);
    const supervisor = join(dirname(dirname(report.ca)), "supervisor", "pm2.pid");
    process.kill(Number(readFileSync(supervisor, "utf8")), "SIGKILL");
    const run = await command("stop");
    assert.equal(run.code, 0, run.output);
    for (const pid of pids) assert.throws(() => process.kill(pid, 0), `process ${String(pid)} still runs`);
    assert.ok(statSync(join(dirname(dirname(report.ca)), "data", "prometheus-1", "wal")).isDirectory());
  });
});

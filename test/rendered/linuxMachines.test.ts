import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { renderCloudInit } from "../../monitoring/linux/cloudInit.ts";
import { renderFirewall } from "../../monitoring/linux/firewall.ts";
import { interfacePlaceholder, renderKeepalived } from "../../monitoring/linux/keepalived.ts";
import { knownPrograms } from "../../monitoring/linux.ts";
import { renderUnit } from "../../monitoring/linux/unit.ts";
import { ensureTools, type ToolName } from "../../tools/toolchain.ts";
import { pinOf } from "../../tools/pins.ts";
import { check } from "./checkers.ts";
import { cloudInitSchema } from "./cloudInitSchema.ts";
import { linuxMachines, linuxStack, sharedAddress } from "./linuxStack.ts";
import { leaveOut } from "./reference.ts";

const stack = linuxStack();
const linux = linuxMachines.filter(({ system }) => system === "linux");

describe("what Linux machines get", function () {
  this.timeout(60_000);
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), "vigil-linux-"))));
  after(() => rm(folder, { recursive: true }));

  /** Path of an optional tool; the test is left out, with the reason, where there is none. */
  async function tool(context: Mocha.Context, name: ToolName, executable: string): Promise<string> {
    const tools = await ensureTools([name]);
    const [missing] = tools.missing;
    if (missing !== undefined) leaveOut(context, missing.reason);
    return tools.path(executable);
  }

  async function file(name: string, content: string): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  }

  it("are scripts in which shellcheck finds nothing", async function () {
    const shellcheck = await tool(this, "shellcheck", "shellcheck");
    const paths = await Promise.all(
      stack.steps.flatMap(({ name, install, remove }) => [
        file(`${name}.sh`, install),
        file(`${name}.remove.sh`, remove),
      ]),
    );
    assert.ok(paths.length > 20);
    await check(shellcheck, "--shell=bash", "--severity=style", ...paths);
  });

  it("are units that systemd accepts and calls well protected", async function () {
    const analyze = "/usr/bin/systemd-analyze";
    await check(analyze, "--version").catch((error: unknown) => {
      leaveOut(this, String(error));
    });
    const services = stack.plan.services.filter(({ name }) =>
      linux.some(
        (machine) => stack.layout.instances.find((one) => one.name === name)?.machine === machine.name,
      ),
    );
    assert.ok(services.length >= 10);
    for (const service of services) {
      const unit = renderUnit(service, {
        program: "/bin/true",
        account: "daemon",
        workingDirectory: "/var/lib",
        writable: service.directories,
      });
      const path = await file(`vigil-${service.name}.service`, unit);
      assert.equal(await check(analyze, "verify", "--man=no", path), "", service.name);
      // 0 is sealed off, 10 is everything; in tenths.
      await check(analyze, "security", "--offline=true", "--threshold=25", path);
    }
  });

  it("are rules that nftables accepts, for the ports of the flows and no other", async function () {
    const nft = await tool(this, "nftables", "nft");
    if (process.getuid?.() !== 0) leaveOut(this, "nftables checks rules for root only");
    for (const machine of linux) {
      const rules = renderFirewall(machine, { ...stack.options, peers: ["10.40.0.99"] });
      await check(nft, "--check", "--file", await file(`${machine.name}.nft`, rules));
      const dropped = [...rules.matchAll(/^ +tcp dport (\d+) drop$/gm)].map(([, port]) => Number(port));
      const wanted = stack.options.flows.filter(({ to }) => to === machine.name).map(({ port }) => port);
      assert.deepEqual(dropped, [...new Set(wanted)]);
    }
  });

  it("is a pair that keepalived accepts and that differs in place and priority only", async function () {
    const keepalived = await tool(this, "keepalived", "keepalived");
    const [name] =
      Object.entries(networkInterfaces()).find(([, all]) => all?.some((one) => !one.internal)) ?? [];
    if (name === undefined)
      leaveOut(this, "keepalived takes no loopback interface, and there is no other here");
    const edges = linux.filter(({ role }) => role === "edge");
    const program = await file("well", "#!/bin/sh\n");
    await chmod(program, 0o755);
    const texts = edges.map((machine) =>
      renderKeepalived(machine, { edges, sharedAddress, check: program }).replace(interfacePlaceholder, name),
    );
    // As the step does: versions before 2.2.8 end themselves over another user.
    const checkable = (text: string): string => text.replace("script_user nobody", "script_user root");
    for (const [position, text] of texts.entries()) {
      const path = await file(`${String(position)}.conf`, checkable(text));
      await check(keepalived, "--config-test", "--use-file", path);
      const wrong = await file("wrong.conf", checkable(text).replace("nopreempt", "nopreemptt"));
      await assert.rejects(check(keepalived, "--config-test", "--use-file", wrong), /nopreemptt/);
    }
    const [first = "", second = ""] = texts;
    assert.match(first, /priority 150\n/);
    assert.match(second, /priority 140\n/);
    assert.ok(texts.every((text) => text.includes("state BACKUP\n  nopreempt\n")));
  });

  for (const machine of linux)
    it(`is user data that cloud-init's own schema accepts, for ${machine.name}`, async function () {
      const schema = await cloudInitSchema();
      if (typeof schema === "string") leaveOut(this, schema);
      const text = renderCloudInit({ machine, ownRestarts: machine.name === "edge-2" });
      assert.match(text, /^#cloud-config\n/);
      assert.ok(Buffer.byteLength(text) < 16_384);
      const ajv = new Ajv({ strict: false, validateSchema: false, validateFormats: false, allErrors: true });
      const valid = ajv.compile(schema as object);
      assert.ok(valid(parse(text)), JSON.stringify(valid.errors, null, 2));
      assert.ok(!valid({ ...(parse(text) as object), packages: "curl" }), "the schema refuses what is wrong");
    });

  it("restarts members of a role an hour apart where the cloud does not", () => {
    const hours = linux
      .filter(({ role }) => role === "edge")
      .map((machine) => /Reboot-Time "(\d+:\d+)"/.exec(renderCloudInit({ machine, ownRestarts: true }))?.[1]);
    assert.deepEqual(hours, ["02:00", "03:00"]);
  });

  it("are the versions that the stack is tested with", () => {
    const known = knownPrograms();
    assert.equal(known["thanos-linux"]?.version, pinOf("thanos").version);
    assert.equal(known["node_exporter-linux"]?.version, pinOf("node_exporter").version);
  });

  it("hold a unit for each service of the plan that Linux runs, after its machine's base", () => {
    for (const step of stack.steps.filter(({ name }) => !/-(?:base|keepalived)$/.test(name)))
      assert.ok(step.after.includes(`${step.machine}-base`), step.name);
    assert.deepEqual(
      stack.steps
        .filter(({ machine }) => machine === "history-1")
        .map(({ name }) => name)
        .sort(),
      ["base", "node-exporter-3", "thanos-compactor", "thanos-ruler", "thanos-store"].map(
        (part) => `history-1-${part}`,
      ),
    );
  });

  for (const [store, wanted] of [
    [{ kind: "azure-blob", storageAccount: "tradeprod" }, /type: AZURE\n/],
    [{ kind: "s3", region: "us-east-1" }, /aws_sdk_auth: true\n/],
  ] as const)
    it(`reach a bucket of ${store.kind} by the machine's identity and hold no key of it`, () => {
      const steps = linuxStack({}, store).steps.filter(({ install }) => install.includes("objstore.yml"));
      assert.deepEqual(
        steps.map(({ name }) => name),
        ["history-1-thanos-store", "history-1-thanos-ruler", "history-1-thanos-compactor"],
      );
      for (const { install, values } of steps) {
        assert.match(install, wanted);
        assert.doesNotMatch(install, /storage_account_key|storage_connection_string|secret_key|access_key/);
        assert.ok(!values.some((name) => /key$/.test(name) && !name.startsWith("tls:")));
      }
    });

  it("change the second of a pair only after the first", () => {
    const after = (name: string): readonly string[] =>
      stack.steps.find((step) => step.name === name)?.after ?? [];
    assert.ok(after("edge-2-haproxy-2").includes("edge-1-haproxy-1"));
    assert.ok(after("edge-2-thanos-query-2").includes("edge-1-thanos-query-1"));
    assert.ok(after("edge-2-keepalived").includes("edge-1-keepalived"));
  });

  it("changes exactly the steps that have a port when it changes", () => {
    const changed = linuxStack({ "thanos-query.http": 10_999 });
    const names = stack.steps
      .filter(({ install }, position) => install !== changed.steps[position]?.install)
      .map(({ name }) => name);
    assert.deepEqual(
      names,
      stack.steps.filter(({ install }) => /\b10904\b/.test(install)).map(({ name }) => name),
    );
    assert.ok(names.includes("edge-1-base") && names.includes("edge-1-thanos-query-1"));
    assert.ok(!names.includes("edge-1-node-exporter-1"));
  });
});

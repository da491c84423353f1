import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { repository, type EngineResult } from "../../cli/engine.ts";
import { carriedIn, downloads, hostsConfig, hostsStack, oddPassword, said, stepsWith } from "./hostsStack.ts";
import { changed } from "./machinesStack.ts";
import { SimulatedStack } from "./simulatedStack.ts";

/** Steps that the engine touched in a run. */
function touched({ stdout }: EngineResult): string[] {
  const steps = /^(?:node|edge|desktop)-/;
  return ["created", "updated", "replaced", "deleted"]
    .flatMap((how) => changed(stdout, how))
    .filter((name) => steps.test(name))
    .sort();
}

describe("a stack on machines that exist, by SSH", function () {
  this.timeout(300_000);
  let stack: SimulatedStack;
  let failed: EngineResult;

  before(async () => {
    stack = await hostsStack();
    stack.fail({ "command:remote:Command node-1-prometheus-1": "prometheus.exe: the disk is full" });
    failed = await stack.tryUp();
  });
  after(() => {
    stack.remove();
  });

  it("says which step failed, on which machine, and the script's own words", () => {
    notEqual(failed.code, 0);
    match(failed.stdout, /node-1-prometheus-1[\s\S]*prometheus\.exe: the disk is full/);
  });

  it("leaves the second of a pair alone when the first fails", async () => {
    const carried = carriedIn(await stack.state());
    ok(carried.has("node-1-base"));
    for (const waits of ["node-1-thanos-sidecar-1", "node-2-prometheus-2", "node-2-thanos-sidecar-2"])
      equal(carried.has(waits), false, waits);
  });

  it("goes on where it stopped", async () => {
    stack.fail({});
    await stack.up();
    deepEqual([...carriedIn(await stack.state()).keys()].sort(), [...stepsWith({}).keys()].sort());
  });

  it("tells each machine exactly the plan's scripts, and a password with every sign as it is", async () => {
    const carried = carriedIn(await stack.state());
    for (const [name, step] of stepsWith({})) {
      const resource = carried.get(name);
      ok(resource, name);
      const { label, install, remove } = said(resource);
      equal(label, `${name} on ${step.machine}`);
      ok(install.endsWith(step.install), name);
      equal(remove, step.remove, name);
      if (!step.values.includes("basic:human")) continue;
      const basic = Buffer.from(Buffer.from(`operator:${oddPassword}`).toString("base64")).toString("base64");
      ok(install.includes(`basic:human=${basic}`), name);
    }
  });

  it("reaches a machine under its own key alone, by a private key that is a secret", async () => {
    for (const [name, { inputs }] of carriedIn(await stack.state())) {
      const connection = inputs["connection"] as Record<string, unknown>;
      match(String(connection["hostKey"]), /^ssh-ed25519 /, name);
      equal(connection["privateKey"], "Marked private key", name);
    }
  });

  it("has no secret in plain text in its state, nor in a command", async () => {
    const raw = (await stack.export()).stdout;
    equal(raw.includes("Marked"), false);
    equal(raw.includes("PRIVATE KEY"), false);
    for (const { inputs } of carriedIn(await stack.state()).values())
      for (const part of ["create", "delete"]) equal(/Marked|basic:|H4sI/.test(String(inputs[part])), false);
  });

  it("changes nothing in a second run", async () => {
    const second = await stack.up();
    deepEqual(touched(second), []);
    match(second.stdout, /\d+ unchanged/);
    equal(/\d+ (?:to )?(?:created|updated|replaced|deleted)/.test(second.stdout), false, second.stdout);
  });

  it("touches with one port the steps that have it, the first of a pair alone where it fails there", async () => {
    const port = { "alertmanager.http": 9193 };
    const [before, after] = [stepsWith({}), stepsWith(port)];
    const differing = [...after].filter(([name, { install }]) => before.get(name)?.install !== install);
    const wanted = differing.map(([name]) => name).sort();
    stack.configure(hostsConfig(port));
    stack.fail({ "command:remote:Command node-1-alertmanager-1": "port 9193 is taken" });
    const first = await stack.tryUp();
    match(first.stdout, /node-1-alertmanager-1[\s\S]*port 9193 is taken/);
    equal(touched(first).includes("node-2-alertmanager-2"), false);
    stack.fail({});
    const then = await stack.up();
    ok(touched(then).includes("node-2-alertmanager-2"));
    deepEqual([...new Set([...touched(first), ...touched(then)])].sort(), wanted);
    // The service with its own rule of the firewall, who sends alerts there, who shows it; nobody else.
    for (const name of ["node-1-alertmanager-1", "node-2-prometheus-2", "edge-1-haproxy-1"])
      ok(wanted.includes(name), name);
    for (const name of ["node-1-thanos-sidecar-1", "node-2-windows-exporter-2", "edge-1-thanos-query-1"])
      equal(wanted.includes(name), false, name);
  });

  it("runs every removal when it is destroyed, and leaves nothing in its state", async () => {
    equal((await stack.destroy()).code, 0);
    deepEqual(carriedIn(await stack.state()).size, 0);
  });
});

describe("a stack on the Windows PC that Pulumi runs on", function () {
  this.timeout(120_000);
  const at = (path: string): string => JSON.stringify(pathToFileURL(join(repository, path)).href);
  const program = `
import * as pulumi from ${at("components/pulumi.ts")};
import { windowsPlatform } from ${at("components/windows/platform.ts")};
import { parseConfig } from ${at("configuration/parse.ts")};
import { systems } from ${at("systems/index.ts")};
export default async () => {
  const config = parseConfig(JSON.parse(pulumi.runtime.allConfig()["probe:vigil"]), ["vigil:secrets"], "desktop");
  return windowsPlatform(config, "win32").deploy({ system: systems.trade(config.parameters), findings: [] });
};
`;
  const config = (port: number): Record<string, unknown> => ({
    "probe:vigil": {
      "vigil:platform": "windows-existing",
      "vigil:layout": "desktop",
      "vigil:grafana": "off",
      "vigil:secrets": JSON.stringify({ "webhook-url": "https://hooks.example.com/" }),
      "vigil:machines": JSON.stringify({
        existing: [{ name: "desktop", role: "node", address: "127.0.0.1", connection: "local" }],
        haproxy: "windows",
        downloads: {
          ...downloads,
          haproxy: { ...downloads["thanos"], url: "https://builds.example.com/haproxy-3.zip" },
        },
        ports: { "pushgateway.http": port },
      }),
    },
  });
  let stack: SimulatedStack;

  before(async () => {
    stack = await SimulatedStack.ofProgram(program, config(9091));
    await stack.up();
  });
  after(() => {
    stack.remove();
  });

  it("runs each step with Windows PowerShell, which hears it on standard input", async () => {
    const prometheus = carriedIn(await stack.state()).get("desktop-prometheus-2");
    ok(prometheus);
    equal((prometheus.inputs["interpreter"] as string[])[0], "powershell.exe");
    match(said(prometheus).install, /127\.0\.0\.2/);
  });

  it("changes nothing in a second run, and with one port the steps that have it", async () => {
    deepEqual(touched(await stack.up()), []);
    stack.configure(config(9191));
    const steps = touched(await stack.up());
    ok(steps.includes("desktop-pushgateway"), steps.join());
    equal(steps.includes("desktop-alertmanager-1"), false);
    equal((await stack.destroy()).code, 0);
  });
});

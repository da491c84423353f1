import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import type { Parser } from "web-tree-sitter";
import { machineLayout } from "../../monitoring/machineLayout.ts";
import { planServices } from "../../monitoring/plan.ts";
import { wslSteps } from "../../monitoring/wsl.ts";
import { desktop, tradeSystem } from "../windowsMachines.ts";
import { lint, powershellParser, stringsIn } from "./powershell.ts";

const forwardedPorts = 10_000;

describe("HAProxy in WSL2 of a desktop", function () {
  this.timeout(30_000);
  let parser: Parser;
  before(async () => {
    parser = await powershellParser();
  });

  const [machine] = desktop;
  const layout = (proxyInWsl: boolean) =>
    machineLayout(tradeSystem, {
      machines: desktop,
      edgeHost: "127.0.0.1",
      human: "admin",
      grafana: false,
      proxyInWsl,
    });
  const steps = (proxyInWsl = true) => {
    assert.ok(machine !== undefined);
    const where = layout(proxyInWsl);
    const plan = planServices(tradeSystem, where, { objectStore: "none", forwardedPorts });
    return wslSteps(plan, where, { stack: "trade-desktop", machine, distribution: "Debian", forwardedPorts });
  };

  it("is one step of the Windows machine, named as its Windows service would be", () => {
    const [step, ...others] = steps();
    assert.ok(step !== undefined);
    assert.deepEqual(others, []);
    assert.deepEqual([step.name, step.machine, step.shell], ["desktop-haproxy", "desktop", "powershell"]);
    assert.ok(step.after.includes("desktop-base"));
    assert.ok(step.values.includes("tls:haproxy.key"));
  });

  it("parses, calls nothing unknown and looks at each exit code", () => {
    const texts = steps().flatMap(({ install, remove }) => [install, remove]);
    assert.equal(texts.length, 2);
    assert.deepEqual(
      texts.flatMap((text) => lint(parser, text, texts)),
      [],
    );
  });

  it("reaches the second Prometheus by a forwarded port of 127.0.0.1, and the first as it is", () => {
    const text = stringsIn(parser, steps()[0]?.install ?? "").join("\n");
    assert.match(text, /server prometheus-1 127\.0\.0\.1:9090 /);
    assert.match(text, /server prometheus-2 127\.0\.0\.1:19090 /);
    assert.match(steps()[0]?.install ?? "", /'Port' = 19090\n'To' = '127\.0\.0\.2\/9090'/);
    assert.doesNotMatch(text, /server \S+ 127\.0\.0\.2/);
  });

  it("forwards exactly the ports that its configuration asks for", () => {
    const { install = "" } = steps()[0] ?? {};
    const forwarded = [...install.matchAll(/'Port' = (\d+)\n'To' = '127\.0\.0\.2\/(\d+)'/g)];
    const text = stringsIn(parser, install).join("\n");
    const asked = [...text.matchAll(/server \S+ 127\.0\.0\.1:(1\d{4}|2\d{4}) /g)].map(([, port]) =>
      Number(port),
    );
    const known = Object.values(layout(true).instances).flatMap(({ ports }) => Object.values(ports));
    assert.deepEqual(
      [...new Set(forwarded.map(([, port]) => Number(port)))].sort(),
      [...new Set(asked.filter((port) => !known.includes(port)))].sort(),
    );
    for (const [, port, to] of forwarded) assert.equal(Number(port), Number(to) + forwardedPorts);
  });

  it("hands bash whole scripts that it can read from standard input", () => {
    const scripts = steps()
      .flatMap(({ install, remove }) => [...stringsIn(parser, install), ...stringsIn(parser, remove)])
      .filter((text) => /^(?:# shellcheck|set -euo pipefail)/.test(text));
    assert.equal(scripts.length, 3);
    for (const script of scripts) {
      const { status, stderr } = spawnSync("bash", ["-n"], {
        input: `{\n${script}\n} < /dev/null\n`,
        encoding: "utf8",
      });
      assert.equal(status, 0, stderr);
    }
  });

  it("says what WSL must be before it changes anything", () => {
    const before =
      stringsIn(parser, steps()[0]?.install ?? "").find((text) => text.includes("wslinfo")) ?? "";
    const run = (mode: string) =>
      spawnSync("bash", ["-s"], { input: `wslinfo() { printf ${mode}; }\n${before}`, encoding: "utf8" });
    const nat = run("nat");
    assert.equal(nat.status, 1);
    assert.match(nat.stderr, /desktop-haproxy: the networking mode of WSL is nat, expected mirrored/);
  });

  it("refuses a HAProxy that was laid out for Windows", () => {
    assert.throws(() => steps(false), /haproxy lives in C:\\HAProxy, expected a folder of Linux/);
  });
});

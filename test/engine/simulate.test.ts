import { deepEqual, equal, match, ok } from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "../../cli/engine.ts";
import { objectsOf, type StackResource } from "../../simulation/exported.ts";
import { orderFaults } from "../../simulation/order.ts";
import type { Properties } from "../../simulation/propertyValues.ts";

const urnOf = (token: string, name: string): string => `urn:pulumi:test::probe::${token}::${name}`;

describe("npm run simulate", function () {
  this.timeout(300_000);
  const folder = mkdtempSync(join(tmpdir(), "vigil-simulate-"));
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("lists the stacks that exist when it is given another", async () => {
    const { code, stderr } = await simulate("nowhere");
    equal(code, 1);
    match(stderr, /stack "nowhere" has no Pulumi\.nowhere\.yaml; the project has .*dev.*prod/);
  });

  it("has nothing to simulate for a stack of this machine", async () => {
    const { code, stdout } = await simulate("dev");
    equal(code, 0);
    match(stdout, /^stack dev runs on this machine: there is nothing to simulate, npm start brings it up\n$/);
  });

  it("says what failures are written as", async () => {
    const { code, stderr } = await simulate("prod", { VIGIL_SIMULATE_FAIL: "[1" });
    equal(code, 1);
    match(stderr, /VIGIL_SIMULATE_FAIL: .*expected a map such as/);
  });

  it("brings a whole stack up, with everything in order, and writes what it would put on the cluster", async () => {
    const out = join(folder, "out");
    const { code, stdout, stderr } = await simulate("greenlang-dev", {}, "--json", "--out", out);
    equal(code, 0, stderr);
    const report = JSON.parse(stdout) as { resources: number; releases: number; manifests: number };
    ok(report.resources > 150, stdout);
    equal(readdirSync(join(out, "helm")).length, report.releases);
    equal(readdirSync(join(out, "manifests")).length, report.manifests);
    const thanos = JSON.parse(readFileSync(join(out, "helm", "thanos.json"), "utf8")) as Properties;
    deepEqual(Object.keys(thanos), ["chart", "version", "repo", "namespace", "values"]);
    const edge = JSON.parse(readFileSync(join(out, "helm", "haproxy-ingress.json"), "utf8")) as Properties;
    equal(edge["hooks"], false);
    const { deployment } = JSON.parse(readFileSync(join(out, "state.json"), "utf8")) as {
      deployment: { resources: unknown[] };
    };
    ok(deployment.resources.length >= report.resources);
  });

  function simulate(stack: string, env: NodeJS.ProcessEnv = {}, ...flags: string[]) {
    const script = join(repository, "cli", "simulate.ts");
    return new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
      execFile(
        process.execPath,
        [script, stack, ...flags],
        { cwd: repository, env: { ...process.env, ...env }, maxBuffer: 64 * 1_048_576 },
        (error, stdout, stderr) => {
          resolve({ code: error === null ? 0 : error.code, stdout, stderr });
        },
      );
    });
  }
});

describe("simulated stacks: order and masks", () => {
  const resource = (type: string, name: string, inputs: Properties, rest: Partial<StackResource> = {}) => ({
    urn: urnOf(type, name),
    type,
    inputs,
    ...rest,
  });
  const namespace = resource("kubernetes:core/v1:Namespace", "ns", { metadata: { name: "monitoring" } });
  const crds = resource("kubernetes:helm.sh/v3:Release", "crds", { chart: "prometheus-operator-crds" });
  const rule = (rest: Partial<StackResource>) =>
    resource(
      "kubernetes:monitoring.coreos.com/v1:PrometheusRule",
      "rules",
      { metadata: { name: "rules", namespace: "monitoring" } },
      rest,
    );

  it("names an object that does not wait for its namespace or its definition", () => {
    deepEqual(orderFaults([namespace, crds, rule({ dependencies: [namespace.urn] })]), [
      "kubernetes:monitoring.coreos.com/v1:PrometheusRule rules does not wait for kubernetes:helm.sh/v3:Release crds: make it depend on it",
    ]);
    equal(orderFaults([namespace, crds, rule({})]).length, 2);
  });

  it("follows parents and their dependencies", () => {
    const parent = resource(
      "vigil:kubernetes:Rules",
      "rules",
      {},
      { dependencies: [crds.urn, namespace.urn] },
    );
    deepEqual(orderFaults([namespace, crds, parent, rule({ parent: parent.urn })]), []);
  });

  it("masks secrets in the files it writes, and keeps a Secret one that an API server takes", () => {
    const hidden = (value: unknown) => ({
      "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
      plaintext: JSON.stringify(value),
    });
    const inputs = {
      kind: "Secret",
      metadata: { name: "Login", namespace: "monitoring" },
      data: hidden({ key: "cGxhaW4=" }),
      stringData: { open: "seen", token: hidden("plain") },
    };
    const [object] = objectsOf([resource("kubernetes:core/v1:Secret", "login", inputs)]);
    ok(object);
    equal(object.file, "monitoring-secret-login.yaml");
    deepEqual(object.object["data"], { key: "W3NlY3JldF0=" });
    deepEqual(object.object["stringData"], { open: "seen", token: "[secret]" });
  });
});

/** `npm run policy` as somebody calls it who has never done so: what it says, where, and with which exit code. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "../../cli/engine.ts";
import { policies } from "../../policies/catalogue.ts";

const all = String(policies.length);

describe("The command for policies", function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), "vigil-policy-"));
  const firewall = { type: "gcp:compute/firewall:Firewall", inputs: { sourceRanges: ["0.0.0.0/0"] } };
  const prometheus = {
    type: "kubernetes:monitoring.coreos.com/v1:Prometheus",
    inputs: { metadata: { name: "prom", namespace: "m" }, spec: { retention: "2d" } },
  };

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("cannot tell with an option that it does not have", async () => {
    const { code, stderr } = await command("--foo", "state.json");
    assert.equal(code, 2);
    assert.match(stderr, /^error: Unknown option '--foo'/);
  });

  const unreadable: Record<string, readonly [args: readonly string[], says: RegExp]> = {
    "a state that is not there": [["none.json"], /none\.json: no such file; pulumi stack export/],
    "a folder for a state": [["."], /: is a folder, not a file; pulumi stack export/],
    "a configuration that is not there": [
      ["state.json", "--config", "none.json"],
      /none\.json: no such file; expected the pack's configuration, \{ "POLICY": LEVEL/,
    ],
    "a folder for a configuration": [["state.json", "--config", "."], /: is a folder, not a file; expected/],
    "a setting that is no duration": [
      ["state.json", "--config", "wrong.json"],
      /wrong\.json: retention-prometheus-time\.minimum: got "banana", expected a duration such as "7d"/,
    ],
  };
  for (const [what, [args, says]] of Object.entries(unreadable))
    it(`cannot tell with ${what}, and says so in a line`, async () => {
      write("state.json", state(firewall));
      write("wrong.json", { "retention-prometheus-time": { minimum: "banana" } });
      const { code, stderr } = await command(...args);
      assert.equal(code, 2);
      assert.match(stderr, says);
      assert.equal(stderr.trim().split("\n").length, 1);
    });

  it("says that nobody looks at the resources of another cloud", async () => {
    write("state.json", state(firewall));
    const { code, stdout, stderr } = await command("state.json");
    assert.equal(code, 0);
    assert.equal(stdout.trim(), `in order: ${all} policies, no violation`);
    assert.match(stderr, /^warning: 1 of 1 resources are of providers that no policy knows/);
  });

  it("counts the policies that ran, in words and as JSON", async () => {
    write("state.json", state(prometheus));
    write("off.json", { all: "disabled" });
    const off = await command("state.json", "--config", "off.json");
    assert.equal(off.code, 0);
    assert.equal(off.stdout.trim(), `nothing was checked: all ${all} policies are disabled`);
    const exclusions = [{ resource: "other", reason: "It is for the test.", until: "2099-12-31" }];
    write("one.json", {
      all: "disabled",
      "retention-prometheus-time": "advisory",
      "pod-replicas": { exclusions },
    });
    const { code, stdout, stderr } = await command("state.json", "--config", "one.json");
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`0 mandatory, 1 advisory, of 1 of ${all} policies`));
    assert.match(
      stderr,
      /^warning: pod-replicas\.exclusions\[0\]\.resource: "other" is no resource of the state$/m,
    );
    const json = await command("state.json", "--config", "one.json", "--json", "--sarif", "out.sarif");
    const document = JSON.parse(json.stdout) as {
      violations: unknown[];
      policies: number;
      notices: string[];
    };
    assert.deepEqual([document.violations.length, document.policies, document.notices.length], [1, 1, 1]);
    assert.match(
      readFileSync(join(folder, "out.sarif"), "utf8"),
      /"vigilPlace\/v1": ".*Prometheus::prom\/spec\.retention"/,
    );
  });

  it("says how many values it could not read, and how they are exported", async () => {
    const hidden = {
      "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
      ciphertext: "v1:ZMAeu3j70P6pn2FS:zxTDPipKN/Sz4s27ITmUO0mwPNsjBM0=",
    };
    const map = { type: "kubernetes:core/v1:ConfigMap", inputs: { data: { login: hidden } } };
    // Of a passphrase that nobody has any more.
    const salt = "v1:D2GMso67shA=:v1:Lpfr/9FNA9MeyMaM:yKPLeKBUdsyUW/B8lkkROTvApM3bvw==";
    write("state.json", state(map, { secrets_providers: { type: "passphrase", state: { salt } } }));
    const { stdout, stderr } = await command("state.json");
    assert.match(
      stderr,
      /^warning: 1 value of the state is encrypted and was not looked at; export it with pulumi stack export --show-secrets$/m,
    );
    assert.doesNotMatch(stdout, /\[secret\]|preview/);
    assert.match((await command("--help")).stdout, /pulumi stack export --show-secrets/);
    // A trust that is hidden is not a trust in nobody.
    const role = { type: "aws:iam/role:Role", inputs: { assumeRolePolicy: hidden } };
    write("state.json", state(role, { secrets_providers: { type: "passphrase", state: { salt } } }));
    assert.match(
      (await command("state.json")).stdout,
      /advisory {2}identity-aws-trust .*\n {2}prom \(aws:iam\/role:Role\): assumeRolePolicy is encrypted, so that nothing can be said/,
    );
  });

  function state({ type, inputs }: { type: string; inputs: object }, more: object = {}): object {
    const urn = `urn:pulumi:dev::probe::${type}::prom`;
    const resource = { urn, custom: true, id: "prom", type, inputs, outputs: inputs };
    return {
      version: 3,
      deployment: { manifest: { time: "2026-01-01T00:00:00Z" }, ...more, resources: [resource] },
    };
  }

  function write(name: string, document: object): void {
    writeFileSync(join(folder, name), JSON.stringify(document));
  }

  function command(...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    return new Promise((resolve) => {
      execFile(
        process.execPath,
        [join(repository, "cli", "policy.ts"), ...args],
        { cwd: folder, env: { ...process.env, INIT_CWD: folder } },
        (error, stdout, stderr) => {
          resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
        },
      );
    });
  }
});

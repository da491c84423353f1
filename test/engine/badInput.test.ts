import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../../cli/engine.ts";
import { windowsChecks } from "../../components/windows/findings.ts";
import { parseConfig } from "../../configuration/parse.ts";
import { prepareStack } from "../../configuration/prepare.ts";
import { parseStackFile } from "../../configuration/stackFiles.ts";
import { assertDeployable } from "../../monitoring/check.ts";
import { localLayout } from "../../monitoring/localLayout.ts";
import { onThisMachine } from "../../monitoring/onThisMachine.ts";
import { systems } from "../../systems/index.ts";
import { badInputs, type BadInput } from "./badInputs.ts";
import { badMachines } from "./badMachines.ts";
import { occurrences, temporaryProject, type TemporaryProject } from "./temporaryProject.ts";

const otherStack = parseStackFile(
  "other",
  "config: { vigil:system: greenlang, vigil:platform: eks, vigil:region: us-east-1, vigil:bucket: shared-metrics }",
);

/** What index.ts does before the first resource: parse, extend, check. */
function deploy(raw: Readonly<Record<string, string>>, secretKeys: readonly string[]): void {
  const config = parseConfig(raw, secretKeys);
  const { address, portBase, demo, human } = config;
  const prepared = prepareStack(config, {
    systems,
    stackFiles: [otherStack],
    // As if the stack had been given every secret of its system, and none of what it adds.
    suppliedSecrets: () => [
      ...systems[config.system](config.parameters).secrets.map(({ name }) => name),
      "ssh-key",
    ],
    ...(config.platform.startsWith("windows-") ? windowsChecks(config, "linux") : {}),
    ...(config.platform === "local" && {
      layoutOf: (system) =>
        localLayout(onThisMachine(system, { demo, given: [] }), {
          ...{ root: "/stack", address, portBase, demo, human, grafana: false },
        }),
    }),
  });
  assertDeployable(prepared.findings);
}

function rawOf({ config }: BadInput): Record<string, string> {
  return Object.fromEntries(
    Object.entries(config).map(([name, value]) => [
      `vigil:${name}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}

describe("a bad configuration is refused before the first resource, in one line that names the key and the mend", () => {
  it("(while the configurations of all systems that are not bad pass)", () => {
    deploy({}, []);
    deploy({ "vigil:layout": "desktop", "vigil:demo": "false" }, []);
    deploy({ "vigil:longTerm": "receive", "vigil:sizing": '{"thanos-compactor":{"volume":"128GiB"}}' }, []);
    deploy({ "vigil:system": "oversight", "vigil:platform": "aks", "vigil:region": "eastus" }, []);
    deploy({ "vigil:system": "greenlang", "vigil:platform": "eks", "vigil:region": "us-east-1" }, []);
  });

  for (const bad of [...badInputs, ...badMachines])
    it(bad.what, () => {
      assert.throws(
        () => {
          deploy(
            rawOf(bad),
            (bad.secret ?? []).map((key) => `vigil:${key}`),
          );
        },
        (error: Error) => {
          const lines = error.message.split("\n");
          const [line = ""] = lines;
          const mend = line.slice(line.lastIndexOf("; ") + 2);
          assert.equal(lines.length, 1, error.message);
          assert.ok(line.startsWith(bad.key), line);
          assert.match(line, bad.says);
          assert.match(mend, bad.mend, line);
          return true;
        },
      );
    });

  it("reports everything that is wrong at once, sorted", () => {
    const raw = { "vigil:portBase": "1", "vigil:demo": "no", "vigil:layuot": "cluster" };
    assert.throws(
      () => parseConfig(raw),
      (error: Error) => {
        const keys = error.message.split("\n").map((line) => line.split(": ")[0]);
        assert.deepEqual(keys, ["vigil:demo", "vigil:layuot", "vigil:portBase"]);
        return true;
      },
    );
  });
});

describe("the engine's preview of a bad configuration", function () {
  this.timeout(60_000);
  let project: TemporaryProject;

  before(async () => {
    project = await temporaryProject({
      "Pulumi.yaml": readFileSync(join(repository, "Pulumi.yaml"), "utf8").replace(
        "--import=./components/",
        `--import=${repository}/components/`,
      ),
      "index.ts": `export { default } from ${JSON.stringify(join(repository, "index.ts"))};\n`,
    });
  });
  after(() => {
    project.remove();
  });

  const cases = [
    {
      what: "an unknown key",
      config: "vigil:portbase: 21000",
      line: "vigil:portbase: unknown key, did you mean portBase?",
    },
    {
      what: "an unreachable route",
      config: `vigil:routes: [{ receiver: webhook, matchers: ['severity="page"'] }]`,
      line: "routes[0].matchers: unreachable",
    },
    {
      what: "one Prometheus alone",
      config: "vigil:sizing: { prometheus: { replicas: 1 } }",
      line: "components.prometheus.replicas: got 1",
    },
    {
      what: "a stack of another platform that lacks a secret",
      config: "vigil:system: oversight\n  vigil:platform: aks\n  vigil:region: eastus",
      line: "vigil:secrets.webhook-url: missing",
    },
  ];
  for (const { what, config, line } of cases)
    it(`fails and registers nothing for ${what}`, async () => {
      project.write("Pulumi.dev.yaml", `config:\n  ${config}\n`);
      const preview = await project.pulumi(["preview", "--json"]);
      assert.notEqual(preview.code, 0);
      assert.equal(occurrences(preview, line), 1, preview.stdout + preview.stderr);
      assert.equal(occurrences(preview, "unhandled exception"), 0, preview.stdout);
      const { steps = [] } = JSON.parse(preview.stdout) as { steps?: { newState?: { type: string } }[] };
      const registered = steps
        .map(({ newState }) => newState?.type)
        .filter((type) => type !== "pulumi:pulumi:Stack");
      assert.deepEqual(registered, []);
    });
});

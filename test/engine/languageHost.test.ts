import assert from "node:assert/strict";
import type { handleUnaryCall } from "@grpc/grpc-js";
import { readFileSync, statSync, writeFileSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../../cli/engine.ts";
import { languageHost } from "../../tools/languageHost/service.ts";
import { occurrences, temporaryProject, type TemporaryProject } from "./temporaryProject.ts";

describe("the engine with this project's language host", function () {
  this.timeout(30_000);
  let project: TemporaryProject;

  before(async () => {
    project = await temporaryProject({ "index.ts": "" });
  });
  after(() => {
    project.remove();
  });

  it("previews a TypeScript program without a build, ts-node or a warning", async () => {
    project.write("index.ts", "const answer: number = 42;\nexport const doubled = answer * 2;\n");
    const preview = await project.pulumi(["preview"]);
    assert.equal(preview.code, 0, preview.stdout);
    assert.match(preview.stdout, /doubled: 84/);
    assert.equal(occurrences(preview, "warning"), 0, preview.stdout);
  });

  it("hands configuration to the program, and marks what is secret", async () => {
    project.write(
      "index.ts",
      `import * as pulumi from "@pulumi/pulumi";
       const config = new pulumi.Config();
       export const plain = config.require("plain");
       export const hidden = config.requireSecret("hidden");
       export const where = [pulumi.getProject(), pulumi.getStack(), pulumi.runtime.isDryRun()].join(" ");
      `,
    );
    project.write("Pulumi.dev.yaml", "config:\n  probe:plain: visible\n");
    await project.pulumi(["config", "set", "--secret", "hidden", "hunter2"]);
    const preview = await project.pulumi(["preview"]);
    assert.match(preview.stdout, /plain *: "visible"/);
    assert.match(preview.stdout, /hidden *: "?\[secret\]"?/);
    assert.match(preview.stdout, /where *: "probe dev true"/);
    assert.equal(occurrences(preview, "hunter2"), 0);
  });

  it("shows the error of a program once, and fails", async () => {
    project.write("index.ts", 'throw new Error("the program is wrong");\n');
    const preview = await project.pulumi(["preview"]);
    assert.notEqual(preview.code, 0);
    const diagnostics = preview.stdout.slice(preview.stdout.indexOf("Diagnostics:"));
    assert.equal(diagnostics.split("the program is wrong").length - 1, 1, preview.stdout);
    assert.equal(occurrences(preview, "non-zero exit code"), 0);
  });

  it("fails when the program ends with an exit code of its own", async () => {
    project.write("index.ts", "process.exit(3);\n");
    const preview = await project.pulumi(["preview"]);
    assert.notEqual(preview.code, 0);
    assert.match(preview.stdout, /exit code: 3/);
  });

  it("names no plugin for the engine to download beforehand", (done) => {
    const handler = languageHost("")["getRequiredPackages"] as handleUnaryCall<
      unknown,
      { getPackagesList(): unknown[] }
    >;
    handler({ request: undefined } as never, (error, response) => {
      assert.equal(error, null);
      assert.deepEqual(response?.getPackagesList(), []);
      done();
    });
  });

  it("keeps state and passphrase to their owner", () => {
    const mode = (name: string): number => statSync(join(project.folder, ".vigil", name)).mode & 0o777;
    assert.equal(mode("."), 0o700);
    assert.equal(mode("state"), 0o700);
    assert.equal(mode("passphrase"), 0o600);
    assert.ok(readFileSync(join(project.folder, ".vigil", "passphrase"), "utf8").length >= 40);
  });

  it("leaves a stack's committed configuration as it was", async () => {
    const file = join(project.folder, "Pulumi.dev.yaml");
    const committed = "# what this stack is\nconfig:\n  probe:plain: visible\n";
    writeFileSync(file, committed);
    project.write("index.ts", "export const x = 1;\n");
    const up = await project.pulumi(["up", "--yes", "--skip-preview"]);
    assert.equal(up.code, 0, up.stdout);
    assert.equal(readFileSync(file, "utf8"), committed);
  });

  it("reports the violation of a policy pack, which knows the stack and its configuration", async () => {
    project.write("index.ts", "");
    project.write("Pulumi.dev.yaml", "config:\n  probe:plain: visible\n");
    const pack = join(project.folder, "pack");
    mkdirSync(pack);
    symlinkSync(join(repository, "node_modules"), join(pack, "node_modules"));
    const files = {
      "PulumiPolicy.yaml": "runtime: { name: nodejs, options: { typescript: false } }\n",
      "package.json": JSON.stringify({ name: "tiny", version: "1.2.3", type: "module", main: "index.js" }),
      "index.js": 'import "./pack.ts";\n',
      "pack.ts": `import { PolicyPack } from "@pulumi/policy";
        import * as pulumi from "@pulumi/pulumi";
        const limit: string = "visible";
        new PolicyPack("tiny", { policies: [{
          name: "not-visible", description: "plain is not visible", enforcementLevel: "mandatory",
          validateStack: (_args, report) => {
            const plain = new pulumi.Config("probe").get("plain");
            if (plain === limit) report(\`\${pulumi.getStack()} says \${plain}\`);
          },
        }] });
      `,
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(pack, name), text);
    const preview = await project.pulumi(["preview", "--policy-pack", pack]);
    assert.notEqual(preview.code, 0);
    assert.match(preview.stdout, /tiny@v1\.2\.3/);
    assert.match(preview.stdout, /dev says visible/);
    assert.equal(occurrences(preview, "Diagnostics:"), 1);
    assert.doesNotMatch(preview.stdout, /^ +\d{4,5}$/m, "the pack's port is no message");
  });

  it("says why a policy pack does not start, and fails", async () => {
    project.write("index.ts", "");
    const pack = join(project.folder, "broken");
    mkdirSync(pack);
    symlinkSync(join(repository, "node_modules"), join(pack, "node_modules"));
    const files = {
      "PulumiPolicy.yaml": "runtime: { name: nodejs, options: { typescript: false } }\n",
      "package.json": JSON.stringify({ name: "broken", version: "1.2.3", type: "module", main: "index.js" }),
      "index.js": 'import "@pulumi/policy";\nthrow new Error("no policy today");\n',
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(pack, name), text);
    const preview = await project.pulumi(["preview", "--policy-pack", pack]);
    assert.notEqual(preview.code, 0);
    assert.match(`${preview.stdout}${preview.stderr}`, /the policy pack does not start: no policy today/);
  });
});

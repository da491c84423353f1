/** `npm run gate` as a pipeline calls it: the real engine, simulated clouds, and an API that writes down what it is told. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../../cli/engine.ts";
import { startSimulatedClouds, type SimulatedClouds } from "../../simulation/simulatedClouds.ts";
import { jobsOf, pipelinesOf } from "../rendered/pipelineFiles.ts";
import { PlatformApi } from "./platformApi.ts";
import { SimulatedStack } from "./simulatedStack.ts";

const password = "correct-horse-4711";

/** Two objects that no policy minds, in a namespace that every cluster has; `edit` and `more` are what the tests change. */
const program = ({ edit = "one", more = "" } = {}): string => `
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { PersistentVolumeClaim } from "@pulumi/kubernetes/core/v1/persistentVolumeClaim.js";
import { Bucket } from "@pulumi/aws/s3/bucket.js";
import * as pulumi from "@pulumi/pulumi";

const metadata = (name) => ({ name, namespace: "kube-public" });
const login = pulumi.secret(${JSON.stringify(password)});
new ConfigMap("rules", { metadata: metadata("rules"), data: { rules: ${JSON.stringify(edit)}, login } });
new ConfigMap("routes", { metadata: metadata("routes"), data: { routes: "none" } });
${more}
`;

const claim = (name: string, options = "{}"): string =>
  `new PersistentVolumeClaim("blocks", { metadata: metadata(${JSON.stringify(name)}), spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } } }, ${options});`;

describe("The gate", function () {
  this.timeout(240_000);
  let stack: SimulatedStack;
  let clouds: SimulatedClouds;
  let api: PlatformApi;

  beforeEach(async () => {
    stack = await SimulatedStack.ofProgram(program());
    // The gate finds the configuration where every project has it.
    copyFileSync(join(stack.folder, "Pulumi.test.yaml"), join(stack.folder, "project", "Pulumi.test.yaml"));
    clouds = await startSimulatedClouds(stack.folder);
    api = await PlatformApi.start();
  });

  afterEach(async () => {
    clouds.stop();
    await api.stop();
    stack.remove();
  });

  describe("in a pull request", () => {
    it("comments what would change once, and brings that comment up to date with the next push", async () => {
      const first = await gate("preview");
      assert.equal(first.code, 0, first.output);
      assert.equal(api.posts.length, 1);
      assert.match(api.posts[0]?.body ?? "", /### `probe\/test`: 2 create\n/);
      stack.write("index.ts", program({ more: claim("blocks") }));
      const second = await gate("preview");
      assert.equal(second.code, 0, second.output);
      assert.equal(api.posts.length, 1, "no second comment");
      assert.match(
        api.posts[0]?.body ?? "",
        /: 3 create\n[^]*`blocks` `kubernetes:core\/v1:PersistentVolumeClaim`/,
      );
    });

    it("refuses what a policy forbids, and names the policy, the resource and the mend", async () => {
      stack.write("index.ts", program({ more: `new Bucket("metrics", {}, { protect: true });` }));
      const { code, output } = await gate("preview");
      assert.equal(code, 1, output);
      const [comment] = api.posts;
      assert.match(comment?.body ?? "", /: refused by policy, \d+ violations\n/);
      assert.match(
        comment?.body ?? "",
        /`retention-s3-versions` \(high\): metrics .*: keeps no versions\. Give it a BucketVersioning with status "Enabled"/,
      );
    });

    it("only advises where the project's configuration of the stack says so", async () => {
      stack.write("index.ts", program({ more: `new Bucket("metrics", {}, { protect: true });` }));
      stack.write("policies/stacks/test.json", JSON.stringify({ all: "advisory" }));
      const { code, output } = await gate("preview");
      assert.equal(code, 0, output);
      assert.match(
        api.posts[0]?.body ?? "",
        /: 3 create\n\n\*\*Advised by policy\*\*\n[^]*`retention-s3-versions`/,
      );
    });

    it("says why where the program fails, which is neither a yes nor a no", async () => {
      stack.write("index.ts", program({ more: `throw new Error("the load is not known");` }));
      const { code, output } = await gate("preview");
      assert.equal(code, 2, output);
      assert.match(api.posts[0]?.body ?? "", /: the preview failed\n[^]*Error: the load is not known/);
    });

    it("shows first what would be lost: the replacement of a volume, the deletion of a protected object", async () => {
      stack.write("index.ts", program({ more: claim("blocks") }));
      await stack.up();
      stack.write("index.ts", program({ edit: "two", more: claim("blocks-2") }));
      const { code, output } = await gate("preview");
      assert.equal(code, 0, output);
      const body = api.posts[0]?.body ?? "";
      assert.match(
        body,
        /: 1 replace, 1 update\n\n\*\*⛔ Replaced or deleted[^\n]*\n\n- \*\*replace\*\* `blocks` /,
      );
      assert.match(body, /`metadata(?:\.name)?` · holds data/);
      assert.match(body, /- \*\*update\*\* `rules` `kubernetes:core\/v1:ConfigMap`: `data\.rules`/);
    });

    it("shows no secret, neither in the comment nor in the log", async () => {
      stack.write(
        "index.ts",
        program({ more: `throw new Error("cannot log in with " + process.env.API_TOKEN);` }),
      );
      const { output } = await gate("preview", { API_TOKEN: "tok-open-sesame-1" });
      const shown = `${output}${JSON.stringify(api.posts)}`;
      assert.match(shown, /cannot log in with \[secret\]/);
      assert.ok(!shown.includes("tok-open-sesame-1") && !shown.includes(password));
    });

    it("gives the program under review none of the pipeline's own tokens", async () => {
      const tell = `throw new Error("it has " + Object.keys(process.env).filter((name) => /^(GITHUB_TOKEN|ACTIONS_)/.test(name)).join());`;
      stack.write("index.ts", program({ more: tell }));
      await gate("preview", {
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: "request-me",
        ACTIONS_ID_TOKEN_REQUEST_URL: api.url,
      });
      assert.match(api.posts[0]?.body ?? "", /Error: it has\s*\n/);
    });

    it("cannot tell where it may not comment, and says what the job lacks", async () => {
      api.refuse(403, "Resource not accessible by integration");
      const { code, output } = await gate("preview");
      assert.equal(code, 2);
      assert.match(
        output,
        /GitHub refuses to list the comments: 403 Resource not accessible by integration\. Give the job "permissions: pull-requests: write"/,
      );
    });

    it("cannot tell without the state that deployments share", async () => {
      const { code, output } = await gate("preview", { PULUMI_BACKEND_URL: "" });
      assert.equal(code, 2);
      assert.match(output, /PULUMI_BACKEND_URL is not set: the gate needs the state/);
      assert.match(api.posts[0]?.body ?? "", /: it could not be told\n/);
    });

    it("says in which state it has found no stack, and leaves nothing that could be committed", async () => {
      const own = await gate("preview", { PULUMI_BACKEND_URL: "" }, "--dry-run");
      assert.equal(own.code, 2);
      // The folder's own name holds the passphrase of the tests, which is masked.
      assert.match(
        own.output,
        /no stack named 'test' found in file:\S+\/project\/\.vigil\/state: PULUMI_BACKEND_URL is not set/,
      );
      const ignored = join(stack.folder, "project", ".vigil", ".gitignore");
      assert.equal(readFileSync(ignored, "utf8"), "*\n");
      const elsewhere = `file://${mkdtempSync(join(stack.folder, "elsewhere-"))}`;
      const other = await gate("preview", { PULUMI_BACKEND_URL: elsewhere }, "--dry-run");
      assert.equal(other.code, 2);
      assert.match(other.output, /found in file:\S+\/elsewhere-\w+: PULUMI_BACKEND_URL names another state/);
    });

    it("cannot tell with a configuration of the pack that is wrong", async () => {
      stack.write("policies/stacks/test.json", JSON.stringify({ "retention-s3-version": "disabled" }));
      const { code, output } = await gate("preview");
      assert.equal(code, 2);
      assert.match(output, /test\.json: retention-s3-version: no such policy/);
    });
  });

  describe("at night", () => {
    it("finds nothing where nobody has touched anything, and opens no issue", async () => {
      await stack.up();
      await restartClouds();
      const { code, output } = await gate("drift");
      assert.equal(code, 0, output);
      assert.deepEqual(api.issues, []);
    });

    it("opens one issue for what was changed or deleted by hand, keeps it up to date, and closes it", async () => {
      await stack.up();
      const before = readFileSync(worldFile(), "utf8");
      const world = JSON.parse(before) as { things: { id: string; byHand?: object }[] };
      world.things = world.things.filter(({ id }) => !id.endsWith("routes"));
      for (const thing of world.things) thing.byHand = { data: { rules: "by hand" } };
      writeFileSync(worldFile(), JSON.stringify(world));
      for (const _night of [1, 2]) {
        await restartClouds();
        const { code, output } = await gate("drift");
        assert.equal(code, 1, output);
        assert.equal(api.issues.length, 1);
      }
      const [issue] = api.issues;
      assert.ok(issue);
      assert.equal(issue.title, "Drift of probe/test");
      assert.match(issue.body, /: 2 resources have drifted\n/);
      assert.match(issue.body, /- \*\*delete\*\* `routes` `kubernetes:core\/v1:ConfigMap`\n/);
      assert.match(
        issue.body,
        /- \*\*update\*\* `rules` `kubernetes:core\/v1:ConfigMap`: `data\.login`, `data\.rules`/,
      );

      writeFileSync(worldFile(), before);
      await restartClouds();
      assert.equal((await gate("drift")).code, 0);
      assert.equal(issue.state, "closed");
      assert.match(issue.body, /: no drift\n/);
    });
  });

  describe("on the way to production", () => {
    it("applies the plan that was approved, once", async () => {
      const plan = join(stack.folder, "approved.json");
      assert.equal((await gate("preview", {}, "--plan", plan)).code, 0);
      assert.ok(!readFileSync(plan, "utf8").includes(password));
      const applied = await gate("promote", {}, "--plan", plan);
      assert.equal(applied.code, 0, applied.output);
      assert.equal((await stack.state()).filter(({ type }) => type.endsWith(":ConfigMap")).length, 2);
      const again = await gate("promote", {}, "--plan", plan);
      assert.equal(again.code, 1, again.output);
      assert.match(again.output, /has been changed since the plan was made/);
    });

    it("refuses a program that does something else than what was approved", async () => {
      const plan = join(stack.folder, "approved.json");
      assert.equal((await gate("preview", {}, "--plan", plan)).code, 0);
      stack.write("index.ts", program({ edit: "smuggled" }));
      const { code, output } = await gate("promote", {}, "--plan", plan);
      assert.equal(code, 1, output);
      assert.match(output, /violates plan: properties changed: data …/);
      // As the engine itself would quote it.
      assert.ok(!output.includes(password));
    });

    it("refuses a plan of another commit", async () => {
      const plan = join(stack.folder, "approved.json");
      assert.equal((await gate("preview", {}, "--plan", plan)).code, 0);
      const { code, output } = await gate("promote", { GITHUB_SHA: "f".repeat(40) }, "--plan", plan);
      assert.equal(code, 1, output);
      assert.match(output, /the plan was made for commit 0000[^]*and this is ffff[^]*preview again/);
    });

    it("brings the first stack up from its own preview, and not where a policy is violated", async () => {
      assert.equal((await gate("promote")).code, 0);
      stack.write("index.ts", program({ more: `new Bucket("metrics", {}, { protect: true });` }));
      const { code, output } = await gate("promote");
      assert.equal(code, 1, output);
      assert.ok(!(await stack.state()).some(({ type }) => type.endsWith(":Bucket")));
    });
  });

  describe("in the workflows for GitHub, step by step", () => {
    it("previews a pull request", async () => {
      const { code, output } = await steps("preview", ["preview"]);
      assert.equal(code, 0, output);
      assert.match(api.posts[0]?.body ?? "", /: 2 create\n/);
    });

    it("promotes from the first stack's update to the approved plan of the second", async () => {
      // One stack stands for both: it is updated, changed, planned and updated again.
      assert.equal((await steps("promote", ["dev"])).code, 0);
      stack.write("index.ts", program({ edit: "two" }));
      const { code, output } = await steps("promote", ["plan", "prod"]);
      assert.equal(code, 0, output);
      assert.match(output, /### `probe\/test`: 1 update\n[^]*Changed \(1\)/);
    });

    it("looks for drift at night", async () => {
      assert.equal((await steps("drift", ["drift"])).code, 0);
    });

    /** The scripts of these jobs, with no variable but those that the workflow hands on. */
    async function steps(name: string, jobs: readonly string[]): Promise<Ran> {
      const workflow = pipelinesOf("github").find((file) => file.name === `github/${name}.yml`);
      assert.ok(workflow);
      const values: Readonly<Record<string, string>> = {
        "matrix.stack": "test",
        "github.token": "token-of-the-job",
        "vars.PULUMI_BACKEND_URL": `file://${join(stack.folder, "state")}`,
      };
      const outputs: string[] = [];
      for (const { run, env = {} } of jobs.flatMap((job) => jobsOf(workflow)[job]?.steps ?? [])) {
        if (run === undefined) continue;
        const given = Object.entries(env).map(([key, text]) => [
          key,
          text.replaceAll(/\$\{\{ ([\w.]+) \}\}/g, (_, value: string) => values[value] ?? ""),
        ]);
        const script = `${run.replace(/greenlang-\w+/, "test")} --project "$PROJECT"`;
        const { code, output } = await execute("bash", ["-e", "-c", script], {
          ...job(name === "preview" ? "preview" : "promote"),
          PULUMI_BACKEND_URL: undefined,
          GITHUB_TOKEN: undefined,
          ...(Object.fromEntries(given) as Record<string, string>),
          RUNNER_TEMP: stack.folder,
          PROJECT: join(stack.folder, "project"),
        });
        outputs.push(output);
        if (code !== 0) return { code, output: outputs.join("\n") };
      }
      assert.ok(outputs.length > 0);
      return { code: 0, output: outputs.join("\n") };
    }
  });

  interface Ran {
    readonly code: number;
    readonly output: string;
  }

  function gate(command: string, env: NodeJS.ProcessEnv = {}, ...flags: string[]): Promise<Ran> {
    const args = [command, "test", "--project", join(stack.folder, "project"), ...flags];
    const script = join(repository, "cli", "gate.ts");
    return execute(process.execPath, [script, ...args], { ...job(command), ...env });
  }

  /** What a job of GitHub Actions has: of a pull request for `preview`, else of the main branch. */
  function job(command: string): NodeJS.ProcessEnv {
    return {
      ...process.env,
      ...clouds.environment,
      PULUMI_BACKEND_URL: `file://${join(stack.folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "simulated",
      GITHUB_ACTIONS: "true",
      GITHUB_API_URL: api.url,
      GITHUB_REPOSITORY: "example/monitoring",
      GITHUB_REF: command === "preview" ? "refs/pull/7/merge" : "refs/heads/main",
      GITHUB_SHA: "0".repeat(40),
      GITHUB_RUN_ID: "42",
      GITHUB_TOKEN: "token-of-the-job",
    };
  }

  function execute(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ran> {
    return new Promise((resolve) => {
      execFile(
        program,
        args,
        { cwd: repository, env, maxBuffer: 64 * 1_048_576 },
        (error, stdout, stderr) => {
          resolve({ code: error === null ? 0 : Number(error.code), output: `${stdout}\n${stderr}` });
        },
      );
    });
  }

  function worldFile(): string {
    return join(stack.folder, "world.json");
  }

  /** They read what exists at their start. */
  async function restartClouds(): Promise<void> {
    clouds.stop();
    clouds = await startSimulatedClouds(stack.folder);
  }
});

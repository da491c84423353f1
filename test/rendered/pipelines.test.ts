/** The pipelines of pipelines/: what their platforms accept, and what they must never do. */
import assert from "node:assert/strict";
import { readFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { Ajv, type ValidateFunction } from "ajv";
import { ensureTools } from "../../tools/toolchain.ts";
import { check } from "./checkers.ts";
import { jobsOf, pipelinesOf, textsUnder, type PipelineFile } from "./pipelineFiles.ts";
import { leaveOut } from "./reference.ts";

const workflows = pipelinesOf("github");
const everyFile = [...workflows, ...pipelinesOf("gitlab"), ...pipelinesOf("azure")];

describe("actionlint, over the workflows for GitHub Actions", function () {
  this.timeout(600_000);
  let actionlint: string;

  before(async function () {
    const tools = await ensureTools(["actionlint"]);
    const [missing] = tools.missing;
    if (missing !== undefined) leaveOut(this, missing.reason);
    actionlint = tools.path("actionlint");
  });

  for (const { name, path } of workflows)
    it(`accepts ${name}`, async () => {
      await check(actionlint, path);
    });

  it("refuses a permission that does not exist", async () => {
    const folder = mkdtempSync(join(tmpdir(), "vigil-pipelines-"));
    try {
      const file = join(folder, "preview.yml");
      const [workflow] = workflows.filter(({ name }) => name === "github/preview.yml");
      writeFileSync(file, workflow?.text.replace("pull-requests: write", "pull-request: write") ?? "");
      await assert.rejects(check(actionlint, file), /unknown permission scope "pull-request"/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

const schemas = [
  {
    platform: "azure",
    file: "azure-pipelines",
    // Azure reads every value as a text, and makes of it what it wants.
    coerceTypes: true,
    broken: (document: PipelineFile["document"]) => ({ ...document, trigers: "none" }),
  },
  {
    platform: "gitlab",
    file: "gitlab-ci",
    coerceTypes: false,
    broken: (document: PipelineFile["document"]) => ({
      ...document,
      preview: { ...(document["preview"] as object), scripts: [] },
    }),
  },
] as const;

for (const { platform, file, coerceTypes, broken } of schemas)
  describe(`The published schema of ${platform}`, function () {
    this.timeout(120_000);
    let valid: ValidateFunction;

    before(() => {
      const text = gunzipSync(
        readFileSync(join(import.meta.dirname, "schemas", `${file}.json.gz`)),
      ).toString();
      const ajv = new Ajv({
        strict: false,
        coerceTypes,
        unicodeRegExp: false,
        validateFormats: false,
        inlineRefs: false,
      });
      valid = ajv.compile(JSON.parse(text) as object);
    });

    const files = pipelinesOf(platform);
    for (const { name, document } of files)
      it(`accepts ${name}`, () => {
        assert.ok(valid(structuredClone(document)), JSON.stringify(valid.errors?.slice(-3)));
      });

    it("refuses a key that it does not know", () => {
      for (const { document } of files) assert.ok(!valid(broken(structuredClone(document))));
    });
  });

describe("Every pipeline", () => {
  for (const { name, document, text } of everyFile) {
    it(`of ${name} only calls the gate, or the simulation, by a command that exists`, () => {
      const scripts = textsUnder(["run", "script", "inlineScript"], document);
      assert.ok(scripts.length > 0);
      for (const script of scripts)
        assert.match(
          script,
          /^npm run (?:simulate -- "\$STACK"|gate -- (?:drift|preview|promote) (?:"\$STACK"|[\w-]+)(?: --plan \S+)?)$/,
        );
    });

    it(`of ${name} stores no secret and no key`, () => {
      assert.doesNotMatch(
        text,
        /secrets\.|ACCESS_KEY|CLIENT_SECRET|STORAGE_KEY|PASSPHRASE|pull_request_target/,
      );
    });
  }
});

describe("A workflow for GitHub Actions", () => {
  const jobs = workflows.flatMap((workflow) =>
    Object.entries(jobsOf(workflow)).map(([job, content]) => ({
      ...content,
      workflow,
      called: `${workflow.name}, ${job}`,
    })),
  );

  it("gives no job a right that the job does not name, and ends what hangs", () => {
    for (const { document } of workflows) assert.deepEqual(document["permissions"], {});
    for (const { called, permissions, ...job } of jobs) {
      assert.ok(permissions, called);
      assert.equal(permissions["contents"], "read", called);
      assert.ok((job["timeout-minutes"] ?? 360) <= 120, called);
      const writes = Object.entries(permissions).filter(([, right]) => right === "write");
      const allowed = ["id-token", "pull-requests", "issues"];
      assert.ok(
        writes.every(([scope]) => allowed.includes(scope)),
        called,
      );
    }
  });

  it("uses actions of GitHub's own only, at one commit that a comment names", () => {
    const uses = workflows.flatMap(({ text }) => text.match(/uses:.*/g) ?? []);
    assert.ok(uses.length > 0);
    for (const use of uses) assert.match(use, /^uses: actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it("leaves no token in the checkout", () => {
    const checkouts = jobs.flatMap(({ steps }) =>
      steps.filter(({ uses }) => uses?.startsWith("actions/checkout@")),
    );
    assert.equal(checkouts.length, jobs.length);
    for (const { with: given } of checkouts) assert.equal(given?.["persist-credentials"], false);
  });

  it("gives a fork's pull request no identity and no right to write", () => {
    const proposed = jobs.filter(({ workflow }) => "pull_request" in (workflow.document["on"] as object));
    for (const { called, permissions = {}, if: condition = "" } of proposed) {
      const isPowerful = Object.values(permissions).includes("write");
      const own = "github.event.pull_request.head.repo.full_name == github.repository";
      assert.equal(condition === own, isPowerful, called);
    }
    assert.ok(proposed.some(({ permissions = {} }) => permissions["id-token"] === "write"));
  });

  it("never runs two updates at a time, and never interrupts one", () => {
    const updating = workflows.filter(({ text }) => text.includes("gate -- promote"));
    assert.ok(updating.length > 0);
    for (const workflow of updating)
      assert.deepEqual(workflow.document["concurrency"], { group: "promote", "cancel-in-progress": false });
  });

  it("updates only in an environment, which may ask for approval", () => {
    const updating = jobs.filter(({ steps }) => steps.some(({ run }) => run?.includes("gate -- promote")));
    assert.deepEqual(
      updating.map(({ environment }) => environment),
      ["dev", "prod"],
    );
  });
});

describe("A pipeline for GitLab", () => {
  it("updates a stack with nobody else, in an environment, and production only by hand", () => {
    const [file] = pipelinesOf("gitlab") as [PipelineFile];
    const jobs = Object.values(file.document).filter((job): job is Record<string, unknown> =>
      textsUnder(["script"], job).some((text) => text.includes("promote")),
    );
    assert.equal(jobs.length, 2);
    for (const job of jobs) {
      const [script = ""] = textsUnder(["script"], job);
      assert.ok(script.includes(`promote ${String(job["resource_group"])}`));
      assert.ok(job["environment"]);
    }
    const production = jobs.find(({ environment }) => (environment as { name: string }).name === "prod");
    assert.deepEqual(textsUnder(["when"], production), ["manual"]);
  });
});

describe("A pipeline for Azure", () => {
  it("gives a fork no identity, and updates in environments that wait for each other", () => {
    const files = new Map(pipelinesOf("azure").map((file) => [file.name, file]));
    const [condition] = textsUnder(["condition"], files.get("azure/preview.yml")?.document);
    assert.equal(condition, "ne(variables['System.PullRequest.IsFork'], 'True')");
    const promote = files.get("azure/promote.yml")?.document;
    assert.equal(promote?.["lockBehavior"], "sequential");
    assert.deepEqual(textsUnder(["environment"], promote), ["dev", "prod"]);
  });
});

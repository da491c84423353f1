import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { repository } from "../../cli/engine.ts";
import { lateModules } from "../../components/leanRunner.ts";
import { indexes, leanIndex } from "../../components/leanSdk.ts";

const require = createRequire(import.meta.url);
const paths = Object.keys(indexes) as (keyof typeof indexes)[];

describe("The SDK as the program loads it", () => {
  for (const path of paths)
    it(`has every name of ${path}, and no other`, () => {
      assert.deepEqual(Object.keys(leanIndex(path)).sort(), namesOf(path));
    });

  for (const [what, { file, standIn }] of Object.entries(lateModules))
    it(`has every name of the runner's ${what}, and no other`, () => {
      assert.deepEqual(Object.keys(standIn(file)).sort(), namesOf(file));
    });

  it("gives what is heavy when it is asked for", () => {
    const index = leanIndex("@pulumi/pulumi") as { automation: { LocalWorkspace: unknown } };
    assert.equal(typeof index.automation.LocalWorkspace, "function");
  });

  it("hands the same classes to whoever asks another way", () => {
    const index = leanIndex("@pulumi/pulumi") as { CustomResource: unknown };
    const { CustomResource } = require("@pulumi/pulumi/resource.js") as { CustomResource: unknown };
    assert.equal(index.CustomResource, CustomResource);
  });

  it("follows a promise to its end, and its failure to whoever waits", async () => {
    const { debuggablePromise } = require("@pulumi/pulumi/runtime/debuggable.js") as {
      debuggablePromise: (promise: Promise<number>, context: string) => Promise<number>;
    };
    const { getStore } = require("@pulumi/pulumi/runtime/state.js") as {
      getStore: () => { leakCandidates: Set<unknown> };
    };
    const [good, bad] = [Promise.resolve(1), Promise.reject<number>(new Error("no"))];
    const followed = [debuggablePromise(good, "good"), debuggablePromise(bad, "bad")];
    assert.ok([good, bad].every((promise) => getStore().leakCandidates.has(promise)));
    assert.ok([good, bad].every((promise) => !("_debugStackTrace" in promise)));
    assert.deepEqual(
      (await Promise.allSettled(followed)).map(({ status }) => status),
      ["fulfilled", "rejected"],
    );
    assert.ok([good, bad].every((promise) => !getStore().leakCandidates.has(promise)));
  });
});

/** Names of the real index, by a process that has loaded nothing of ours. */
function namesOf(path: string): string[] {
  const script = `console.log(JSON.stringify(Object.keys(require(${JSON.stringify(path)})).sort()))`;
  const { stdout } = spawnSync(process.execPath, ["--input-type=commonjs", "--eval", script], {
    cwd: repository,
    encoding: "utf8",
  });
  return JSON.parse(stdout) as string[];
}

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { repository } from "../../cli/engine.ts";
import { indexes, leanIndex } from "../../components/leanSdk.ts";

const require = createRequire(import.meta.url);
const paths = Object.keys(indexes) as (keyof typeof indexes)[];

describe("The SDK as the program loads it", () => {
  for (const path of paths)
    it(`has every name of ${path}, and no other`, () => {
      assert.deepEqual(Object.keys(leanIndex(path)).sort(), namesOf(path));
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

  it("keeps no stack with a promise", () => {
    const { debuggablePromise } = require("@pulumi/pulumi/runtime/debuggable.js") as {
      debuggablePromise: (promise: Promise<void>, context: string) => Promise<void>;
    };
    const promise = Promise.resolve();
    void debuggablePromise(promise, "of this test");
    assert.equal((promise as { _debugStackTrace?: string })._debugStackTrace, "Error");
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

import assert from "node:assert/strict";
import { join } from "node:path";
import { repository } from "../../cli/engine.ts";
import { temporaryProject, type TemporaryProject } from "./temporaryProject.ts";

describe("The SDK as this program uses it", function () {
  this.timeout(60_000);
  let project: TemporaryProject;
  const program = (text: string): string =>
    `import { ComponentResource } from "@pulumi/pulumi";
     ${text}`;

  before(async () => {
    const nodeargs = `--import=${join(repository, "components", "leanRunner.ts")}`;
    project = await temporaryProject({
      "index.ts": "",
      "Pulumi.yaml": `name: probe\nruntime: { name: nodejs, options: { typescript: false, nodeargs: ${nodeargs} } }\nmain: index.ts\n`,
    });
  });
  after(() => {
    project.remove();
  });

  async function placesStored(env: NodeJS.ProcessEnv): Promise<unknown> {
    const up = await project.pulumi(["up", "--yes", "--skip-preview"], { env });
    assert.equal(up.code, 0, up.stdout);
    const part = (await project.state()).find(({ type }) => type === "probe:index:Part");
    return (part as { stackTrace?: unknown } | undefined)?.stackTrace;
  }

  it("keeps no paths of this machine with a resource, unless every message is asked for", async () => {
    project.write("index.ts", program('new ComponentResource("probe:index:Part", "part");'));
    assert.notEqual(await placesStored({ VIGIL_DEBUG: "1" }), undefined);
    project.write("index.ts", program('new ComponentResource("probe:index:Part", "another");'));
    assert.equal(await placesStored({}), undefined);
  });

  it("stores a function with what it captures, though nothing debugs the program until then", async () => {
    project.write(
      "index.ts",
      program(`import { runtime } from "@pulumi/pulumi";
        const limit = 42;
        export const { text } = await runtime.serializeFunction(() => limit);`),
    );
    const up = await project.pulumi(["up", "--yes", "--skip-preview"]);
    assert.equal(up.code, 0, up.stdout);
    const { stdout } = await project.pulumi(["stack", "output", "text"]);
    assert.match(stdout, /limit: 42/);
  });

  it("loads what traces the engine's calls, and maps stacks to sources, only where they are traced", async () => {
    project.write(
      "index.ts",
      program(`import { createRequire } from "node:module";
        const loaded = Object.keys(createRequire(import.meta.url).cache);
        const parts = ["@opentelemetry/sdk-trace-base", "source-map-support/source-map-support"];
        export const found = parts.filter((part) => loaded.some((file) => file.includes(part)))`),
    );
    const outputs = async (env: NodeJS.ProcessEnv): Promise<unknown> => {
      const up = await project.pulumi(["up", "--yes", "--skip-preview"], { env });
      assert.equal(up.code, 0, up.stdout);
      return JSON.parse((await project.pulumi(["stack", "output", "--json"])).stdout) as unknown;
    };
    assert.deepEqual(await outputs({}), { found: [] });
    const traced = { TRACEPARENT: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };
    assert.deepEqual(await outputs(traced), {
      found: ["@opentelemetry/sdk-trace-base", "source-map-support/source-map-support"],
    });
  });

  it("tells what never came to an end", async () => {
    project.write(
      "index.ts",
      program('new ComponentResource("probe:index:Part", "part", { never: new Promise(() => {}) });'),
    );
    const preview = await project.pulumi(["preview"]);
    assert.notEqual(preview.code, 0);
    assert.match(preview.stdout, /"part" \[probe:index:Part\] was waiting for the value of its input/);
  });
});

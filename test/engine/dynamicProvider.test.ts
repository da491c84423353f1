import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync, watch } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { bundledEngine } from "../../cli/bundle.ts";
import { engineEnvironment, repository } from "../../cli/engine.ts";
import { pulumi } from "../../cli/pulumi.ts";
import { ensureTools } from "../../tools/toolchain.ts";
import { occurrences, temporaryProject, type TemporaryProject } from "./temporaryProject.ts";

const dynamicModule = join(repository, "components", "local", "dynamicModule.ts");

const program = `
import * as pulumi from "@pulumi/pulumi";
import { ModuleResource } from ${JSON.stringify(dynamicModule)};
const config = new pulumi.Config();
class Lamp extends ModuleResource {
  declare readonly made: pulumi.Output<string>;
  constructor(name: string, colour: string) {
    const inputs = { colour, room: config.get("room") ?? "hall", key: pulumi.secret("hunter2"), made: undefined };
    super(import.meta.resolve("./lamp.ts"), "Lamp", name, inputs);
  }
}
export const made = new Lamp("lamp", config.get("colour") ?? "red").made;
`;

/** A resource that is a file, and that fails where its colour says so. */
const lamp = `
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
interface Inputs { colour: string; room: string; key: string }
interface State extends Inputs { made: string }
const light = (inputs: Inputs, made: string) => {
  if (inputs.colour === "black") throw new Error("a lamp cannot be black");
  writeFileSync("lamp.txt", inputs.colour + inputs.key);
  return { ...inputs, made, nothing: undefined };
};
export async function check(_old: Inputs, inputs: Inputs) {
  if (inputs.colour === "brown") throw new Error("brown is not a light");
  const failures = inputs.colour === "grey" ? [{ property: "colour", reason: "grey is no colour" }] : [];
  return { inputs, failures };
}
export async function diff(_id: string, state: State, inputs: Inputs) {
  const moved = state.room !== inputs.room;
  return { changes: moved || state.colour !== inputs.colour, replaces: moved ? ["room"] : [], deleteBeforeReplace: true };
}
export async function create(inputs: Inputs) {
  if (inputs.colour === "slow") {
    writeFileSync("started", "");
    while (!existsSync("finish")) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  if (inputs.colour === "dim") {
    const properties = { ...inputs, made: "half" };
    throw Object.assign(new Error("the lamp is there but dim"), { id: "lamp", properties, reasons: ["dim"] });
  }
  return { id: "lamp", outs: light(inputs, "created") };
}
export async function update(_id: string, _state: State, inputs: Inputs) {
  return { outs: light(inputs, "updated") };
}
export async function read(_id: string, state: State) {
  if (!existsSync("lamp.txt")) return undefined;
  const colour = readFileSync("lamp.txt", "utf8").replace(state.key, "");
  return { props: { ...state, colour }, inputs: { colour, room: state.room, key: state.key } };
}
async function remove() {
  rmSync("lamp.txt", { force: true });
}
export { remove as delete };
`;

describe("a dynamic resource whose provider is a module", function () {
  this.timeout(30_000);
  let project: TemporaryProject;

  beforeEach(async () => {
    project = await temporaryProject({ "index.ts": program, "lamp.ts": lamp });
  });
  afterEach(() => {
    project.remove();
  });

  it("is created, updated, replaced and deleted", async () => {
    const created = await up();
    assert.equal(created.code, 0, created.stdout);
    assert.match(created.stdout, /made: "created"/);
    assert.equal(readFileSync(join(project.folder, "lamp.txt"), "utf8"), "redhunter2");

    const updated = await up("-c", "colour=blue");
    assert.match(updated.stdout, /made: "created" => "updated"/);
    assert.match(updated.stdout, /1 updated/);

    const replaced = await up("-c", "room=attic");
    assert.match(replaced.stdout, /1 replaced/);

    const destroyed = await project.pulumi(["destroy", "--yes", "--skip-preview"]);
    assert.equal(destroyed.code, 0, destroyed.stdout);
    assert.equal(existsSync(join(project.folder, "lamp.txt")), false);
  });

  it("shows no change after a refactor that changes its code only", async () => {
    await up();
    project.write(
      "lamp.ts",
      `// rewritten\nconst unused: number = 1;\n${lamp.replaceAll("light", "switchOn")}\n// ${"x".repeat(99)}`,
    );
    project.write("index.ts", `// moved down\n\n\n${program}`);
    const again = await project.pulumi(["preview", "--expect-no-changes", "--diff"]);
    assert.equal(again.code, 0, again.stdout);
    assert.match(again.stdout, /2 unchanged/);
  });

  it("keeps no code of the module in the state, nor a path from the root", async () => {
    await up();
    const text = await providerText();
    assert.match(text, /"lamp\.ts"/);
    assert.doesNotMatch(text, /cannot be black/);
    assert.doesNotMatch(text, /["']\//);
  });

  it("keeps secret inputs secret in what it returns", async () => {
    const created = await up();
    assert.equal(occurrences(created, "hunter2"), 0);
    const { stdout } = await project.pulumi(["stack", "export"]);
    assert.equal(stdout.includes("hunter2"), false);
    const resource = await theLamp();
    for (const values of [resource.inputs, resource.outputs]) {
      assert.ok(Object.hasOwn(values["key"] as object, "ciphertext"), JSON.stringify(values["key"]));
    }
  });

  it("notices on refresh that it was changed or removed outside", async () => {
    await up();
    project.write("lamp.txt", "greenhunter2");
    await project.pulumi(["refresh", "--yes", "--skip-preview"]);
    assert.equal((await theLamp()).outputs["colour"], "green");
    assert.match((await up()).stdout, /1 updated/);

    await project.pulumi(["refresh", "--yes", "--skip-preview"]);
    rmSync(join(project.folder, "lamp.txt"));
    const refreshed = await project.pulumi(["refresh", "--yes", "--skip-preview"]);
    assert.match(refreshed.stdout, /1 deleted/);
    assert.match((await up()).stdout, /1 created/);
  });

  for (const { colour, message } of [
    { colour: "black", message: "a lamp cannot be black" },
    { colour: "brown", message: "brown is not a light" },
    { colour: "grey", message: "grey is no colour" },
  ]) {
    it(`says '${message}' in one line, without a stack`, async () => {
      const failed = await up("-c", `colour=${colour}`);
      assert.notEqual(failed.code, 0);
      const diagnostics = failed.stdout.slice(failed.stdout.indexOf("Diagnostics:"));
      assert.equal(diagnostics.split(message).length - 1, 1, failed.stdout);
      assert.doesNotMatch(`${failed.stdout}${failed.stderr}`, /\bat .*lamp\.ts|moduleProvider/);
    });
  }

  it("says which module does not load", async () => {
    project.write("lamp.ts", 'import "./missing.ts";\n');
    const failed = await up();
    assert.notEqual(failed.code, 0);
    assert.match(failed.stdout, /Cannot find module .*missing\.ts/);
  });

  it("keeps a resource that exists but did not come up, and mends it the next time", async () => {
    const failed = await up("-c", "colour=dim");
    assert.notEqual(failed.code, 0);
    assert.match(failed.stdout, /the lamp is there but dim|dim/);
    assert.equal((await theLamp()).id, "lamp");
    const mended = await up("-c", "colour=white");
    assert.equal(mended.code, 0, mended.stdout);
    assert.match(mended.stdout, /1 updated/);
  });

  it("deletes a resource that exists but did not come up", async () => {
    assert.notEqual((await up("-c", "colour=dim")).code, 0);
    const gone = await project.pulumi(["destroy", "--yes", "--skip-preview"]);
    assert.equal(gone.code, 0, gone.stdout);
  });

  it("finishes what it is creating when a run is interrupted, so that the state knows it", async () => {
    await interruptWhileCreating("SIGINT", (code) => {
      assert.notEqual(code, 0);
    });
    assert.equal((await theLamp()).id, "lamp");
  });

  it("leaves a lock when a run is killed, and says how to remove it", async () => {
    await interruptWhileCreating("SIGKILL", () => undefined);
    const printed: string[] = [];
    const print = console.error;
    console.error = (line: string) => printed.push(line);
    try {
      assert.notEqual(
        await pulumi(["refresh", "--yes", "--stack", "dev", "--non-interactive"], project.folder),
        0,
      );
    } finally {
      console.error = print;
    }
    assert.match(
      printed.join("\n"),
      /stack 'dev' is locked by process \d+, which has ended: run 'npm run pulumi -- cancel/,
    );
    assert.equal((await project.pulumi(["cancel", "--yes"])).code, 0);
    assert.equal((await up("-c", "colour=red")).code, 0);
  });

  function up(...args: string[]) {
    return project.pulumi(["up", "--yes", "--skip-preview", ...args]);
  }

  async function theLamp() {
    const resource = (await project.state()).find(({ type }) => type === "pulumi-nodejs:dynamic/vigil:Lamp");
    assert.ok(resource, "the lamp is in the state");
    return resource;
  }

  async function providerText(): Promise<string> {
    return String((await theLamp()).inputs["__provider"]);
  }

  async function interruptWhileCreating(
    signal: NodeJS.Signals,
    ended: (code: number | null) => void,
  ): Promise<void> {
    const tools = await ensureTools(["pulumi"]);
    const engine = bundledEngine(tools.path("pulumi"), join(project.folder, ".vigil"));
    const args = [
      "up",
      "--yes",
      "--skip-preview",
      "--non-interactive",
      "--stack",
      "dev",
      "-c",
      "colour=slow",
    ];
    const started = appears(join(project.folder, "started"));
    const run = spawn(engine, args, {
      cwd: project.folder,
      env: engineEnvironment(project.folder),
      stdio: ["ignore", "pipe", "ignore"],
    });
    const end = new Promise<number | null>((resolve) => run.once("exit", resolve));
    await started;
    const cancelling = says(run.stdout, "cancelling");
    run.kill(signal);
    await (signal === "SIGINT" ? cancelling : end);
    project.write("finish", "");
    ended(await end);
  }
});

function appears(file: string): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(join(file, ".."), () => {
      if (!existsSync(file)) return;
      watcher.close();
      resolve();
    });
  });
}

function says(output: Readable, text: string): Promise<void> {
  return new Promise((resolve) => {
    let seen = "";
    output.on("data", (chunk: Buffer) => {
      seen += chunk.toString();
      if (seen.includes(text)) resolve();
    });
  });
}

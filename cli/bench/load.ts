/** How long modules take to load in a process of their own, as in the program that the engine starts. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { engineEnvironment, repository } from "../engine.ts";
import { median } from "./timing.ts";

export interface LoadTimes {
  /** The part of `@pulumi/pulumi` that an empty program has as well. */
  readonly sdkMilliseconds: number;
  /** What the dev stack's program adds to it. */
  readonly programMilliseconds: number;
}

/** Modules that the program of a local stack loads, besides the SDK. */
const program = ["index.ts", "components/local/platform.ts"];

/** Median milliseconds of `times` processes, with what they compile kept as in every run. */
export async function measureLoad(times: number): Promise<LoadTimes> {
  await loadOnce();
  const taken: LoadTimes[] = [];
  for (let run = 0; run < times; run++) taken.push(await loadOnce());
  return {
    sdkMilliseconds: median(taken.map(({ sdkMilliseconds }) => sdkMilliseconds)),
    programMilliseconds: median(taken.map(({ programMilliseconds }) => programMilliseconds)),
  };
}

async function loadOnce(): Promise<LoadTimes> {
  const script = [
    "const times = [performance.now()];",
    'await import("@pulumi/pulumi/runtime/stack.js");',
    "times.push(performance.now());",
    ...program.map((path) => `await import(${JSON.stringify(join(repository, path))});`),
    "times.push(performance.now());",
    "const [start, sdk, end] = times;",
    "console.log(JSON.stringify({ sdkMilliseconds: sdk - start, programMilliseconds: end - sdk }));",
    "process.exit(0);",
  ].join("\n");
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: repository,
    env: engineEnvironment(repository),
    timeout: 60_000,
  });
  return JSON.parse(stdout) as LoadTimes;
}

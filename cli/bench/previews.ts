/** `pulumi preview` of the dev stack against that of an empty program: same engine, same language host, same minute. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { readStackFiles } from "../../configuration/stackFiles.ts";
import { assertSucceeded, simulatedStack } from "../../simulation/projectStack.ts";
import { repository, runPulumi } from "../engine.ts";
import { stackFileOf } from "../stackRoot.ts";
import { median, timed } from "./timing.ts";

export interface PreviewTimes {
  /** A program without a line. */
  readonly emptySeconds: number;
  /** The dev stack before its first `pulumi up`. */
  readonly devSeconds: number;
  /** The dev stack as it runs on this machine; absent where it is not up. */
  readonly upSeconds?: number;
  /** The stack `prod` before its first deployment, on simulated clouds, whose own work counts as well. */
  readonly prodSeconds: number;
  /** The same with the policies of policies/. */
  readonly prodWithPoliciesSeconds: number;
  readonly greenlangProdSeconds: number;
}

/**
 * Median seconds of each preview, taken in turns so that a busy minute slows all of them. State and passphrase are of
 * their own, so that no stack is touched; the one that is up is only looked at.
 * @throws with the engine's output when a preview fails
 */
export async function measurePreviews(rounds: number, log: (line: string) => void): Promise<PreviewTimes> {
  const folder = mkdtempSync(join(tmpdir(), "vigil-bench-"));
  try {
    const subjects = await prepareSubjects(folder);
    // What the first runs of all compile is kept.
    for (const { preview } of subjects) await preview();
    const taken = new Map(subjects.map(({ name }) => [name, [] as number[]] as const));
    for (let round = 1; round <= rounds; round++)
      for (const { name, preview } of subjects) {
        const seconds = (await timed(preview)) / 1_000;
        taken.get(name)?.push(seconds);
        log(`round ${String(round)} of ${String(rounds)}: ${name} ${seconds.toFixed(2)} s`);
      }
    const middle = (name: Subject["name"]): number => median(taken.get(name) ?? []);
    return {
      emptySeconds: middle("empty"),
      devSeconds: middle("dev"),
      ...(taken.has("up") ? { upSeconds: middle("up") } : {}),
      prodSeconds: middle("prod"),
      prodWithPoliciesSeconds: middle("prod, policies"),
      greenlangProdSeconds: middle("greenlang-prod"),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Stacks of a cloud. */
const simulated = ["prod", "greenlang-prod"] as const;

interface Subject {
  readonly name: "empty" | "dev" | "up" | (typeof simulated)[number] | "prod, policies";
  readonly preview: () => Promise<void>;
}

async function prepareSubjects(folder: string): Promise<Subject[]> {
  const env = { PULUMI_BACKEND_URL: `file://${folder}`, PULUMI_CONFIG_PASSPHRASE: "benchmark" };
  const pulumi = async (
    cwd: string,
    args: readonly string[],
    own: NodeJS.ProcessEnv = env,
  ): Promise<void> => {
    const { code, stdout, stderr } = await runPulumi(args, { cwd, env: own });
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")} failed:\n${stdout}\n${stderr}`);
  };
  writeEmptyProject(folder);
  const config = join(folder, "dev.yaml");
  writeFileSync(config, devConfig(), { mode: 0o600 });
  for (const cwd of [folder, repository]) await pulumi(cwd, ["stack", "init", stack, "--no-select"]);
  const preview = ["preview", "--stack", stack];
  return [
    { name: "empty", preview: () => pulumi(folder, preview) },
    { name: "dev", preview: () => pulumi(repository, [...preview, "--config-file", config]) },
    ...(isUp()
      ? [{ name: "up" as const, preview: () => pulumi(repository, ["preview", "--stack", "dev"], {}) }]
      : []),
    ...(await Promise.all(simulated.map(async (name) => simulatedSubjects(join(folder, name), name)))).flat(),
  ];
}

async function simulatedSubjects(folder: string, name: (typeof simulated)[number]): Promise<Subject[]> {
  mkdirSync(folder);
  const { pulumi } = await simulatedStack(folder, stackFileOf(name, readStackFiles(repository)));
  const subject = (called: Subject["name"], ...flags: readonly string[]): Subject => ({
    name: called,
    preview: async () => assertSucceeded(await pulumi(["preview", ...flags])),
  });
  const pack = join(repository, "policies");
  const configuration = join(pack, "stacks", `${name}.json`);
  const policies = ["--policy-pack", pack, "--policy-pack-config", configuration];
  return [subject(name), ...(name === "prod" ? [subject("prod, policies", ...policies)] : [])];
}

/** Not `dev`: the engine writes the salt of its passphrase into the file of the stack's name. */
const stack = "bench";

function writeEmptyProject(folder: string): void {
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
  const files = {
    "package.json": JSON.stringify({ name: "empty", type: "module" }),
    "Pulumi.yaml": "name: empty\nruntime: { name: nodejs, options: { typescript: false } }\nmain: index.ts\n",
    "index.ts": "",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

/** The dev stack's configuration, without what another passphrase cannot read. */
function devConfig(): string {
  const { config = {} } = parse(readFileSync(join(repository, "Pulumi.dev.yaml"), "utf8")) as {
    config?: Record<string, unknown>;
  };
  const plain = Object.entries(config).filter(([, value]) => !JSON.stringify(value).includes('"secure":'));
  return stringify({ config: Object.fromEntries(plain) });
}

function isUp(): boolean {
  const state = join(repository, ".vigil", "state", ".pulumi", "stacks", "vigil", "dev.json");
  return existsSync(state) && readFileSync(state, "utf8").includes("vigil:Service");
}

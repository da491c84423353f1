/**
 * `npm run pulumi -- preview --stack dev`: Pulumi, with the project's own engine, state and passphrase. Every argument is
 * passed through. A stack that a command names is created at its first use where the state is the project's own.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { run } from "./terminal.ts";
import { ownBackend, repository, runPulumi, runPulumiHere } from "./engine.ts";

/** The commands that work on a stack, which therefore has to be there. */
const stackCommands = new Set([
  "preview",
  "pre",
  "up",
  "update",
  "refresh",
  "destroy",
  "import",
  "config",
  "watch",
  "env",
]);

if (import.meta.main) await run(async () => pulumi(process.argv.slice(2), repository));

/** Runs one command and gives its exit code. Messages of its own go to stderr. */
export async function pulumi(args: readonly string[], projectRoot: string): Promise<number> {
  const stack = namedStack(args);
  if (stack !== undefined && args.some((argument) => stackCommands.has(argument)))
    await createStack(stack, projectRoot);
  const code = await runPulumiHere(args, { cwd: projectRoot });
  if (code !== 0 && stack !== undefined) explainLock(stack, projectRoot);
  return code;
}

/**
 * Creates a stack in the project's own state where it is missing, without selecting it. A backend of the user's is left alone.
 * @throws where Pulumi refuses the name
 */
export async function createStack(stack: string, projectRoot: string): Promise<void> {
  if (ownBackend() || existsSync(join(stateFolder(projectRoot, "stacks"), `${stack}.json`))) return;
  const { code, stderr } = await runPulumi(["stack", "init", stack, "--no-select"], { cwd: projectRoot });
  if (code !== 0 && !stderr.includes("already exists"))
    throw new Error(`stack '${stack}' cannot be created: ${stderr}`);
}

/** The stack that `--stack NAME`, `--stack=NAME`, `-s NAME` or PULUMI_STACK names. */
export function namedStack(args: readonly string[]): string | undefined {
  const at = args.findIndex((argument) => argument === "--stack" || argument === "-s");
  const joined = args.find((argument) => argument.startsWith("--stack="));
  return (at >= 0 ? args[at + 1] : joined?.slice("--stack=".length)) ?? process.env["PULUMI_STACK"];
}

/** A run that was killed leaves its lock in the state; Pulumi's own message names the file, not the way out. */
export function explainLock(stack: string, projectRoot: string): void {
  if (ownBackend()) return;
  const folder = join(stateFolder(projectRoot, "locks", "organization"), stack);
  if (!existsSync(folder)) return;
  for (const file of readdirSync(folder)) {
    const { pid } = JSON.parse(readFileSync(join(folder, file), "utf8")) as { pid: number };
    console.error(
      isRunning(pid)
        ? `stack '${stack}' is in use by process ${String(pid)}: wait until it has ended`
        : `stack '${stack}' is locked by process ${String(pid)}, which has ended: run 'npm run pulumi -- cancel --stack ${stack} --yes', then try again`,
    );
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** A folder of the file backend, for this project: .pulumi/<kind…>/<project>. */
function stateFolder(projectRoot: string, ...kind: string[]): string {
  const { name } = parse(readFileSync(join(projectRoot, "Pulumi.yaml"), "utf8")) as { name: string };
  return join(projectRoot, ".vigil", "state", ".pulumi", ...kind, name);
}

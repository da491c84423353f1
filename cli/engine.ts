/**
 * Runs Pulumi's engine for a project: its own state, its own passphrase, nothing to set up.
 *
 * State and passphrase lie in `.vigil/` of the project, readable by its owner only. A user's own PULUMI_BACKEND_URL,
 * PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE is respected.
 */
import { spawn, type StdioOptions } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, linkSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { cacheFolder } from "../tools/installation.ts";
import { ensureTools } from "../tools/toolchain.ts";
import { bundledEngine } from "./bundle.ts";
import { engineHome } from "./engineHome.ts";
import { keepSaltOutOfConfig } from "./salt.ts";

/** The repository of this file. */
export const repository: string = join(import.meta.dirname, "..");

export interface EngineOptions {
  /** The folder of Pulumi.yaml. Default: this repository. */
  cwd?: string;
  /** Receives each line of output as it comes. Default: none. */
  log?: (line: string) => void;
  /** Added to the engine's environment. */
  env?: NodeJS.ProcessEnv;
}

export interface EngineResult {
  code: number;
  stdout: string;
  stderr: string;
}

/**
 * Runs `pulumi` with `args` and gathers what it prints. Never asks: the commands that would need `--yes`.
 * @throws where Pulumi cannot be had; a command that fails is a result with its code
 */
export async function runPulumi(args: readonly string[], options: EngineOptions = {}): Promise<EngineResult> {
  const lines = { stdout: [] as string[], stderr: [] as string[] };
  const code = await startEngine(
    ["--non-interactive", ...args],
    options,
    ["ignore", "pipe", "pipe"],
    (name, line) => {
      lines[name].push(line);
      options.log?.(line);
    },
  );
  return { code, stdout: lines.stdout.join("\n"), stderr: lines.stderr.join("\n") };
}

/** Runs `pulumi` on this terminal; the answer is its exit code. */
export function runPulumiHere(args: readonly string[], options: EngineOptions = {}): Promise<number> {
  return startEngine(args, options, "inherit", () => undefined);
}

/**
 * The environment that makes `pulumi` use a project's own state and passphrase; both are created where they are missing
 * (folder 0700, passphrase 0600; git leaves them out).
 */
export function engineEnvironment(projectRoot: string): NodeJS.ProcessEnv {
  const home = join(projectRoot, ".vigil");
  mkdirSync(join(home, "state"), { recursive: true, mode: 0o700 });
  chmodSync(home, 0o700);
  // A project of others does not know of this folder, and a passphrase is committed easily.
  const ignored = join(home, ".gitignore");
  if (!existsSync(ignored)) writeFileSync(ignored, "*\n");
  return {
    ...process.env,
    PULUMI_BACKEND_URL: backendOf(projectRoot),
    ...(ownPassphrase() ? {} : { PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile(home) }),
    // The salt that belongs to the passphrase is kept in the state: see salt.ts.
    PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    ...engineHome(home),
    // An official language host takes the first `node` there is; ours needs no such help.
    PATH: [join(repository, "node_modules", ".bin"), process.env["PATH"] ?? ""].join(delimiter),
    // Compiled code of the SDK and of stripped TypeScript: 0.2 s of each process.
    NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"] ?? join(cacheFolder(), "node"),
  };
}

/** Where the state is: the user's own PULUMI_BACKEND_URL, or a folder of the project. */
export function backendOf(projectRoot: string): string {
  return process.env["PULUMI_BACKEND_URL"] || `file://${join(projectRoot, ".vigil", "state")}`;
}

/** Whether the user keeps the state somewhere else. */
export function ownBackend(): boolean {
  return Boolean(process.env["PULUMI_BACKEND_URL"]);
}

/** Whether the user brings a passphrase. An empty one counts: Pulumi takes it. */
export function ownPassphrase(): boolean {
  return ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"].some(
    (name) => process.env[name] !== undefined,
  );
}

function passphraseFile(home: string): string {
  const file = join(home, "passphrase");
  if (existsSync(file)) return file;
  // Written whole, then named: of two runs that race, the second finds the first's.
  const draft = `${file}.${String(process.pid)}`;
  writeFileSync(draft, randomBytes(32).toString("base64url"), { mode: 0o600 });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return file;
}

async function startEngine(
  args: readonly string[],
  options: EngineOptions,
  stdio: StdioOptions,
  onLine: (name: "stdout" | "stderr", line: string) => void,
): Promise<number> {
  const projectRoot = options.cwd ?? repository;
  const env = { ...engineEnvironment(projectRoot), ...options.env };
  const tools = await ensureTools(["pulumi"], options.log ? { log: options.log } : {});
  const pulumi = bundledEngine(tools.path("pulumi"), join(projectRoot, ".vigil"));
  const restoreConfig = ownPassphrase() ? () => undefined : keepSaltOutOfConfig(projectRoot);
  const release = leaveInterruptsToEngine();
  try {
    const child = spawn(pulumi, args, { cwd: projectRoot, env, stdio });
    release.forwardTo((signal) => child.kill(signal));
    for (const name of ["stdout", "stderr"] as const) {
      const output = child[name];
      if (output)
        createInterface({ input: output }).on("line", (line) => {
          onLine(name, line);
        });
    }
    return await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => {
        resolve(code ?? (signal === "SIGINT" ? 130 : 137));
      });
    });
  } finally {
    release.end();
    restoreConfig();
  }
}

/**
 * Ctrl-C reaches every process of the terminal: the engine cancels in good order, so this process only waits for it.
 * A termination, which reaches this process alone, becomes such an interrupt.
 */
function leaveInterruptsToEngine() {
  let interrupt: (signal: NodeJS.Signals) => void = () => undefined;
  const ignore = (): void => undefined;
  const forward = (): void => {
    interrupt("SIGINT");
  };
  process.on("SIGINT", ignore).on("SIGTERM", forward).on("SIGHUP", forward);
  return {
    forwardTo(send: (signal: NodeJS.Signals) => void): void {
      interrupt = send;
    },
    end(): void {
      process.off("SIGINT", ignore).off("SIGTERM", forward).off("SIGHUP", forward);
    },
  };
}

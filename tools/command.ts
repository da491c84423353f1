import { spawn, type ChildProcess } from "node:child_process";

export interface CommandOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Milliseconds after which the command is killed. Default: no limit. */
  timeout?: number;
}

/**
 * Runs a command to its end and returns its output, stdout and stderr together.
 * Throws with the last lines of that output when it cannot start, fails, or takes longer than its limit.
 */
export async function run(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const { cwd, env, timeout } = options;
  const limit =
    timeout === undefined ? {} : { signal: AbortSignal.timeout(timeout), killSignal: "SIGKILL" as const };
  const child = spawn(file, args, { cwd, env, ...limit, stdio: ["ignore", "pipe", "pipe"] });
  const forget = endWithUs(child);
  let output = "";
  const collect = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-200_000);
  };
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  try {
    const status = await new Promise<number | string>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => {
        resolve(code ?? signal ?? "an unknown end");
      });
    });
    if (status !== 0) throw new Error(`ended with ${status}: ${lastLines(output)}`);
    return output;
  } catch (error) {
    const { name, message } = error as Error;
    const reason = name === "AbortError" ? `took longer than ${(timeout ?? 0) / 1000} s` : message;
    throw new Error(`\`${[file, ...args].join(" ")}\` ${reason}`, { cause: error });
  } finally {
    // A child of the child may hold the pipes open; nobody reads them any more.
    child.stdout.destroy();
    child.stderr.destroy();
    forget();
  }
}

function lastLines(output: string): string {
  const lines = output.split("\n").map((line) => line.trim());
  return lines.filter(Boolean).slice(-3).join(" | ").slice(-600) || "it printed nothing";
}

const running = new Set<ChildProcess>();
const ending = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** A build must not go on for minutes after the run that wanted it was stopped. */
function endWithUs(child: ChildProcess): () => void {
  if (running.size === 0) for (const signal of ending) process.on(signal, endAll);
  running.add(child);
  return () => {
    running.delete(child);
    if (running.size === 0) for (const signal of ending) process.off(signal, endAll);
  };
}

function endAll(signal: NodeJS.Signals): void {
  for (const child of running) child.kill("SIGTERM");
  for (const other of ending) process.off(other, endAll);
  // Nobody else minds this signal: die of it, as if there had been no handler.
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}

/** The programs and plugins that this host has started, so that none outlives it. */
import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";

const running = new Set<ChildProcess>();
const gracePeriod = 5_000; // milliseconds between the interrupt and the kill, as in the official host

/** Starts this Node with `args` and remembers the process until it ends. */
export function startNode(args: string[], options: SpawnOptions): ChildProcess {
  const child = spawn(process.execPath, args, options);
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

/** Interrupts one process, and kills it if it is still there after the grace period. */
export function interrupt(child: ChildProcess): void {
  child.kill("SIGINT");
  const timer = setTimeout(() => child.kill("SIGKILL"), gracePeriod);
  timer.unref();
  child.once("exit", () => clearTimeout(timer));
}

export function interruptChildren(): void {
  for (const child of running) interrupt(child);
}

/** For the host's own end, which cannot wait. */
export function stopChildren(): void {
  for (const child of running) child.kill("SIGTERM");
}

/** How a process ended: its exit code, or 128 where a signal ended it. */
export function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      resolve(code ?? 128);
    });
  });
}

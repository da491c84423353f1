import { randomUUID } from "node:crypto";
import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { setTimeout as pause } from "node:timers/promises";

export interface LockOptions {
  /** Called once when somebody else holds it. */
  onWait?: (holder: string) => void;
  /** Milliseconds without a sign of life after which a holder counts as gone. Default 30 000. */
  staleAfter?: number;
  /** Milliseconds between two looks at a lock that is held. Default 200. */
  pollEvery?: number;
}

interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly token: string;
}

/**
 * Runs `work` while holding `file`, so that two runs do not do the same long work twice. The lock only saves work:
 * whoever installs also renames a finished folder into place, which is right even if two of them should hold it.
 * A holder that died is noticed by its process id, one on another host (or a frozen one) by its missing heartbeat.
 */
export async function withLock<T>(
  file: string,
  work: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  const staleAfter = options.staleAfter ?? 30_000;
  const mine: Holder = { pid: process.pid, host: hostname(), token: randomUUID() };
  for (let told = false; !take(file, mine); told = true) {
    const holder = read(file);
    if (isGone(file, holder, staleAfter)) {
      remove(file, holder);
      continue;
    }
    if (!told) options.onWait?.(holder ? `process ${holder.pid} on ${holder.host}` : "another run");
    await pause(options.pollEvery ?? 200);
  }
  const heartbeat = setInterval(() => {
    beat(file);
  }, staleAfter / 6).unref();
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    if (read(file)?.token === mine.token) rmSync(file, { force: true });
  }
}

function take(file: string, holder: Holder): boolean {
  try {
    writeFileSync(file, JSON.stringify(holder), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function read(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Holder;
  } catch {
    return undefined; // just released, or not yet written
  }
}

function isGone(file: string, holder: Holder | undefined, staleAfter: number): boolean {
  if (holder?.host === hostname() && !isAlive(holder.pid)) return true;
  const beaten = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  return beaten !== undefined && Date.now() - beaten > staleAfter;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Takes a dead holder's lock away; should another run have just taken it over, that one gets it back. */
function remove(file: string, dead: Holder | undefined): void {
  const aside = `${file}.${randomUUID()}`;
  try {
    renameSync(file, aside);
    if (read(aside)?.token !== dead?.token) linkSync(aside, file);
  } catch {
    // Somebody else was quicker.
  }
  rmSync(aside, { force: true });
}

function beat(file: string): void {
  try {
    utimesSync(file, new Date(), new Date());
  } catch {
    // Taken away: the rename into place still decides who wins.
  }
}

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rm, stat } from "node:fs/promises";
import { basename } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** How patient a download is. */
export interface Patience {
  /** Milliseconds until the server must have begun to answer. Default 10 000. */
  answer: number;
  /** Milliseconds that may pass without a byte. Default 30 000. */
  stall: number;
  /** How often an interrupted download is taken up again. Default 4. */
  resumes: number;
}

export const defaultPatience: Patience = { answer: 10_000, stall: 30_000, resumes: 4 };

/** Hosts that did not answer in this run: eight tools must not wait for the same silence one after the other. */
const unreachable = new Map<string, string>();

/** A failure that another attempt may mend: a cut, a stall, an overloaded server. */
class Interrupted extends Error {}

/**
 * Downloads `url` to `file` and checks its sha256. What an earlier attempt left in `file` is continued with a Range
 * request; `file` is removed when the sum is wrong, kept when the transfer was interrupted.
 * Throws when the host is unreachable, the answer is not a success, the transfer keeps breaking, or the sum differs.
 */
export async function download(
  url: string,
  file: string,
  sha256: string,
  patience = defaultPatience,
  onBytes: (received: number) => void = () => undefined,
): Promise<void> {
  const resumed = await receiveAll(url, file, patience, onBytes);
  let actual = await sha256Of(file);
  if (actual !== sha256 && resumed) {
    // The first part may stem from another file of that name: once more, from the start.
    await rm(file, { force: true });
    await receiveAll(url, file, patience, onBytes);
    actual = await sha256Of(file);
  }
  if (actual === sha256) return;
  await rm(file, { force: true });
  throw new Error(`${url} has sha256 ${actual}, but ${sha256} is published for it: not installed`);
}

/** The sha256 that a checksum file at `url` publishes for `asset`. Throws when there is none. */
export async function publishedSha256(
  url: string,
  asset: string,
  patience = defaultPatience,
): Promise<string> {
  let text = "";
  await persistently(url, patience, () =>
    request(url, {}, patience, async (response) => {
      if (!response.ok) throw new Error(`no checksum file: ${url} answers ${response.status}`);
      text = await response.text();
    }),
  );
  for (const line of text.split("\n")) {
    const [sum, name] = line.trim().split(/\s+/);
    if (!sum || !/^[0-9a-f]{64}$/i.test(sum)) continue;
    if (name === undefined || basename(name.replace(/^\*/, "")) === asset) return sum.toLowerCase();
  }
  throw new Error(`the checksum file ${url} has no sha256 for ${asset}`);
}

/** Receives the whole file, whatever interrupts it; returns whether it was put together from several answers. */
async function receiveAll(
  url: string,
  file: string,
  patience: Patience,
  onBytes: (received: number) => void,
): Promise<boolean> {
  const before = await sizeOf(file);
  const attempts = await persistently(url, patience, () => receive(url, file, patience, onBytes));
  return before > 0 || attempts > 1;
}

/** Repeats what was interrupted, with growing pauses, and returns how many attempts it took. */
async function persistently(url: string, patience: Patience, work: () => Promise<void>): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    try {
      await work();
      return attempt;
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      if (attempt > patience.resumes) {
        throw new Error(`${url} broke off ${attempt} times: ${error.message}`, { cause: error });
      }
      await pause(Math.min((attempt - 1) * 500, 5_000));
    }
  }
}

async function receive(
  url: string,
  file: string,
  patience: Patience,
  onBytes: (received: number) => void,
): Promise<void> {
  const have = await sizeOf(file);
  // Compressed on the wire, a range would count other bytes than the file's.
  const headers: Record<string, string> = { "accept-encoding": "identity" };
  if (have > 0) headers.range = `bytes=${have}-`;
  await request(url, headers, patience, async (response, stillAlive) => {
    if (response.status === 416) {
      await rm(file, { force: true });
      throw new Interrupted("the part here does not fit the file there");
    }
    if (response.status === 429 || response.status >= 500)
      throw new Interrupted(`it answers ${response.status}`);
    if (!response.ok || response.body === null) throw new Error(`${url} answers ${response.status}`);
    const continues = response.headers.get("content-range")?.startsWith(`bytes ${have}-`) ?? false;
    const append = response.status === 206 && continues;
    const handle = await open(file, append ? "a" : "w");
    try {
      let received = append ? have : 0;
      for await (const chunk of response.body) {
        stillAlive();
        await handle.write(chunk as Uint8Array);
        received += (chunk as Uint8Array).length;
        onBytes(received);
      }
    } finally {
      await handle.close();
    }
  });
}

/** One GET, bounded by `patience`: the reader calls `stillAlive` for each chunk. */
async function request(
  url: string,
  headers: Record<string, string>,
  patience: Patience,
  read: (response: Response, stillAlive: () => void) => Promise<void>,
): Promise<void> {
  const { host } = new URL(url);
  const known = unreachable.get(host);
  if (known !== undefined) throw new Error(known);
  const controller = new AbortController();
  const give = (limit: number, what: string): NodeJS.Timeout =>
    setTimeout(() => {
      controller.abort(new Error(`${what} for ${limit / 1000} s`));
    }, limit);
  let watchdog = give(patience.answer, "no answer");
  try {
    const response = await fetch(url, { headers, signal: controller.signal }).catch((error: unknown) => {
      const reason = `${host} cannot be reached (${reasonOf(error)})`;
      // In the middle of a download it is the connection that broke, not the way there.
      if (headers.range !== undefined) throw new Interrupted(reason);
      unreachable.set(host, reason);
      throw new Error(reason, { cause: error });
    });
    clearTimeout(watchdog);
    watchdog = give(patience.stall, "not a byte");
    await read(response, () => watchdog.refresh()).catch((error: unknown) => {
      if (isTransport(error) || controller.signal.aborted) throw new Interrupted(reasonOf(error));
      throw error;
    });
  } finally {
    clearTimeout(watchdog);
    controller.abort(); // an answer that was not read to its end would keep its connection
  }
}

/** Undici reports a broken body as a TypeError "terminated" whose cause is the socket's error. */
function isTransport(error: unknown): boolean {
  return error instanceof TypeError;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause as NodeJS.ErrnoException | undefined;
  return cause?.code ?? cause?.message ?? error.message;
}

async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.size ?? 0;
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

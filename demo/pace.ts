import { setInterval as ticks, setTimeout as delay } from "node:timers/promises";

/** Does `work` every `milliseconds`, never twice at a time, until `stop`. */
export async function every(
  milliseconds: number,
  stop: AbortSignal,
  work: () => Promise<void> | void,
): Promise<void> {
  try {
    for await (const _ of ticks(milliseconds, undefined, { signal: stop })) await work();
  } catch (error) {
    if (!stop.aborted) throw error;
  }
}

/** Waits, or returns at once on `stop`. */
export async function pause(milliseconds: number, stop: AbortSignal): Promise<void> {
  try {
    await delay(milliseconds, undefined, { signal: stop });
  } catch (error) {
    if (!stop.aborted) throw error;
  }
}

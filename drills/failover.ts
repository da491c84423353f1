/** Kills one process of a running stack while requests come in, and says what those who asked noticed. */
import { setTimeout as pause } from "node:timers/promises";
import { largestGap } from "./gaps.ts";
import { alertProbe, queryProbes } from "./probes.ts";
import type { StackClient } from "./stackClient.ts";
import { startLoad, type LoadFigures, type Probe } from "./steadyLoad.ts";

export interface FailoverOptions {
  /** Name of the service that is killed. */
  readonly victim: string;
  /** Requests a second at each interface that is asked: the query edge, and the victim's own. @default 20 */
  readonly queriesPerSecond?: number;
  /** How long requests come at least; the kill is after a third. More come until the victim is back. @default 12 */
  readonly seconds?: number;
  /** Series that are asked for; they exist and are scraped every second. @default `up` of the trade system's parts */
  readonly selector?: string;
}

export interface FailoverFigures extends LoadFigures {
  readonly victim: string;
  /** Seconds without a raw deduplicated sample, at the end and as seen by somebody who looked meanwhile. */
  readonly largestGapSeconds: number;
  /** Seconds from the kill until a new process of the victim was healthy. */
  readonly backAfterSeconds: number;
  /** HAProxy's words about the victim: `Server be_prometheus/prometheus-1 is DOWN …`. */
  readonly logLines: readonly string[];
}

/** A victim that is not back by then stays away. */
const longestAbsence = 30;

/**
 * Runs the drill: requests at a steady rate, SIGKILL to the victim's process, and on until it is back and used for 2 s.
 * @throws when the victim does not run, is unhealthy before, or is not back within 30 s.
 */
export async function failover(client: StackClient, options: FailoverOptions): Promise<FailoverFigures> {
  const { victim, queriesPerSecond = 20, seconds = 12, selector = scrapedEverySecond } = options;
  const pid = await processOf(client, victim);
  const probes = await probesFor(client, victim, selector);
  const logBefore = client.log("haproxy").length;
  const start = now();
  const loads = probes.map((kind) => startLoad(client, kind, queriesPerSecond));
  const watch = watchSamples(client, selector, start);
  const stop = async (): Promise<LoadFigures> =>
    together(await Promise.all(loads.map((load) => load.stop())));
  try {
    await pause((seconds * 1_000) / 3);
    process.kill(pid, "SIGKILL");
    const backAfterSeconds = await backAfter(client, victim, pid);
    // The way back is a change as well: checks must find it, and requests move to it.
    await eventuallyUsed(client, victim, logBefore);
    await pause(Math.max(settling, seconds - (now() - start)) * 1_000);
    const figures = await stop();
    const seen = await watch.stop();
    const afterwards = await largestGap(client, selector, { from: start, to: now() });
    return {
      victim,
      ...figures,
      largestGapSeconds: Math.max(seen, afterwards),
      backAfterSeconds,
      logLines: aboutServer(client.log("haproxy").slice(logBefore), victim),
    };
  } finally {
    await Promise.all([stop(), watch.stop()]);
  }
}

const scrapedEverySecond = 'up{job=~"backend|redis|rust-trade-engine|instance_manager"}';

/** Seconds of requests after the victim is back. */
const settling = 2;

async function processOf(client: StackClient, victim: string): Promise<number> {
  const pid = (await client.processes()).get(victim)?.pid;
  if (pid === undefined)
    throw new Error(`drill: ${victim} does not run, expected a process to kill: npm start`);
  const reason = await client.unhealthy(victim);
  if (reason !== undefined)
    throw new Error(`drill: ${victim} ${reason}, expected a healthy one: npm run status`);
  return pid;
}

/** Kinds of requests, each at the full rate: everybody's queries, and what the victim itself answers. */
async function probesFor(client: StackClient, victim: string, selector: string): Promise<Probe[][]> {
  const component = client.inventory.services.find(({ name }) => name === victim)?.component;
  const queries = await queryProbes(client, "query", selector);
  if (component === "prometheus") return [queries, await queryProbes(client, "prometheus", selector)];
  if (component === "alertmanager") return [queries, [alertProbe(client)]];
  return [queries];
}

/** Looks at raw samples every second, because what is whole afterwards may have been broken meanwhile. */
function watchSamples(client: StackClient, selector: string, start: number): { stop: () => Promise<number> } {
  const ended = new AbortController();
  const watch = async (): Promise<number> => {
    let largest = 0;
    while (!ended.signal.aborted) {
      await pause(1_000, undefined, { signal: ended.signal }).catch(() => undefined);
      // A refused request is the load's to count.
      const gap = await largestGap(client, selector, { from: start, to: now() }).catch(() => 0);
      largest = Math.max(largest, gap);
    }
    return largest;
  };
  const largest = watch();
  return {
    stop: async () => {
      ended.abort();
      return largest;
    },
  };
}

async function backAfter(client: StackClient, victim: string, killed: number): Promise<number> {
  const start = now();
  while (now() - start < longestAbsence) {
    await pause(50);
    if (isAlive(killed) || (await client.unhealthy(victim)) !== undefined) continue;
    const elapsed = now() - start;
    const pid = (await client.processes()).get(victim)?.pid;
    if (pid !== undefined && pid !== killed) return Math.round(elapsed * 1_000) / 1_000;
  }
  throw new Error(
    `drill: ${victim} is not back ${String(longestAbsence)} s after it was killed (${(await client.unhealthy(victim)) ?? "no process"})`,
  );
}

/** Waits until HAProxy has called every server UP again that it called DOWN. */
async function eventuallyUsed(client: StackClient, victim: string, logBefore: number): Promise<void> {
  const start = now();
  for (;;) {
    const last = new Map(
      aboutServer(client.log("haproxy").slice(logBefore), victim).map(
        (line) => line.split(" is ") as [string, string],
      ),
    );
    if ([...last.values()].every((state) => state.startsWith("UP"))) return;
    if (now() - start > longestAbsence)
      throw new Error(
        `drill: ${[...last.keys()].join(", ")} is not UP again, expected so within ${String(longestAbsence)} s`,
      );
    await pause(100);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function aboutServer(log: string, victim: string): string[] {
  // HAProxy says it twice: as a log line, and as a warning with a prefix on its standard error.
  return log
    .split("\n")
    .filter((line) => new RegExp(`^(Backup )?Server \\S+/${victim} is (UP|DOWN)`).test(line));
}

function together(all: readonly LoadFigures[]): LoadFigures {
  const sum = (count: (figures: LoadFigures) => number): number =>
    all.reduce((total, figures) => total + count(figures), 0);
  return {
    sent: sum(({ sent }) => sent),
    failed: all.flatMap(({ failed }) => failed),
    slowestMilliseconds: Math.max(...all.map(({ slowestMilliseconds }) => slowestMilliseconds)),
    partialResponses: sum(({ partialResponses }) => partialResponses),
  };
}

/** Seconds since 1970. */
function now(): number {
  return Date.now() / 1_000;
}

/** Causes faults of a running stack, mends them, and counts what the people on call were told. */
import { setTimeout as pause } from "node:timers/promises";
import type { StackClient } from "./stackClient.ts";
import type { StackFault } from "./stackFaults.ts";
import { summary, type Message, type Webhook } from "./webhook.ts";

export interface FaultFigures {
  /** By alert: notifications in which it was told as firing, and as over. */
  readonly told: Readonly<Record<string, { readonly firing: number; readonly resolved: number }>>;
  /** Seconds from the cause to the first word of each alert. */
  readonly seconds: Readonly<Record<string, number>>;
  /** Every notification in order: seconds since the cause, what was told, and of what. */
  readonly log: readonly string[];
}

export interface FaultDrillOptions {
  /** How long an alert may take to be told, and to be told over, in seconds. @default 120 */
  readonly patience?: number;
  /** Seconds in which what should not come could still come: what follows from a fault is told later than it. @default 20 */
  readonly quiet?: number;
}

/** @throws when an alert that a fault should tell is not told, or not told over, in time; the faults are mended even so. */
export async function faultDrill(
  stack: StackClient,
  webhook: Webhook,
  faults: readonly StackFault[],
  { patience = 120, quiet = 20 }: FaultDrillOptions = {},
): Promise<FaultFigures> {
  const since = Date.now();
  const expected = faults.flatMap(({ tells }) => tells);
  const each = async (status: Message["status"], within: number): Promise<void> => {
    await Promise.all(expected.map(async (alertname) => webhook.next(status, { alertname }, since, within)));
  };
  const mends: (() => Promise<void>)[] = [];
  try {
    for (const fault of faults) mends.push(await fault.cause(stack));
    await each("firing", patience);
    await pause(quiet * 1_000);
  } finally {
    for (const mend of mends.toReversed()) await mend();
  }
  await each("resolved", Math.max(...faults.map(({ overWithin = patience }) => overWithin)));
  await pause(quiet * 1_000);
  return figures(webhook.messages({}, since), since);
}

/** Alerts that fired within so many seconds, whether anybody was told or not. */
export async function firedWithin(stack: StackClient, seconds: number): Promise<string[]> {
  const fired = await stack.query(
    `count by (alertname) (count_over_time(ALERTS{alertstate="firing"}[${String(seconds)}s]))`,
  );
  return fired.map(({ metric }) => metric["alertname"] ?? "").sort();
}

function figures(messages: readonly Message[], since: number): FaultFigures {
  const names = [...new Set(messages.map(nameOf))].sort();
  const count = (name: string, status: Message["status"]): number =>
    new Set(
      messages
        .filter((message) => nameOf(message) === name && message.status === status)
        .map(({ notification }) => notification),
    ).size;
  return {
    log: messages.map((message) => {
      const { instance = "", job = "" } = message.labels;
      return `${((message.at - since) / 1_000).toFixed(1)} s: ${summary(message)} ${job} ${instance}`.trimEnd();
    }),
    told: Object.fromEntries(
      names.map((name) => [name, { firing: count(name, "firing"), resolved: count(name, "resolved") }]),
    ),
    seconds: Object.fromEntries(
      names.map((name) => {
        const [first] = messages.filter((message) => nameOf(message) === name);
        return [name, ((first?.at ?? since) - since) / 1_000];
      }),
    ),
  };
}

function nameOf({ labels }: Message): string {
  return labels["alertname"] ?? "";
}

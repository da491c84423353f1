/** Causes an alert in a running trade stack, mends the cause, and measures what the people on call would get. */
import { setTimeout as pause } from "node:timers/promises";
import { startService, stopService } from "../components/local/control.ts";
import type { Fault } from "../demo/faults.ts";
import { stackScope } from "../monitoring/alerts/selfMonitoring.ts";
import type { Labels } from "../monitoring/model.ts";
import { redisInstances } from "../systems/trade/jobs.ts";
import { inTurn, serviceUrls } from "./alertmanagers.ts";
import type { StackClient } from "./stackClient.ts";
import { matches, summary, type Webhook, type Which } from "./webhook.ts";

/** What the receiver of notifications was told in one drill. */
export interface AlertingFigures {
  /** Labels of the alert. */
  readonly labels: Labels;
  readonly annotations: Labels;
  /** Seconds from before the cause to the first page. */
  readonly pageSeconds: number;
  /** Seconds from after the mending to the word that it is over. */
  readonly resolveSeconds: number;
  /** Notifications that named the alert as firing. */
  readonly firing: number;
  /** Notifications that named it as resolved. */
  readonly resolved: number;
  /** What was told about other alerts of what the stack watches, such as `SignalLoss firing`. */
  readonly others: readonly string[];
}

export interface OutageFigures extends AlertingFigures {
  /** Seconds from after the start of Redis until its metrics are back. */
  readonly dataSeconds: number;
  readonly killed?: Killed;
}

/** An Alertmanager that was killed during a drill. */
export interface Killed {
  readonly service: string;
  /** Seconds from before the cause. */
  readonly afterSeconds: number;
}

/** When an Alertmanager is killed: as soon as the alert is pending, as soon as it fires and nobody was told yet, or 1 s after the page. */
export type Moment = "pending" | "firing" | "paged";

export interface OutageOptions {
  /** Name of the service: `redis-1` to `redis-4`. */
  readonly redis: string;
  /** How long it stays down. @default 45 */
  readonly seconds?: number;
  /** Kill an Alertmanager. @default none is killed */
  readonly kill?: Moment;
  /** Which: the one whose turn it is to notify, or the one that comes last. @default "first" */
  readonly victim?: "first" | "last";
  /** Seconds to wait for notifications that should not come. @default 10 */
  readonly quiet?: number;
}

/** Stops a Redis by the product's own means and starts it again. @throws when RedisDown is not told or does not end in time. */
export async function redisOutage(
  stack: StackClient,
  webhook: Webhook,
  { redis, seconds = 45, kill, victim: turn = "first", quiet = 10 }: OutageOptions,
): Promise<OutageFigures> {
  const name = instanceName(stack, redis);
  const which = { alertname: "RedisDown", redis_instance: name };
  const victim = kill === undefined ? undefined : (await inTurn(stack)).at(turn === "first" ? 0 : -1);
  const since = Date.now();
  let killed: Killed | undefined;
  let dataSeconds = 0;
  const figures = await drill(webhook, {
    which,
    since,
    quiet,
    cause: async () => stopService(stack.inventory, redis),
    meanwhile: async () => {
      if (kill === undefined || victim === undefined) return;
      await reached(stack, webhook, kill, which, since);
      process.kill(victim.pid, "SIGKILL");
      killed = { service: victim.service, afterSeconds: secondsSince(since) };
    },
    lasting: seconds,
    mend: async () => startService(stack.inventory, redis),
    afterwards: async (mended) => {
      const expression = `redis_up{redis_instance="${name}"} == 1`;
      await until(`data of ${redis}`, 30, async () => (await stack.query(expression)).length > 0);
      dataSeconds = secondsSince(mended);
    },
  });
  return { ...figures, dataSeconds, ...(killed === undefined ? {} : { killed }) };
}

/** The alerts that a fault of the demo causes, and what puts the fault on and off. */
const demoTroubles = {
  HighMemoryUsage: { on: { holdMemoryMiB: 850 }, off: { holdMemoryMiB: 0 } },
  SlowSync: { on: { syncLatencySeconds: 0.5 }, off: { syncLatencySeconds: 0 } },
  SignalLoss: { on: { pauseSignals: true }, off: { pauseSignals: false } },
} as const satisfies Record<string, Record<"on" | "off", Partial<Fault>>>;

export type DemoTrouble = keyof typeof demoTroubles;

export interface TroubleOptions {
  /** The alert to cause. */
  readonly trouble: DemoTrouble;
  /** Seconds to wait for notifications that should not come. @default 10 */
  readonly quiet?: number;
}

/** Puts a fault on the demo until it is told. @throws when the alert is not told or does not end in time. */
export async function demoFault(
  stack: StackClient,
  webhook: Webhook,
  { trouble, quiet = 10 }: TroubleOptions,
): Promise<AlertingFigures> {
  return drill(webhook, {
    which: { alertname: trouble },
    since: Date.now(),
    quiet,
    cause: async () => inject(stack, demoTroubles[trouble].on),
    lasting: 0,
    mend: async () => inject(stack, demoTroubles[trouble].off),
  });
}

interface Drill {
  readonly which: Which & { readonly alertname: string };
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly cause: () => Promise<void>;
  readonly meanwhile?: () => Promise<void>;
  /** Seconds that the cause lasts at least; it lasts until the page in any case. */
  readonly lasting: number;
  readonly mend: () => Promise<void>;
  readonly afterwards?: (mended: number) => Promise<void>;
  readonly quiet: number;
}

/** Longer than any promised time to page, so that a late page is measured and not only missed. */
const patience = 90;

async function drill(webhook: Webhook, steps: Drill): Promise<AlertingFigures> {
  const { which, since } = steps;
  const page = await causeAndMend(webhook, steps);
  const mended = Date.now();
  const [over] = await Promise.all([
    webhook.next("resolved", which, since, patience),
    steps.afterwards?.(mended),
  ]);
  await pause(steps.quiet * 1_000);
  const told = webhook.messages(which, since);
  return {
    labels: page.labels,
    annotations: page.annotations,
    pageSeconds: (page.at - since) / 1_000,
    resolveSeconds: (over.at - mended) / 1_000,
    firing: told.filter(({ status }) => status === "firing").length,
    resolved: told.filter(({ status }) => status === "resolved").length,
    others: webhook
      .messages({}, since)
      .filter(({ labels }) => !matches(labels, which) && labels["scope"] !== stackScope)
      .map(summary),
  };
}

/** Mends also when the drill fails on the way: the stack is left as it was found. */
async function causeAndMend(webhook: Webhook, steps: Drill) {
  const { which, since, lasting } = steps;
  try {
    await steps.cause();
    const [page] = await Promise.all([
      webhook.next("firing", which, since, patience),
      steps.meanwhile?.(),
      pause(lasting * 1_000),
    ]);
    return page;
  } finally {
    await steps.mend();
  }
}

/** The system's name of the Redis that a service stands for. @throws when the stack has no such Redis. */
function instanceName({ inventory }: StackClient, redis: string): string {
  const service = inventory.services.find(({ name, component }) => name === redis && component === "redis");
  const name = service === undefined ? undefined : redisInstances[service.member - 1]?.name;
  if (name === undefined) throw new Error(`the stack has no ${redis}; expected redis-1 to redis-4`);
  return name;
}

async function inject(stack: StackClient, fault: Partial<Fault>): Promise<void> {
  const port = stack.inventory.services
    .find(({ name }) => name === "demo")
    ?.ports.find(({ name }) => name === "backend");
  if (port === undefined)
    throw new Error("the stack has no demo; set it: npm run pulumi -- config set vigil:demo true");
  const { status, body } = await stack.request(`https://${port.address}:${port.number}/fault`, {
    method: "POST",
    body: JSON.stringify(fault),
  });
  if (status !== 200) throw new Error(`demo: the fault was refused with ${status}: ${body}`);
}

/** Waits for the moment at which an Alertmanager is to be killed. */
async function reached(
  stack: StackClient,
  webhook: Webhook,
  moment: Moment,
  which: Which,
  since: number,
): Promise<void> {
  if (moment === "paged") {
    await webhook.next("firing", which, since, patience);
    await pause(1_000);
    return;
  }
  await until(`alert ${moment}`, patience, async () =>
    (await alertStates(stack, which)).some((state) => state === moment),
  );
}

/** `pending` or `firing`, as each Prometheus says: the first of the pair counts. One that does not answer says nothing. */
async function alertStates(stack: StackClient, which: Which): Promise<string[]> {
  const urls = serviceUrls(stack, "prometheus").map(({ url }) => `${url}/api/v1/alerts`);
  const answers = await Promise.allSettled(urls.map(async (url) => stack.request(url)));
  return answers
    .filter((answer) => answer.status === "fulfilled")
    .flatMap(({ value }) => (JSON.parse(value.body) as AlertsAnswer).data.alerts)
    .filter(({ labels }) => matches(labels, which))
    .map(({ state }) => state);
}

/** @see https://prometheus.io/docs/prometheus/latest/querying/api/#alerts */
interface AlertsAnswer {
  readonly data: { readonly alerts: readonly { readonly labels: Labels; readonly state: string }[] };
}

async function until(what: string, seconds: number, condition: () => Promise<boolean>): Promise<void> {
  const since = Date.now();
  while (!(await condition())) {
    if (secondsSince(since) > seconds) throw new Error(`${what}: not within ${seconds} s`);
    await pause(50);
  }
}

function secondsSince(milliseconds: number): number {
  return (Date.now() - milliseconds) / 1_000;
}

import type { Connect, Connection } from "./connection.ts";
import type { Faults } from "./faults.ts";
import type { Metrics } from "./metrics.ts";
import { every, pause } from "./pace.ts";
import {
  append,
  entryOf,
  randomSymbol,
  resultStream,
  signalStream,
  type Result,
  type Signal,
} from "./signals.ts";

const group = "engine";
const consumer = "engine-1";

type Entry = readonly [id: string, fields: readonly string[] | null];

/** Takes signals from redis-signal-stream, keeps the state of trades in redis-trade-state, reports to redis-result-stream. */
export async function runEngine(
  connect: Connect,
  metrics: Metrics,
  faults: Faults,
  stop: AbortSignal,
): Promise<void> {
  const signals = connect("redis-signal-stream");
  const state = connect("redis-trade-state");
  const results = connect("redis-result-stream");
  const trade = trader(state, results, metrics, faults);
  await Promise.all([
    consume(signals, trade, stop),
    // Open trades report whether or not signals come, so that a silent redis-signal-stream silences no other stream.
    every(500, stop, () => trade.follow()),
    reportStateUpdates(trade, metrics, stop),
    reportPending(connect("redis-signal-stream"), metrics, stop),
  ]);
  for (const connection of [signals, state, results]) connection.close();
}

interface Trader {
  handle(signal: Signal): Promise<void>;
  /** Reports an open trade. */
  follow(): Promise<void>;
  /** Updates of the trade state so far. */
  readonly updates: number;
}

function trader(state: Connection, results: Connection, metrics: Metrics, faults: Faults): Trader {
  const carrier = "redis-result-stream";
  const labels = { stream: carrier, redis_instance: carrier };
  metrics.streamSignals.inc(labels, 0);
  let updates = 0;
  const report = async (result: Result): Promise<boolean> => {
    const reported = await append(results, resultStream, result);
    if (reported) metrics.streamSignals.inc(labels);
    return reported;
  };
  return {
    get updates() {
      return updates;
    },
    async follow() {
      await report({ symbol: randomSymbol(), status: "open" });
    },
    async handle({ symbol, broker, price, sentAt }) {
      const since = performance.now();
      metrics.signalsReceived.inc();
      const slippage = Number(((Math.random() - 0.4) * 2).toFixed(2));
      const stored = await state.ask((redis) =>
        redis.hset(`trade:${symbol}`, { broker, price, slippage, updatedAt: Date.now() }),
      );
      if (stored !== undefined) updates += 1;
      const filled = stored !== undefined && !faults.current.failSignals;
      const reported = await report(
        filled ? { symbol, status: "filled", broker, slippage } : { symbol, status: "failed" },
      );
      if (!filled || !reported) metrics.signalsFailed.inc();
      metrics.engineLatency.observe((performance.now() - since) / 1_000);
      metrics.processingLatency.observe(Math.max(0, Date.now() - sentAt) / 1_000);
    },
  };
}

async function consume(signals: Connection, trade: Trader, stop: AbortSignal): Promise<void> {
  stop.addEventListener("abort", () => {
    signals.close(); // ends a blocked read
  });
  // "0" asks for what was delivered before and never finished, ">" for what is new.
  let from = "0";
  while (!stop.aborted) {
    const start = from;
    const reply = await signals.ask(
      (redis) =>
        redis.xreadgroup(
          "GROUP",
          group,
          consumer,
          "COUNT",
          100,
          "BLOCK",
          1_000,
          "STREAMS",
          signalStream,
          start,
        ) as Promise<[string, Entry[]][] | null>,
    );
    if (reply === undefined) {
      // Not there, or back without its data: the group may be gone. BUSYGROUP, when it is not, is no matter.
      await signals.ask((redis) => redis.xgroup("CREATE", signalStream, group, "0", "MKSTREAM"));
      from = "0";
      await pause(100, stop);
      continue;
    }
    const entries = reply?.[0]?.[1] ?? [];
    if (entries.length === 0) from = ">";
    for (const [id, fields] of entries) {
      if (fields !== null) await trade.handle(entryOf(fields) as Signal);
      await signals.ask((redis) => redis.xack(signalStream, group, id));
    }
  }
}

async function reportStateUpdates(trade: Trader, metrics: Metrics, stop: AbortSignal): Promise<void> {
  let before = trade.updates;
  let since = performance.now();
  await every(1_000, stop, () => {
    const now = performance.now();
    metrics.tradeStateUpdates.set((trade.updates - before) / ((now - since) / 1_000));
    [before, since] = [trade.updates, now];
  });
}

async function reportPending(signals: Connection, metrics: Metrics, stop: AbortSignal): Promise<void> {
  await every(1_000, stop, async () => {
    const groups = (await signals.ask((redis) => redis.xinfo("GROUPS", signalStream))) as
      unknown[][] | undefined;
    const ours = groups?.[0];
    if (ours !== undefined)
      metrics.pendingSignals.set(
        { stream: "redis-signal-stream" },
        field(ours, "pending") + field(ours, "lag"),
      );
  });
  signals.close();
}

/** A number of a flat `[name, value, name, value …]` reply; 0 where Redis says that it does not know. */
function field(reply: readonly unknown[], name: string): number {
  const value = reply[reply.indexOf(name) + 1];
  return typeof value === "number" ? value : 0;
}

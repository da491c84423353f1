import type { Connect } from "./connection.ts";
import type { Faults } from "./faults.ts";
import type { Metrics } from "./metrics.ts";
import { every } from "./pace.ts";
import { append, randomSignal, signalStream } from "./signals.ts";

const tickMilliseconds = 50;

/** Sends signals to redis-signal-stream at an even pace. Those due while it cannot be reached are not made up for. */
export async function produceSignals(
  { signalsPerSecond }: { readonly signalsPerSecond: number },
  connect: Connect,
  metrics: Metrics,
  faults: Faults,
  stop: AbortSignal,
): Promise<void> {
  const carrier = "redis-signal-stream";
  const redis = connect(carrier);
  const labels = { stream: carrier, redis_instance: carrier };
  metrics.streamSignals.inc(labels, 0);
  let due = 0;
  await every(tickMilliseconds, stop, async () => {
    due += (signalsPerSecond * tickMilliseconds) / 1_000;
    for (; due >= 1; due -= 1) {
      if (faults.current.pauseSignals) continue;
      if (await append(redis, signalStream, randomSignal())) metrics.streamSignals.inc(labels);
    }
  });
  redis.close();
}

/** Requests at a steady rate that do not wait for each other, as many users send them. */
import type { StackClient } from "./stackClient.ts";

/** One kind of request, and what a good answer has. */
export interface Probe {
  readonly name: string;
  readonly url: string;
  readonly method?: "GET" | "POST";
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What the body of a 2xx answer lacks; undefined when it is complete. */
  readonly lacks: (body: string) => string | undefined;
}

export interface LoadFigures {
  readonly sent: number;
  /** One line for each request that was not answered by 2xx with all that was asked for. */
  readonly failed: readonly string[];
  readonly slowestMilliseconds: number;
  /** Complete answers that came with a warning: a store did not take part. */
  readonly partialResponses: number;
}

export interface SteadyLoad {
  /** Sends nothing more, and waits for what is under way. */
  stop(): Promise<LoadFigures>;
}

/** A request without an answer for so long has failed. */
const patience = 10_000;

/** Sends the probes in turn, `perSecond` requests a second altogether, until stopped. */
export function startLoad(client: StackClient, probes: readonly Probe[], perSecond: number): SteadyLoad {
  const started = performance.now();
  const outcomes: Promise<Outcome>[] = [];
  // A timer that comes late sends all that is due, so that a busy machine does not lower the rate.
  const send = (): void => {
    const due = ((performance.now() - started) / 1_000) * perSecond;
    while (outcomes.length < due) {
      const probe = probes[outcomes.length % probes.length];
      if (probe === undefined) return;
      outcomes.push(outcomeOf(client, probe, started));
    }
  };
  const timer = setInterval(send, 1_000 / perSecond);
  return {
    stop: async () => {
      clearInterval(timer);
      return summary(await Promise.all(outcomes));
    },
  };
}

interface Outcome {
  readonly failure: string | undefined;
  readonly milliseconds: number;
  readonly partial: boolean;
}

async function outcomeOf(client: StackClient, probe: Probe, origin: number): Promise<Outcome> {
  const start = performance.now();
  const { name, url, lacks, ...more } = probe;
  const { failure, partial } = await client.request(url, { ...more, timeout: patience }).then(
    ({ status, body }) =>
      status >= 200 && status < 300
        ? { failure: lacks(body), partial: hasWarnings(body) }
        : { failure: `${String(status)} ${body.slice(0, 200)}`, partial: false },
    (error: unknown) => ({ failure: String(error), partial: false }),
  );
  const at = ((start - origin) / 1_000).toFixed(1);
  return {
    failure: failure === undefined ? undefined : `${name} at ${at} s: ${failure}`,
    milliseconds: performance.now() - start,
    partial,
  };
}

function hasWarnings(body: string): boolean {
  const answer = JSON.parse(body) as { warnings?: readonly string[] };
  return (answer.warnings?.length ?? 0) > 0;
}

function summary(outcomes: readonly Outcome[]): LoadFigures {
  return {
    sent: outcomes.length,
    failed: outcomes.flatMap(({ failure }) => (failure === undefined ? [] : [failure])),
    slowestMilliseconds: Math.round(Math.max(0, ...outcomes.map(({ milliseconds }) => milliseconds))),
    partialResponses: outcomes.filter(({ partial }) => partial).length,
  };
}

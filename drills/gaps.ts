import type { StackClient } from "./stackClient.ts";

/** A stretch of time, in seconds since 1970. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/**
 * The longest time in seconds without a raw deduplicated sample, over every series of `selector`, between two moments.
 * Both ends count: a series that begins late or ends early has a gap there. Instant queries would hide it: they take a
 * sample of up to 5 minutes before.
 * @param selector of series that are there all the time.
 * @throws when there is no such series.
 */
export async function largestGap(
  client: StackClient,
  selector: string,
  { from, to }: Stretch,
): Promise<number> {
  const window = Math.max(60, Math.ceil(to - from));
  const series = await client.query(`${selector}[${String(window)}s] @ ${to.toFixed(3)}`);
  if (series.length === 0)
    throw new Error(`drill: ${selector} has no samples over the last ${String(window)} s`);
  return Math.max(
    ...series.map(({ values = [] }) =>
      gapIn(
        values.map(([time]) => time),
        from,
        to,
      ),
    ),
  );
}

function gapIn(times: readonly number[], from: number, to: number): number {
  const within = times.filter((time) => time > from && time < to);
  const gaps = [...within, to].map((time, index) => time - (within[index - 1] ?? from));
  return Math.round(Math.max(...gaps) * 1_000) / 1_000;
}

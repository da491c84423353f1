/** The middle of the values, or the mean of the two in the middle: what a busy machine disturbs least. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  if (low === undefined || high === undefined) throw new Error("median of nothing: measure at least once");
  return (low + high) / 2;
}

/** Milliseconds that `work` takes. */
export async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/**
 * Median milliseconds that the processor spends on `work`, after one run that is not counted. Not those of the clock,
 * which count what else the machine does.
 */
export function processorMedian(times: number, work: () => unknown): number {
  work();
  const taken = Array.from({ length: times }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  });
  return median(taken);
}

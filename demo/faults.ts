import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { z } from "zod";

const schema = z.strictObject({
  /** Added to every ClickHouse sync, in seconds: 0.5 causes SlowSync. */
  syncLatencySeconds: z.number().min(0).max(60),
  /** Every signal fails. */
  failSignals: z.boolean(),
  /** No signal is sent although every Redis answers: causes SignalLoss. */
  pauseSignals: z.boolean(),
  /** Memory really held, in MiB: 850 causes HighMemoryUsage of a backend that may use 1 GiB. */
  holdMemoryMiB: z.int().min(0).max(1_024),
});

/** What goes wrong on purpose, for drills. */
export type Fault = z.output<typeof schema>;

export interface Faults {
  readonly current: Readonly<Fault>;
  /** Changes the named faults and leaves the others. @throws one line that names each wrong key. */
  inject(value: unknown): void;
}

/** Nothing goes wrong until told. */
export function noFaults(): Faults {
  let current: Fault = { syncLatencySeconds: 0, failSignals: false, pauseSignals: false, holdMemoryMiB: 0 };
  let held = Buffer.alloc(0);
  return {
    get current() {
      return current;
    },
    inject(value) {
      const result = schema.partial().safeParse(value);
      if (!result.success) {
        throw new Error(
          result.error.issues
            .map((issue) => `${issue.path.join(".") || "fault"}: ${issue.message}`)
            .join("; "),
        );
      }
      current = { ...current, ...withoutUndefined(result.data) };
      held = resize(held, current.holdMemoryMiB);
    },
  };
}

/**
 * In one piece: above 32 MiB the allocator asks the system for it, and gives it back when it is freed (mallopt(3),
 * M_MMAP_THRESHOLD). Filled, because untouched pages do not count as resident.
 */
function resize(held: Buffer<ArrayBuffer>, mebibytes: number): Buffer<ArrayBuffer> {
  const bytes = mebibytes * 2 ** 20;
  if (bytes === held.length) return held;
  if (held.length > 0) setImmediate(collectGarbage);
  return Buffer.alloc(bytes, 1);
}

/** An idle process may wait for minutes before it gives back what nobody holds, and the fault would not end with its mending. */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}

function withoutUndefined(fault: { [K in keyof Fault]?: Fault[K] | undefined }): Partial<Fault> {
  return Object.fromEntries(Object.entries(fault).filter(([, value]) => value !== undefined));
}

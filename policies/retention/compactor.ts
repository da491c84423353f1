/** The compactor owns what the bucket keeps: it is there exactly once, and keeps what was promised. */
import { mayShareBucket } from "../facts/compactorBuckets.ts";
import {
  compactorTypes,
  compactorsOf,
  resolutions,
  type Compactor,
  type Resolution,
} from "../facts/compactors.ts";
import { durationDays, durationPattern } from "../facts/amounts.ts";
import { storeReaders } from "../facts/stores.ts";
import type { Fault, ResourcePolicy, StackFault, StackPolicy } from "../policy.ts";
import { everyOne, quoted } from "../resource.ts";

const common = { concern: "retention", covers: [] } as const;

export const retentionCompactorMinimum: ResourcePolicy = {
  ...common,
  id: "retention-compactor-minimum",
  types: compactorTypes,
  severity: "high",
  description:
    "The compactor keeps raw, 5 minute and 1 hour samples at least as long as the stack's minimum, long enough to be downsampled (40 hours, 10 days), and none longer than coarser ones.",
  remedy:
    "Set the retention of each resolution to what was promised (0d keeps for ever), and not below that of a finer one; to shorten it on purpose lower this policy's setting in the same change",
  settings: {
    raw: {
      type: "string",
      pattern: durationPattern,
      default: "30d",
      description: "The least for raw samples, a Prometheus duration.",
    },
    "5m": {
      type: "string",
      pattern: durationPattern,
      default: "90d",
      description: "The least for 5 minute samples.",
    },
    "1h": {
      type: "string",
      pattern: durationPattern,
      default: "365d",
      description: "The least for 1 hour samples.",
    },
  },
  *check(resource, settings) {
    yield* everyOne(compactorsOf(resource), function* ({ retention }) {
      let finer = 0;
      yield* everyOne(resolutions, function* (resolution): Generator<Fault> {
        const { path, value } = retention[resolution];
        const days = keptDays(value);
        if (days === undefined)
          yield { path, problem: `${quoted(value)}, expected a duration such as "30d"` };
        else if (days < (durationDays(settings[resolution]) ?? 0))
          yield { path, problem: `${quoted(value)}, which is shorter than ${String(settings[resolution])}` };
        else if (days < downsampledAfter[resolution])
          yield { path, problem: `${quoted(value)}, which ends before the samples are downsampled` };
        else if (days < finer)
          yield { path, problem: `${quoted(value)}, which is shorter than that of finer samples` };
        finer = days ?? finer;
      });
    });
  },
};

/** Days. @see https://thanos.io/tip/components/compact.md/#downsampling */
const downsampledAfter: Readonly<Record<Resolution, number>> = { raw: 40 / 24, "5m": 10, "1h": 0 };

export const retentionCompactorOnce: StackPolicy = {
  ...common,
  id: "retention-compactor-once",
  severity: "critical",
  description:
    "A stack that puts blocks into a bucket has exactly one compactor for it, which is stopped before its successor starts.",
  remedy:
    "Run one compactor a bucket, with one replica and the strategy Recreate; another stack's compactor for the same bucket is a reason to exclude this one",
  *inspect(stack) {
    const compactors: Compactor[] = stack
      .ofType(...compactorTypes)
      .flatMap((resource) => [...compactorsOf(resource)]);
    if (compactors.length === 0) {
      const reader = storeReaders(stack)[0];
      if (reader !== undefined)
        yield {
          resource: reader,
          path: "",
          problem: "works on a bucket that no compactor of the stack looks after",
        };
    }
    yield* everyOne(compactors.entries(), function* ([index, compactor]): Generator<StackFault> {
      const { resource, replicas, recreated } = compactor;
      if (replicas.value !== undefined && replicas.value !== 1)
        yield { resource, path: replicas.path, problem: `${quoted(replicas.value)}, expected 1` };
      if (!recreated)
        yield {
          resource,
          path: "spec.strategy.type",
          problem: "lets a new compactor start beside the old one",
        };
      const first = compactors.slice(0, index).find((other) => mayShareBucket(stack, other, compactor));
      if (first !== undefined)
        yield { resource, path: "", problem: `is a second compactor beside ${first.resource.name}` };
    });
  },
};

/** Days that a resolution is kept; for ever is infinite; undefined where the value is no duration. */
export function keptDays(value: unknown): number | undefined {
  if (value === undefined) return Infinity;
  const days = durationDays(value);
  return days === 0 ? Infinity : days;
}

/** The longest that the stack's compactors keep anything; undefined where there is none. */
export function longestRetention(compactors: readonly Compactor[]): number | undefined {
  const days = compactors.flatMap(({ retention }) =>
    resolutions.map((each) => keptDays(retention[each].value) ?? 0),
  );
  return days.length === 0 ? undefined : Math.max(...days);
}

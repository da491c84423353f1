/** The bucket's own rules: they move and clean up, and never take what the compactor still keeps or Thanos could not read. */
import { compactorTypes, compactorsOf } from "../facts/compactors.ts";
import {
  azureLifecycleType,
  lifecycleOf,
  lifecycleTypes,
  s3LifecycleTypes,
  type Lifecycle,
} from "../facts/lifecycles.ts";
import { s3BucketTypes } from "../facts/buckets.ts";
import { blockBuckets, blockBucketsAndCopies, storeReaders } from "../facts/stores.ts";
import type { ResourcePolicy, StackPolicy } from "../policy.ts";
import {
  at,
  attached,
  everyOne,
  known,
  listAt,
  quoted,
  type Resource,
  type Stack,
  type StackResource,
} from "../resource.ts";
import { longestRetention } from "./compactor.ts";

const common = { concern: "retention" } as const;

const intelligentTieringType =
  "aws:s3/bucketIntelligentTieringConfiguration:BucketIntelligentTieringConfiguration";

/** Classes from which an object is read at once. */
const readable = new Set([
  "STANDARD_IA",
  "ONEZONE_IA",
  "INTELLIGENT_TIERING",
  "GLACIER_IR",
  "tierToHot",
  "tierToCool",
  "tierToCold",
]);

export const retentionTierReadable: StackPolicy = {
  ...common,
  id: "retention-tier-readable",
  severity: "critical",
  description:
    "Blocks only move to classes that are read at once: Thanos fails on Glacier and Azure's archive tier.",
  remedy:
    "Use STANDARD_IA, INTELLIGENT_TIERING without its archive tiers or GLACIER_IR on S3, Cool or Cold on Azure",
  covers: [],
  *inspect(stack) {
    yield* everyOne(
      blockStores(stack, blockBucketsAndCopies(stack), [...lifecycleTypes, intelligentTieringType]),
      function* (resource) {
        const moves = lifecycleOf(resource)?.transitions ?? archiveTiers(resource);
        for (const { path, tier } of moves)
          if (!readable.has(tier))
            yield { resource, path, problem: `moves blocks to ${tier}, from which Thanos cannot read` };
      },
    );
  },
};

/** Both of the tiers that the class may have beside its own are archives. */
function archiveTiers({ props }: Resource): { path: string; tier: string }[] {
  if (props["status"] === "Disabled") return [];
  return listAt(props, "tierings").map((tiering, index) => ({
    path: `tierings[${String(index)}].accessTier`,
    tier: String(at(tiering, "accessTier")),
  }));
}

/** Days for which a class is paid at least. */
const minimumBilling: Readonly<Record<string, number>> = {
  STANDARD_IA: 30,
  ONEZONE_IA: 30,
  GLACIER_IR: 90,
  tierToCool: 30,
  tierToCold: 90,
};

export const retentionTierBilling: ResourcePolicy = {
  ...common,
  id: "retention-tier-billing",
  types: lifecycleTypes,
  severity: "low",
  description: "An object stays in a class for at least as long as it is paid for.",
  remedy:
    "Move objects on later: 30 days are paid in S3's IA and Azure's Cool, 90 in Glacier Instant Retrieval and Azure's Cold",
  covers: [],
  *check(resource) {
    const lifecycle = lifecycleOf(resource);
    if (lifecycle === undefined) return;
    const moves = lifecycle.transitions
      .flatMap(({ tier, path, days }) => (days === undefined ? [] : [{ tier, path, days }]))
      .toSorted((a, b) => a.days - b.days);
    const end = Math.min(...lifecycle.expirations.map(({ days }) => days ?? Infinity));
    for (const [index, { tier, path, days }] of moves.entries()) {
      const paid = minimumBilling[tier] ?? 0;
      const next = moves[index + 1]?.days ?? end;
      if (next - days < paid)
        yield {
          path,
          problem: `moves objects to ${tier} after ${String(days)} days and away after ${String(next)}, and ${String(paid)} days are paid`,
        };
    }
  },
};

export const retentionTierSteps: StackPolicy = {
  ...common,
  id: "retention-tier-margin",
  severity: "medium",
  description:
    "A bucket of blocks moves objects only after 35 days: what is read most and rewritten by the compactor stays hot.",
  remedy: "Move blocks a margin after each retention step of the compactor: after 35 days at the earliest",
  covers: [],
  settings: {
    days: {
      type: "number",
      default: 35,
      minimum: 1,
      description: "The first move, in days, at the earliest.",
    },
  },
  *inspect(stack, { days }) {
    // Where the blocks of a copy lie is a matter of money.
    yield* everyOne(blockLifecycles(stack, blockBuckets(stack)), function* ({ resource, lifecycle }) {
      for (const transition of lifecycle.transitions)
        if (transition.days === undefined || transition.days < Number(days))
          yield {
            resource,
            path: transition.path,
            problem: `moves blocks after ${String(transition.days ?? "no")} days, expected ${String(days)} at least`,
          };
    });
  },
};

export const retentionExpiryAfterCompactor: StackPolicy = {
  ...common,
  id: "retention-expiry-after-compactor",
  severity: "critical",
  description:
    "The compactor owns retention: a bucket's own expiry is a backstop, 10 days or more after the longest retention.",
  remedy: "Let objects expire 10 days after the compactor's longest retention or later, or not at all",
  covers: [],
  settings: { margin: { type: "number", default: 10, minimum: 1, description: "Days between the two." } },
  *inspect(stack, { margin }) {
    const compactors = stack.ofType(...compactorTypes).flatMap((resource) => [...compactorsOf(resource)]);
    const longest = longestRetention(compactors);
    if (longest === undefined) return;
    yield* everyOne(
      blockLifecycles(stack, blockBucketsAndCopies(stack)),
      function* ({ resource, lifecycle }) {
        for (const { path, days } of lifecycle.expirations)
          if (days === undefined || days < longest + Number(margin))
            yield {
              resource,
              path,
              problem: `deletes blocks after ${String(days ?? "a date")} days; the compactor keeps them for ${longest === Infinity ? "ever" : `${String(longest)} days`}`,
            };
      },
    );
  },
};

export const retentionOldVersions: ResourcePolicy = {
  ...common,
  id: "retention-old-versions",
  types: lifecycleTypes,
  severity: "medium",
  description:
    "Versions that were replaced or deleted go after a week or later, and so do uploads that never ended.",
  remedy:
    "Add a rule that expires noncurrent versions after 7 days or later and, on S3, one that aborts unfinished multipart uploads",
  covers: ["CKV_AWS_300"],
  *check(resource) {
    const lifecycle = lifecycleOf(resource);
    if (lifecycle === undefined) return;
    const path = rulesPath(resource);
    const { oldVersionDays } = lifecycle;
    if (oldVersionDays === undefined)
      yield { path, problem: "let no old version go: the bucket only ever grows" };
    else if (oldVersionDays < 7)
      yield {
        path,
        problem: `delete old versions after ${String(oldVersionDays)} days, before a mistake is seen`,
      };
    if (!lifecycle.unfinishedUploadsGo) yield { path, problem: "let unfinished uploads stay" };
  },
};

function rulesPath({ type }: Resource): string {
  if (type === azureLifecycleType) return "policy.rules";
  return (s3LifecycleTypes as readonly string[]).includes(type) ? "rules" : "lifecycleRules";
}

export const azureAccountType = "azure-native:storage:StorageAccount";

export const retentionLifecyclePresent: StackPolicy = {
  ...common,
  id: "retention-lifecycle-present",
  severity: "high",
  description: "Every bucket and storage account has lifecycle rules.",
  remedy: "Give it a BucketLifecycleConfiguration (S3) or a ManagementPolicy named `default` (Azure)",
  covers: ["CKV2_AWS_61"],
  *inspect(stack) {
    yield* everyOne(stack.ofType(...s3BucketTypes), function* (bucket) {
      if (lifecycleOf(bucket) !== undefined) return;
      const names = bucketNames(bucket);
      if (attached(stack, bucket, s3LifecycleTypes, "bucket", names).length === 0)
        yield { resource: bucket, path: "", problem: "has no lifecycle rules" };
    });
    yield* everyOne(stack.ofType(azureAccountType), function* (account) {
      const rules = attached(stack, account, [azureLifecycleType], "accountName", [
        account.props["accountName"],
      ]);
      if (rules.length === 0) yield { resource: account, path: "", problem: "has no lifecycle rules" };
      for (const rule of rules)
        if (rule.props["managementPolicyName"] !== "default")
          yield {
            resource: rule,
            path: "managementPolicyName",
            problem: `${quoted(rule.props["managementPolicyName"])}, and Azure takes "default" only`,
          };
    });
  },
};

/** What other resources may call a bucket. */
export function bucketNames(bucket: StackResource): readonly unknown[] {
  return ["bucket", "id", "name"].map((name) => known(() => bucket.props[name], undefined)).filter(Boolean);
}

/** Lifecycles of the buckets of blocks that have these names. */
function* blockLifecycles(
  stack: Stack,
  names: ReadonlySet<string> | undefined,
): Generator<{ resource: StackResource; lifecycle: Lifecycle }> {
  yield* everyOne(blockStores(stack, names, lifecycleTypes), function* (resource) {
    const lifecycle = lifecycleOf(resource);
    if (lifecycle !== undefined) yield { resource, lifecycle };
  });
}

/**
 * Of the types, what is about the buckets of these names. Without names: about all but those that take access logs if the
 * stack runs Thanos, else about none.
 */
function blockStores(
  stack: Stack,
  names: ReadonlySet<string> | undefined,
  types: readonly string[],
): readonly StackResource[] {
  if (names === undefined && !keepsBlocks(stack)) return [];
  const logs = stack
    .ofType(...loggingTypes)
    .map(({ props }) => known(() => props["targetBucket"], undefined));
  return stack.ofType(...types).filter((resource) =>
    known(
      () => {
        if (resource.type === azureLifecycleType) {
          const text = JSON.stringify(resource.props["policy"]);
          return (
            names === undefined ||
            !text.includes('"prefixMatch"') ||
            [...names].some((name) => text.includes(`"${name}/`))
          );
        }
        const bucket = resource.props["bucket"];
        return names === undefined ? !logs.includes(bucket) : names.has(String(bucket));
      },
      // A bucket that is not known yet may well be the one: better a look too many.
      true,
    ),
  );
}

/** Whether the stack runs what works on a bucket of blocks. */
function keepsBlocks(stack: Stack): boolean {
  return (
    stack.ofType(...compactorTypes).some((resource) => compactorsOf(resource).length > 0) ||
    storeReaders(stack).length > 0
  );
}

const loggingTypes = [
  "aws:s3/bucketLogging:BucketLogging",
  "aws:s3/bucketLoggingV2:BucketLoggingV2",
] as const;

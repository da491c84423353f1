/**
 * The lifecycle of an S3 bucket of blocks, derived from the system's retention: Thanos' compactor deletes, the bucket
 * only moves what stays to cheaper classes, and sweeps up after it.
 */
import type { System } from "../model.ts";
import { seconds, type Duration } from "../units.ts";

/** Classes that answer at once: Thanos reads every block's meta.json, so GLACIER and DEEP_ARCHIVE would stop store and compactor. */
export type ReadableClass = "INTELLIGENT_TIERING" | "GLACIER_IR";

/** One rule of a bucket's lifecycle over all objects, as S3 has it. */
export interface LifecycleRule {
  readonly id: string;
  readonly transitions?: readonly { readonly days: number; readonly storageClass: ReadableClass }[];
  readonly expiration?: { readonly days: number } | { readonly expiredObjectDeleteMarker: true };
  readonly noncurrentVersionExpiration?: { readonly noncurrentDays: number };
  readonly abortIncompleteMultipartUpload?: { readonly daysAfterInitiation: number };
}

/** Days between the step at which the compactor deletes and the move of what is left: nothing is moved to be deleted. */
const transitionMargin = 5;

/** Days between the longest retention and the bucket's own expiry, which only catches what no compactor sees. */
const expiryMargin = 10;

/** Days for which a deleted or overwritten block can be brought back. */
const undeleteDays = 30;

/**
 * Age counts from an object's creation, which is after the end of its block. Hot and warm are STANDARD; cool follows the
 * raw samples' retention, cold the five minute samples'. Objects below 128 KB stay where they are, by S3's default.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
 */
export function s3Lifecycle(system: System): LifecycleRule[] {
  const transitions = transitionsOf(system);
  const expiry = expiryOf(system);
  return [
    ...(transitions.length > 0 ? [{ id: "tiers", transitions }] : []),
    ...(expiry === undefined ? [] : [{ id: "backstop", expiration: { days: expiry } }]),
    { id: "old-versions", noncurrentVersionExpiration: { noncurrentDays: undeleteDays } },
    // Of its own, since S3 takes it in no rule that also expires by age.
    { id: "delete-markers", expiration: { expiredObjectDeleteMarker: true } },
    unfinishedUploads,
  ];
}

export const unfinishedUploads: LifecycleRule = {
  id: "unfinished-uploads",
  abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
};

function transitionsOf({ longTerm, retention }: System): NonNullable<LifecycleRule["transitions"]> {
  const from = (name: "cool" | "cold"): number | undefined => {
    const tier = longTerm.tiers.find((one) => one.name === name);
    return tier && days(tier.from);
  };
  const cool = from("cool");
  const cold = from("cold");
  const coolDays = cool === undefined ? 0 : Math.max(cool, after(retention.objects?.raw));
  const coldDays =
    cold === undefined ? 0 : Math.max(cold, after(retention.objects?.fiveMinutes), coolDays + 1);
  return [
    ...(cool === undefined ? [] : [{ days: coolDays, storageClass: "INTELLIGENT_TIERING" as const }]),
    ...(cold === undefined ? [] : [{ days: coldDays, storageClass: "GLACIER_IR" as const }]),
  ];
}

/** Undefined where something is kept for ever, which is what Thanos takes a retention of 0 for. */
function expiryOf({ retention: { objects } }: System): number | undefined {
  if (objects === undefined) return undefined;
  const steps = [objects.raw, objects.fiveMinutes, objects.oneHour].map(days);
  return steps.includes(0) ? undefined : Math.max(...steps) + expiryMargin;
}

function after(step: Duration | undefined): number {
  return step === undefined ? 0 : days(step) + transitionMargin;
}

function days(duration: Duration): number {
  return Math.ceil(seconds(duration) / 86_400);
}

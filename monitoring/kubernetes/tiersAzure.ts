/**
 * The lifecycle of a container on Azure: Hot → Cool → Cold, by age since an object was written. Never Archive, from which
 * neither store nor compactor can read. The compactor owns retention; expiry here is only what catches an object that it
 * has lost.
 *
 * @see https://learn.microsoft.com/azure/storage/blobs/lifecycle-management-policy-structure
 */
import type { Duration, System } from "../model.ts";
import { seconds } from "../units.ts";

/** One rule of a management policy, in Azure's own words. Ages are whole days. */
export interface LifecycleRule {
  readonly name: string;
  readonly enabled: boolean;
  readonly type: "Lifecycle";
  readonly definition: {
    readonly filters: { readonly blobTypes: string[]; readonly prefixMatch: string[] };
    readonly actions: {
      readonly baseBlob?: {
        readonly tierToCool?: Age;
        readonly tierToCold?: Age;
        readonly delete?: Age;
      };
      readonly version?: { readonly delete: Creation };
      readonly snapshot?: { readonly delete: Creation };
    };
  };
}

interface Age {
  readonly daysAfterModificationGreaterThan: number;
}

interface Creation {
  readonly daysAfterCreationGreaterThan: number;
}

/**
 * Days for which Azure bills an object of a tier at least, however soon it leaves.
 *
 * @see https://learn.microsoft.com/azure/storage/blobs/access-tiers-overview
 */
export const leastDays = { cool: 30, cold: 90 } as const;

/** Days after a retention step before what it leaves changes its tier: the compactor marks, waits two days, and deletes. */
export const marginDays = 5;

/** Days after the longest retention when what is still there expires. */
export const backstopDays = 10;

/** Days for which a deleted object or an overwritten one can be had back. */
export const recoveryDays = 30;

/** Ages at which objects of a container move and expire, in days; absent where they do not. */
export interface TierDays {
  readonly cool?: number;
  readonly cold?: number;
  readonly expire?: number;
}

/**
 * The days of a system's tiers. A tier that objects would leave before its least billing is left out: it would cost
 * more than it saves.
 */
export function tierDays({ longTerm, retention }: System): TierDays {
  const { objects } = retention;
  const asked = (name: "cool" | "cold"): number | undefined => {
    const tier = longTerm.tiers.find((each) => each.name === name);
    return tier === undefined ? undefined : Math.ceil(days(tier.from));
  };
  const kept = objects ? [objects.raw, objects.fiveMinutes, objects.oneHour].map(days) : [];
  const longest = Math.max(...kept);
  // Thanos keeps for ever what is to be kept for zero.
  const ends = kept.length > 0 && kept.every((each) => each > 0);
  const end = ends ? longest : Number.POSITIVE_INFINITY;
  const after = (from: number | undefined, step: Duration | undefined): number | undefined =>
    from === undefined
      ? undefined
      : Math.max(from, step === undefined ? 0 : Math.ceil(days(step)) + marginDays);

  const coldFrom = after(asked("cold"), objects?.fiveMinutes);
  const cold = coldFrom !== undefined && coldFrom + leastDays.cold <= end ? coldFrom : undefined;
  const coolFrom = after(asked("cool"), objects?.raw);
  const cool =
    coolFrom !== undefined && coolFrom + leastDays.cool <= Math.min(end, cold ?? end) ? coolFrom : undefined;
  return {
    ...(cool !== undefined && { cool }),
    ...(cold !== undefined && { cold }),
    ...(ends && { expire: Math.ceil(longest) + backstopDays }),
  };
}

/** The rules of the management policy of a system's container. */
export function azureLifecycle(system: System, container: string): LifecycleRule[] {
  const { cool, cold, expire } = tierDays(system);
  const filters = { blobTypes: ["blockBlob"], prefixMatch: [`${container}/`] };
  const baseBlob = {
    ...(cool !== undefined && { tierToCool: age(cool) }),
    ...(cold !== undefined && { tierToCold: age(cold) }),
    ...(expire !== undefined && { delete: age(expire) }),
  };
  const rule = (name: string, actions: LifecycleRule["definition"]["actions"]): LifecycleRule => ({
    name,
    enabled: true,
    type: "Lifecycle",
    definition: { filters, actions },
  });
  const gone = { daysAfterCreationGreaterThan: recoveryDays };
  return [
    ...(Object.keys(baseBlob).length > 0 ? [rule("tiers", { baseBlob })] : []),
    // Versioning keeps every block that the compactor deletes; what is deleted here is kept by soft delete as long again.
    rule("noncurrent", { version: { delete: gone }, snapshot: { delete: gone } }),
  ];
}

function age(daysAfterModificationGreaterThan: number): Age {
  return { daysAfterModificationGreaterThan };
}

function days(duration: Duration): number {
  return seconds(duration) / 86_400;
}

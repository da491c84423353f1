/** Which mutants a pack catches, looking only at what a mutant can have changed. */
import { defaultsOf } from "../../policies/configuration.ts";
import type { Policy } from "../../policies/policy.ts";
import type { PackConfiguration } from "../../policies/packConfiguration.ts";
import { stackOf, type StackResource } from "../../policies/resource.ts";
import { prepared, type Violation } from "./evaluation.ts";
import { mutantsOf, type Mutant } from "./mutants.ts";
import { reasonOf } from "./neutral.ts";

export interface MutationScore {
  readonly mutants: number;
  /** Each with what it was caught by. */
  readonly killed: readonly { readonly mutant: Mutant; readonly by: Violation }[];
  /** Those that weaken nothing, with the reason. */
  readonly neutral: readonly { readonly mutant: Mutant; readonly why: string }[];
  readonly survivors: readonly Mutant[];
}

/** @param resources as they are; what is wrong with them already is left out */
export function mutationScore(...pack: Pack): MutationScore {
  const { quick, thorough, testify } = witnesses(...pack);
  const caught = (those: readonly Judge[], mutant: Mutant): Violation | undefined =>
    testify(those, mutant).find(() => true);
  const score = {
    killed: [] as { mutant: Mutant; by: Violation }[],
    neutral: [] as { mutant: Mutant; why: string }[],
    survivors: [] as Mutant[],
  };
  const mutants = mutantsOf(pack[1]);
  for (const mutant of mutants) {
    const why = reasonOf(mutant);
    const by = caught(quick, mutant) ?? (why === undefined ? caught(thorough, mutant) : undefined);
    if (by !== undefined) score.killed.push({ mutant, by });
    else if (why !== undefined) score.neutral.push({ mutant, why });
    else score.survivors.push(mutant);
  }
  return { mutants: mutants.length, ...score };
}

/** Pairs of policies that may both speak of one place: there are two things to mend. */
const twofold: readonly (readonly [string, string])[] = [
  // A refusal of plain HTTP that is turned round lets everybody in, and refuses it no more.
  ["encryption-s3-transport", "exposure-s3-policy"],
  // So does one of whatever no rule speaks of.
  ["exposure-azure-denied", "exposure-azure-inbound"],
  // What the cloud is paid for, and what the compactor still rewrites, are two numbers of days.
  ["retention-tier-billing", "retention-tier-margin"],
];

/**
 * Mutants of which two policies tell at the same place, one a kind: who reads that looks for two things to mend.
 *
 * @param seen kinds that are left out, and those of this stack are added. Given with stacks of many resources: policies that
 * look at every one of them are then not asked, which takes half of the time
 * @returns a line each
 */
export function toldTwice(seen: Set<string> | undefined, ...pack: Pack): readonly string[] {
  const { quick, thorough, testify } = witnesses(...pack);
  const asked = seen === undefined ? [...quick, ...thorough] : quick;
  const kinds = seen ?? new Set<string>();
  return mutantsOf(pack[1]).flatMap((mutant) => {
    const { type, shape, operator, changed } = mutant;
    const kind = [type, shape, operator].join(" ");
    if (changed === undefined || kinds.has(kind)) return [];
    kinds.add(kind);
    const places = Map.groupBy(testify(asked, mutant), ({ urn, message }) => `${urn} ${placeOf(message)}`);
    return [...places.values()].flatMap((violations) => {
      const told = new Set(violations.map(({ policy }) => policy));
      const isTwofold = twofold.some((pair) => told.size === 2 && pair.every((id) => told.has(id)));
      return told.size < 2 || isTwofold ? [] : [`${mutant.what}: ${[...told].join(", ")}`];
    });
  });
}

/** Of `name (type): path problem. remedy`: the path, of which a flag's name may be a part. */
function placeOf(message: string): string {
  return /\): (\S*(?: --[\w.-]+)?)/.exec(message)?.[1] ?? "";
}

type Pack = readonly [
  policies: readonly Policy[],
  resources: readonly StackResource[],
  configuration: PackConfiguration,
  now: Date,
];

interface Judge extends Attention {
  readonly policy: Policy;
  readonly judge: ReturnType<typeof prepared>;
}

interface Witnesses {
  readonly quick: readonly Judge[];
  /** What looks at everything costs most, and finds least of what was weakened. */
  readonly thorough: readonly Judge[];
  /** What they say of a mutant that they did not say before, as it is asked for. */
  readonly testify: (those: readonly Judge[], mutant: Mutant) => Generator<Violation>;
}

function witnesses(...[policies, resources, configuration, now]: Pack): Witnesses {
  const judges = policies.map((policy) => ({
    policy,
    judge: prepared([policy], configuration, now),
    ...attention(policy, resources),
  }));
  // What was wrong before catches nothing.
  const before = new Set(
    prepared(policies, configuration, now)(resources).violations.map(({ message }) => message),
  );
  return {
    quick: judges.filter((each) => !each.everything),
    thorough: judges.filter((each) => each.everything),
    *testify(those, { original, changed }) {
      const all = resources.flatMap((one) =>
        one !== original ? [one] : changed === undefined ? [] : [changed],
      );
      const alone = changed === undefined ? [] : [changed];
      for (const { policy, judge, types, everything } of those) {
        if (!everything && !types.has(original.type)) continue;
        yield* judge("inspect" in policy ? all : alone).violations.filter(
          ({ message }) => !before.has(message),
        );
      }
    },
  };
}

export interface Attention {
  readonly types: ReadonlySet<string>;
  /** Whether it looks at every resource, whatever its type. */
  readonly everything: boolean;
}

/** The types that a policy looks at; a look at the whole stack is watched for what it asks. */
export function attention(policy: Policy, resources: readonly StackResource[]): Attention {
  if (!("inspect" in policy)) return { types: new Set(policy.types), everything: false };
  const types = new Set<string>();
  let everything = false;
  const stack = stackOf(resources);
  const watched = {
    get resources() {
      everything = true;
      return stack.resources;
    },
    ofType: (...asked: readonly string[]) => {
      for (const type of asked) types.add(type);
      return stack.ofType(...asked);
    },
  };
  // To its end: a policy asks as it goes.
  Array.from(policy.inspect(watched, defaultsOf(policy)));
  return { types, everything };
}

/** Which mutants a pack catches, looking only at what a mutant can have changed. */
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
export function mutationScore(
  policies: readonly Policy[],
  resources: readonly StackResource[],
  configuration: PackConfiguration,
  now: Date,
): MutationScore {
  const judges = policies
    .map((policy) => ({
      policy,
      judge: prepared([policy], configuration, now),
      ...attention(policy, resources),
    }))
    // What looks at everything costs most, and finds least of what was weakened.
    .toSorted((a, b) => Number(a.everything) - Number(b.everything));
  const [quick, thorough] = [
    judges.filter((each) => !each.everything),
    judges.filter((each) => each.everything),
  ];
  // What was wrong before catches nothing.
  const before = new Set(
    prepared(policies, configuration, now)(resources).violations.map(({ message }) => message),
  );
  const caught = (those: typeof judges, { original, changed }: Mutant): Violation | undefined => {
    const all = resources.flatMap((one) =>
      one !== original ? [one] : changed === undefined ? [] : [changed],
    );
    const alone = changed === undefined ? [] : [changed];
    for (const { policy, judge, types, everything } of those) {
      if (!everything && !types.has(original.type)) continue;
      const violation = judge("inspect" in policy ? all : alone).violations.find(
        ({ message }) => !before.has(message),
      );
      if (violation !== undefined) return violation;
    }
    return undefined;
  };
  const score = {
    killed: [] as { mutant: Mutant; by: Violation }[],
    neutral: [] as { mutant: Mutant; why: string }[],
    survivors: [] as Mutant[],
  };
  const mutants = mutantsOf(resources);
  for (const mutant of mutants) {
    const why = reasonOf(mutant);
    const by = caught(quick, mutant) ?? (why === undefined ? caught(thorough, mutant) : undefined);
    if (by !== undefined) score.killed.push({ mutant, by });
    else if (why !== undefined) score.neutral.push({ mutant, why });
    else score.survivors.push(mutant);
  }
  return { mutants: mutants.length, ...score };
}

interface Attention {
  readonly types: ReadonlySet<string>;
  /** Whether it looks at every resource, whatever its type. */
  readonly everything: boolean;
}

/** The types that a policy looks at; a look at the whole stack is watched for what it asks. */
function attention(policy: Policy, resources: readonly StackResource[]): Attention {
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
  const settings = Object.entries(policy.settings ?? {}).map(([name, schema]) => [
    name,
    schema.default as unknown,
  ]);
  // To its end: a policy asks as it goes.
  Array.from(policy.inspect(watched, Object.fromEntries(settings) as Record<string, unknown>));
  return { types, everything };
}

/** The commonest policy: one property of one type must have one of some values. */
import type { Fault, ResourcePolicy } from "./policy.ts";
import { at, everyOne, known, listAt, quoted, type Resource } from "./resource.ts";

export interface Requirement {
  /** Type, without the version that azure-native puts into some. */
  readonly type: string;
  /**
   * `properties.minimumTlsVersion`; `[]` after a step stands for every item of a list, and one that is missing or empty
   * counts as one item without properties. A dot inside a key is written `\.`.
   */
  readonly path: string;
  /** Whether the value is as it must be; asked with undefined where nothing is set, so that a default can be accepted. */
  readonly accepts: (value: unknown) => boolean;
  /** What is accepted: `expected "TLS1_2" or newer`. */
  readonly expected: string;
  /** Items of the path's lists that it does not hold for; a list of nothing else counts as empty. @default none */
  readonly except?: (item: unknown) => boolean;
  /** Resources that it does not hold for. @default none */
  readonly unless?: (resource: Resource) => boolean;
}

export type RequirementPolicy = Omit<ResourcePolicy, "types" | "check"> & {
  readonly requires: readonly Requirement[];
};

/** A policy out of requirements: every one of them holds for every resource of its type. */
export function requirementPolicy({ requires, ...policy }: RequirementPolicy): ResourcePolicy {
  return {
    ...policy,
    types: [...new Set(requires.map(({ type }) => type))],
    *check(resource): Iterable<Fault> {
      const own = requires.filter(({ type }) => type === resource.type);
      yield* everyOne(own, function* ({ path, accepts, expected, except, unless }) {
        if (unless?.(resource) === true) return;
        const all = found(() => resource.props, path.split(/(?<!\\)\./), except);
        yield* everyOne(all, function* ({ value, path: where }) {
          // A state's outputs have null where nothing is set.
          if (!accepts(value() ?? undefined))
            yield { path: where, problem: `${quoted(value())}, expected ${expected}` };
        });
      });
    },
  };
}

interface Found {
  readonly path: string;
  /** @throws the SDK's UnknownValueError where it is not known yet */
  readonly value: () => unknown;
}

/** Values are read when they are asked for: one that is not known hides nothing beside it. */
function found(
  value: () => unknown,
  steps: readonly string[],
  except: Requirement["except"],
  path = "",
): readonly Found[] {
  const [step, ...rest] = steps;
  if (step === undefined) return [{ path, value }];
  const key = step.replace(/\[\]$/, "").replaceAll("\\.", ".");
  const where = path === "" ? key : `${path}.${key}`;
  const inner = (): unknown => at(value(), key);
  if (!step.endsWith("[]")) return found(inner, rest, except, where);
  const items = known(() => listAt(inner()), undefined);
  if (items === undefined) return [{ path: `${where}[]`, value: inner }];
  const own = [...items.keys()].filter((index) => !known(() => except?.(items[index]) === true, false));
  if (own.length === 0) return found(() => undefined, rest, except, `${where}[]`);
  return own.flatMap((index) => found(() => items[index], rest, except, `${where}[${String(index)}]`));
}

/** Common conditions, in words that messages use. */
export const isTrue = { accepts: (value: unknown) => value === true, expected: "true" } as const;
export const isFalse = { accepts: (value: unknown) => value === false, expected: "false" } as const;
/** Off, also where nothing is said. */
export const isNotTrue = {
  accepts: (value: unknown) => value !== true && value !== "true",
  expected: "false, or nothing",
} as const;

export const isNothing = {
  accepts: (value: unknown) => value === undefined || value === "",
  expected: "nothing",
} as const;

export function isSet(what: string): Pick<Requirement, "accepts" | "expected"> {
  return {
    accepts: (value) => value !== undefined && value !== null && value !== "",
    expected: what,
  };
}

export function isOneOf(...values: readonly unknown[]): Pick<Requirement, "accepts" | "expected"> {
  return {
    accepts: (value) => values.includes(value),
    expected: values.map((value) => JSON.stringify(value)).join(" or "),
  };
}

/** A number of at least this much. */
export function isAtLeast(least: number, unit: string): Pick<Requirement, "accepts" | "expected"> {
  return {
    accepts: (value) => typeof value === "number" && value >= least,
    expected: `${String(least)} ${unit} or more`,
  };
}

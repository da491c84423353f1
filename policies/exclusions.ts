/** Resources that a stack puts a policy aside for: each with a reason and a last day. */
import type { PolicyConfigSchema } from "@pulumi/policy";
import { isMap, shown, type Resource } from "./resource.ts";
import { escaped } from "./text.ts";

/** A resource for which a policy is put aside for a while. */
export interface Exclusion {
  /** Name of the resource in the program, or its URN; `*` stands for any characters. */
  readonly resource: string;
  readonly matches: (resource: Pick<Resource, "urn" | "name">) => boolean;
}

const properties = {
  resource: { type: "string", minLength: 1, description: "Name or URN; * stands for any characters." },
  reason: { type: "string", minLength: 10, description: "Why, in a sentence." },
  until: { type: "string", pattern: "^\\d{4}-\\d{2}-\\d{2}$", description: "The last day, YYYY-MM-DD." },
} as const;
const keys = Object.keys(properties);
const wanted = `{ ${keys.join(", ")} }`;

/** What the engine checks before it runs the policy. */
export const exclusionsSchema = {
  type: "array",
  description: "Resources that the policy is put aside for, each with a reason and a last day.",
  default: [],
  items: { type: "object", required: keys, additionalProperties: false, properties },
} as unknown as PolicyConfigSchema["properties"][string];

/**
 * @param where the key path, `pod-replicas.exclusions`
 * @returns with a line for each exclusion that is none, incomplete, or past its day
 */
export function readExclusions(
  where: string,
  given: unknown,
  now: Date,
): { readonly exclusions: readonly Exclusion[]; readonly faults: readonly string[] } {
  if (!Array.isArray(given))
    return { exclusions: [], faults: [`${where}: got ${shown(given)}, expected a list of ${wanted}`] };
  const read = given.map((item: unknown, index) => exclusionOf(`${where}[${String(index)}]`, item, now));
  return {
    exclusions: read.filter((one) => typeof one !== "string"),
    faults: read.filter((one) => typeof one === "string"),
  };
}

/** The exclusion, or what is wrong with it. */
function exclusionOf(where: string, given: unknown, now: Date): Exclusion | string {
  if (!isMap(given)) return `${where}: got ${shown(given)}, expected ${wanted}`;
  const unknown = Object.keys(given).find((key) => !keys.includes(key));
  if (unknown !== undefined)
    return `${where}.${unknown}: got ${shown(given[unknown])}, but an exclusion has ${keys.join(", ")} only`;
  const { resource, reason, until } = given;
  if (typeof resource !== "string" || resource === "")
    return `${where}.resource: ${gotOrMissing(resource)}, expected the name or URN of a resource`;
  if (typeof reason !== "string" || reason.trim().length < properties.reason.minLength)
    return `${where}.reason: ${gotOrMissing(reason)}, expected a sentence that says why`;
  const end = typeof until === "string" ? lastInstant(until) : undefined;
  if (end === undefined) return `${where}.until: ${gotOrMissing(until)}, expected its last day as YYYY-MM-DD`;
  if (end < now)
    return `${where}.until: ${String(until)} is over: mend ${resource} and remove the exclusion, or decide anew on a later day`;
  const named = pattern(resource);
  return { resource, matches: ({ urn, name }) => named.test(urn) || named.test(name) };
}

function gotOrMissing(value: unknown): string {
  return value === undefined ? "missing" : `got ${shown(value)}`;
}

function lastInstant(day: string): Date | undefined {
  const end = new Date(`${day}T23:59:59.999Z`);
  // A month has no 31st that it does not have: V8 would go on into the next.
  return Number.isNaN(end.getTime()) || end.toISOString().slice(0, 10) !== day ? undefined : end;
}

function pattern(text: string): RegExp {
  const parts = text.split("*").map(escaped);
  return new RegExp(`^${parts.join(".*")}$`);
}

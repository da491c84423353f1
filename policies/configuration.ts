/** What a stack may say of a policy: its settings, and the resources that it does not hold for, with reason and end. */
import type { PolicyConfigSchema } from "@pulumi/policy";
import type { Policy, Settings } from "./policy.ts";
import type { Resource } from "./resource.ts";
import { escaped } from "./text.ts";

/** A resource for which a policy is put aside for a while. */
export interface Exclusion {
  /** Name of the resource in the program, or its URN; `*` stands for any characters. */
  readonly resource: string;
  /** Why, for whoever reads it next. */
  readonly reason: string;
  /** The last day on which it holds, `YYYY-MM-DD`, UTC. */
  readonly until: string;
}

export interface Configuration {
  readonly settings: Settings;
  readonly isExcluded: (resource: Resource) => boolean;
}

const exclusionSchema = {
  type: "array",
  description: "Resources that the policy is put aside for, each with a reason and a last day.",
  default: [],
  items: {
    type: "object",
    required: ["resource", "reason", "until"],
    additionalProperties: false,
    properties: {
      resource: { type: "string", minLength: 1, description: "Name or URN; * stands for any characters." },
      reason: { type: "string", minLength: 10, description: "Why, in a sentence." },
      until: { type: "string", pattern: "^\\d{4}-\\d{2}-\\d{2}$", description: "The last day, YYYY-MM-DD." },
    },
  },
} as const;

/** What the engine checks before it runs the policy. */
export function configSchema(policy: Policy): PolicyConfigSchema {
  return {
    properties: {
      ...policy.settings,
      exclusions: exclusionSchema as unknown as PolicyConfigSchema["properties"][string],
    },
  };
}

/**
 * @param given as the engine hands it over; what it leaves out has its default
 * @throws with one line for a setting that the policy does not have, or an exclusion that is incomplete or past its day
 */
export function readConfiguration(
  policy: Policy,
  given: Readonly<Record<string, unknown>>,
  now: Date,
): Configuration {
  const { exclusions = [], ...own } = given;
  const known = Object.keys(policy.settings ?? {});
  // The engine checks what it knows of, and lets other names through.
  const unknown = Object.keys(own).filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw wrong(
      unknown
        .map((name) => `${policy.id}.${name}: no such setting; it has ${[...known, "exclusions"].join(", ")}`)
        .join("\n"),
    );
  const patterns = (exclusions as Partial<Exclusion>[]).map((exclusion, index) => {
    const where = `${policy.id}.exclusions[${String(index)}]`;
    const { resource, reason, until } = exclusion;
    if (resource === undefined || resource === "")
      throw wrong(`${where}.resource: missing, expected the name or URN of a resource`);
    if (reason === undefined || reason.trim().length < 10)
      throw wrong(`${where}.reason: got ${JSON.stringify(reason ?? "")}, expected a sentence that says why`);
    const end = lastInstant(until ?? "");
    if (end === undefined)
      throw wrong(`${where}.until: got ${JSON.stringify(until ?? "")}, expected its last day as YYYY-MM-DD`);
    if (end < now)
      throw wrong(
        `${where}.until: ${String(until)} is over: mend ${resource} and remove the exclusion, or decide anew on a later day`,
      );
    return pattern(resource);
  });
  const defaults = Object.entries(policy.settings ?? {}).map(
    ([name, schema]) => [name, schema.default] as const,
  );
  return {
    settings: { ...Object.fromEntries(defaults), ...own },
    isExcluded: ({ urn, name }) => patterns.some((each) => each.test(urn) || each.test(name)),
  };
}

/** Without a stack: the SDK would print it below the message. */
function wrong(message: string): Error {
  const error = new Error(message);
  error.stack = message;
  return error;
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

/** What a stack may say of a policy: its settings, and the resources that it does not hold for, with reason and end. */
import type { PolicyConfigSchema } from "@pulumi/policy";
import { exclusionsSchema, readExclusions, type Exclusion } from "./exclusions.ts";
import type { Policy, Settings } from "./policy.ts";
import type { Resource } from "./resource.ts";
import { schemaFaults } from "./schemaFaults.ts";

export interface Configuration {
  readonly settings: Settings;
  readonly exclusions: readonly Exclusion[];
  readonly isExcluded: (resource: Resource) => boolean;
}

/** What the engine checks before it runs the policy. */
export function configSchema(policy: Policy): PolicyConfigSchema {
  return { properties: { ...policy.settings, exclusions: exclusionsSchema } };
}

/**
 * @param given as the engine hands it over; what it leaves out has its default
 * @throws with a line for each setting that the policy does not have or that is not what it takes, and each exclusion that is
 * incomplete or past its day
 */
export function readConfiguration(
  policy: Policy,
  given: Readonly<Record<string, unknown>>,
  now: Date,
): Configuration {
  const { exclusions: excluded = [], ...own } = given;
  const { settings: schemas = {} } = policy;
  const known = Object.keys(schemas);
  const settingFaults = Object.entries(own).flatMap(([name, value]) => {
    const schema = schemas[name];
    // The engine checks what it knows of, and lets other names through.
    if (schema === undefined)
      return [`${policy.id}.${name}: no such setting; it has ${[...known, "exclusions"].join(", ")}`];
    return schemaFaults(`${policy.id}.${name}`, value, schema);
  });
  const { exclusions, faults } = readExclusions(`${policy.id}.exclusions`, excluded, now);
  if (settingFaults.length + faults.length > 0) throw wrong([...settingFaults, ...faults].join("\n"));
  return {
    settings: { ...defaultsOf(policy), ...own },
    exclusions,
    isExcluded: (resource) => exclusions.some(({ matches }) => matches(resource)),
  };
}

/** What a policy goes by where a stack says nothing. */
export function defaultsOf({ settings = {} }: Policy): Settings {
  const defaults = Object.entries(settings).map(([name, schema]) => [name, schema.default] as const);
  return Object.fromEntries(defaults);
}

/** Without a stack: the SDK would print it below the message. */
function wrong(message: string): Error {
  const error = new Error(message);
  error.stack = message;
  return error;
}

/** The file that sets the pack's levels, settings and exclusions for one stack; the engine lets unknown names through. */
import { policies } from "./catalogue.ts";
import { readConfiguration } from "./configuration.ts";
import { isMap, shown } from "./resource.ts";

export const levels = ["advisory", "mandatory", "remediate", "disabled"] as const;

export type PackConfiguration = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * @param text of the file
 * @returns settings and exclusions by policy, without the levels
 * @throws one line for each thing that is wrong: no JSON, an unknown policy or setting, a wrong level, an exclusion that is
 * incomplete or past its day
 */
export function packConfiguration(text: string, now: Date): PackConfiguration {
  const document = parsed(text);
  const entries = Object.entries(document);
  const faults = entries.flatMap(([id, value]) => entryFaults(id, value, now));
  if (faults.length > 0) throw new Error(faults.join("\n"));
  return Object.fromEntries(
    entries.map(([id, value]) => {
      const { enforcementLevel: _level, ...rest } = isMap(value) ? value : {};
      return [id, rest];
    }),
  );
}

/** @returns the names of the policies that the file turns off */
export function disabledIn(text: string): readonly string[] {
  const document = parsed(text);
  return policies
    .map(({ id }) => id)
    .filter((id) => (levelOf(document[id]) ?? levelOf(document["all"])) === "disabled");
}

function entryFaults(id: string, value: unknown, now: Date): readonly string[] {
  const policy = policies.find((one) => one.id === id);
  if (id !== "all" && policy === undefined)
    return [`${id}: no such policy; npm run policy -- --list names them`];
  const level = levelOf(value);
  if (level !== undefined && !levels.includes(level as (typeof levels)[number]))
    return [`${id}: got level ${shown(level)}, expected ${levels.join(", ")}`];
  if (!isMap(value)) return [];
  const { enforcementLevel: _level, ...settings } = value;
  if (policy === undefined) return faultsOfAll(value, settings);
  try {
    readConfiguration(policy, settings, now);
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

/** The engine would take the rest for the settings of a policy of this name, and miss its level. */
function faultsOfAll(value: unknown, rest: Readonly<Record<string, unknown>>): readonly string[] {
  const only = `but all takes a level only (${levels.join(", ")})`;
  const faults = Object.entries(rest).map(
    ([key, given]) => `all.${key}: got ${shown(given)}, ${only}: say it of each policy, by its name`,
  );
  if (faults.length > 0) return faults;
  return levelOf(value) === undefined ? [`all: got ${shown(value)}, ${only}`] : [];
}

function levelOf(value: unknown): unknown {
  return isMap(value) ? value["enforcementLevel"] : value;
}

function parsed(text: string): Record<string, unknown> {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new Error(
      `the configuration of the pack is no JSON: ${error instanceof Error ? error.message : ""}`,
      {
        cause: error,
      },
    );
  }
  if (typeof document !== "object" || document === null || Array.isArray(document))
    throw new Error('the configuration of the pack is no object, expected { "POLICY": LEVEL or { … } }');
  return document as Record<string, unknown>;
}

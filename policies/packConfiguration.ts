/** The file that sets the pack's levels, settings and exclusions for one stack; the engine lets unknown names through. */
import { policies } from "./catalogue.ts";
import { readConfiguration } from "./configuration.ts";

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
      const { enforcementLevel: _level, ...rest } =
        typeof value === "object" ? (value as Record<string, unknown>) : {};
      return [id, rest];
    }),
  );
}

function entryFaults(id: string, value: unknown, now: Date): readonly string[] {
  const policy = policies.find((one) => one.id === id);
  if (id !== "all" && policy === undefined)
    return [`${id}: no such policy; npm run policy -- --list names them`];
  const level =
    typeof value === "object" && value !== null
      ? (value as { enforcementLevel?: unknown }).enforcementLevel
      : value;
  if (level !== undefined && !levels.includes(level as (typeof levels)[number]))
    return [`${id}: got level ${JSON.stringify(level)}, expected ${levels.join(", ")}`];
  if (policy === undefined || typeof value !== "object" || value === null) return [];
  const { enforcementLevel: _level, ...settings } = value as Record<string, unknown>;
  try {
    readConfiguration(policy, settings, now);
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
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

/** A copy of a stack's configuration for a simulation: what it says, with stand-ins for its secrets. */
import { readFileSync, writeFileSync } from "node:fs";
import { parse, stringify } from "yaml";
import { connectionSecrets } from "../configuration/machineForm.ts";
import { parseConfig } from "../configuration/parse.ts";
import { prepareStack } from "../configuration/prepare.ts";
import type { StackFile } from "../configuration/stackFiles.ts";
import { systems } from "../systems/index.ts";

export interface StackCopy {
  /** Paths of configuration keys that are to be set to `standIn` as secrets. */
  readonly standIns: readonly string[];
}

/** What stands for every secret of a simulated stack. */
export const standIn = "simulated";

/**
 * Writes the copy without any secret. Encrypted values cannot come along: their passphrase stays out of a simulation.
 * @param from the stack's own configuration file
 * @throws where the configuration is wrong, with everything that is
 */
export function copyStack(file: StackFile, from: string, to: string): StackCopy {
  const { config = {} } = parse(readFileSync(from, "utf8")) as { config?: Record<string, unknown> };
  const encrypted = Object.entries(config).flatMap(([key, value]) => securePaths(key, value));
  const declared = declaredSecrets(file).map((name) => `${secretsKey}.${name}`);
  writeFileSync(to, stringify({ config: withoutSecrets(config) }), { mode: 0o600 });
  return { standIns: [...new Set([...encrypted, ...declared])] };
}

const secretsKey = "vigil:secrets";

/** Secrets that the stack's system wants, as far as nobody generates them. */
function declaredSecrets({ raw, secretKeys, stack }: StackFile): string[] {
  const config = parseConfig(raw, secretKeys, stack);
  const { system } = prepareStack(config, { systems });
  return [...system.secrets, ...connectionSecrets(config)]
    .filter(({ generated, optional }) => !generated && optional !== true)
    .map(({ name }) => name);
}

function securePaths(path: string, value: unknown): string[] {
  if (isSecure(value)) return [path];
  if (Array.isArray(value)) return value.flatMap((inner, at) => securePaths(`${path}[${String(at)}]`, inner));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => securePaths(`${path}.${key}`, inner));
}

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([key, inner]) => !isSecure(inner) && key !== secretsKey);
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutSecrets(inner)]));
}

function isSecure(value: unknown): boolean {
  return typeof value === "object" && value !== null && "secure" in value && Object.keys(value).length === 1;
}

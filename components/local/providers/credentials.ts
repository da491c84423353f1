/** The secrets of a local stack, as files. Loaded by name by the dynamic provider (see dynamicModule.ts). */
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { PlanSecret } from "../../../monitoring/hosts.ts";
import { readTextFile } from "../files.ts";
import { stackPaths } from "../paths.ts";
import { storeSecrets } from "../secrets.ts";

export { remove as delete };

export interface CredentialsInputs {
  readonly root: string;
  readonly secrets: readonly PlanSecret[];
  /** Values from the stack's configuration, by name; secret in state. */
  readonly given: Readonly<Record<string, string>>;
}

export interface CredentialsState extends CredentialsInputs {
  /** Increases whenever a value changes. */
  readonly generation: number;
}

export async function create(inputs: CredentialsInputs): Promise<{ id: string; outs: CredentialsState }> {
  await store(inputs);
  return { id: "credentials", outs: { ...inputs, generation: 1 } };
}

export async function diff(
  _id: string,
  old: CredentialsState,
  now: CredentialsInputs,
): Promise<{ changes: boolean; replaces: string[] }> {
  const { generation: _generation, ...before } = old;
  const same = isDeepStrictEqual(pick(before), pick(now)) && (await allPresent(now));
  return { changes: !same, replaces: old.root === now.root ? [] : ["root"] };
}

export async function update(
  _id: string,
  old: CredentialsState,
  now: CredentialsInputs,
): Promise<{ outs: CredentialsState }> {
  const changed = await store(now);
  return { outs: { ...now, generation: old.generation + (changed.length > 0 ? 1 : 0) } };
}

/** The values stay: data on this machine is worth nothing to its owner without them. `npm stop -- --purge` removes all. */
async function remove(): Promise<void> {
  // Nothing to undo.
}

async function store({ root, secrets, given }: CredentialsInputs): Promise<string[]> {
  return storeSecrets(stackPaths(root).secrets, secrets, given);
}

async function allPresent({ root, secrets }: CredentialsInputs): Promise<boolean> {
  const { secrets: directory } = stackPaths(root);
  const values = await Promise.all(secrets.map((secret) => readTextFile(join(directory, secret.name))));
  return !values.includes(undefined);
}

function pick({ root, secrets, given }: CredentialsInputs): unknown {
  return JSON.parse(JSON.stringify({ root, secrets, given }));
}

import { createHash, randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import bcrypt from "bcryptjs";
import type { PlanSecret } from "../../monitoring/hosts.ts";
import { ensureDirectory, readTextFile, writePrivateFile } from "./files.ts";

/** Prometheus caches a comparison, so that cost 10 (its documented minimum for safety) is paid once a process. */
const bcryptCost = 10;

/**
 * Writes each secret to its own file: the value given by the configuration, or a random one of 192 bits where it is
 * `generated` and absent.
 * @returns the names of those that changed.
 * @throws when a secret that is not generated has no value.
 */
export async function storeSecrets(
  directory: string,
  secrets: readonly PlanSecret[],
  given: Readonly<Record<string, string>>,
): Promise<string[]> {
  await ensureDirectory(directory);
  const changed: string[] = [];
  for (const secret of secrets) {
    const path = join(directory, secret.name);
    const value =
      given[secret.name] ?? (await readTextFile(path)) ?? (secret.generated ? randomSecret() : undefined);
    if (value === undefined) throw new Error(missingSecret(secret));
    // A hash of another value must not survive an interruption.
    if ((await readTextFile(path)) !== value) await rm(`${path}.bcrypt`, { force: true });
    const fresh = await writePrivateFile(path, value);
    if (fresh) changed.push(secret.name);
    if (secret.username !== undefined) await storeHash(directory, secret.name, value);
  }
  return changed;
}

/** Replaces the placeholders of a plan's file by the secrets of this machine (see `PlanFile.content`). */
export async function fillPlaceholders(
  content: string,
  directory: string,
  secrets: readonly PlanSecret[],
): Promise<string> {
  const pattern = /\{\{(secret|bcrypt|basic|sha256):([\w.-]+)\}\}/g;
  const values = new Map<string, string>();
  for (const [placeholder, kind, name] of content.matchAll(pattern))
    if (kind !== undefined && name !== undefined && !values.has(placeholder))
      values.set(placeholder, await resolve(kind, name, directory, secrets));
  return content.replaceAll(pattern, (placeholder) => values.get(placeholder) ?? placeholder);
}

/** The `Authorization` header of one of the stack's users. */
export async function basicHeader(directory: string, secret: PlanSecret): Promise<string> {
  return `Basic ${await resolve("basic", secret.name, directory, [secret])}`;
}

async function resolve(
  kind: string,
  name: string,
  directory: string,
  secrets: readonly PlanSecret[],
): Promise<string> {
  const value = await readTextFile(join(directory, kind === "bcrypt" ? `${name}.bcrypt` : name));
  if (value === undefined) throw new Error(`secret "${name}" is not on this machine; run: npm start`);
  if (kind === "secret" || kind === "bcrypt") return value;
  const username = secrets.find((secret) => secret.name === name)?.username;
  if (username === undefined)
    throw new Error(`secret "${name}" has no user, so {{${kind}:${name}}} has no meaning`);
  const basic = Buffer.from(`${username}:${value}`).toString("base64");
  return kind === "basic" ? basic : createHash("sha256").update(`Basic ${basic}`).digest("hex");
}

async function storeHash(directory: string, name: string, value: string): Promise<void> {
  const path = join(directory, `${name}.bcrypt`);
  if ((await readTextFile(path)) === undefined)
    await writePrivateFile(path, await bcrypt.hash(value, bcryptCost));
}

function randomSecret(): string {
  return randomBytes(24).toString("base64url");
}

function missingSecret(secret: PlanSecret): string {
  return (
    `vigil:secrets.${secret.name} is not set (${secret.about}); ` +
    `set it: npm run pulumi -- config set --stack STACK --secret --path vigil:secrets.${secret.name}`
  );
}

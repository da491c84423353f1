/** A Compose stack as a folder: compose.yaml, and for each container what it may read. */
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { composeHeader, type ComposeStack } from "../../monitoring/compose.ts";
import type { ContainerContents } from "../../monitoring/compose/contents.ts";
import { containerRoot } from "../../monitoring/compose/layout.ts";
import type { PlanSecret, ServicePlan } from "../../monitoring/hosts.ts";
import { issueCertificates } from "../local/authority.ts";
import { ensureDirectory, readTextFile, writePrivateFile } from "../local/files.ts";
import { fillPlaceholders, storeSecrets } from "../local/secrets.ts";

/**
 * Writes the folder, or brings it up to date: passwords and certificates that are there stay, data is left alone.
 * Directories are 0700 and files 0600.
 * @param given values of secrets by name; the others are made at random
 * @throws when the folder holds anything but this stack, or a secret that cannot be made has no value
 */
export async function writeComposeFolder(
  directory: string,
  plan: ServicePlan,
  stack: ComposeStack,
  given: Readonly<Record<string, string>>,
): Promise<void> {
  await refuseForeign(directory, plan.stack);
  await refuseMissing(directory, plan.secrets, given);
  // First, so that a run that is cut short leaves a folder which the next one knows.
  await writePrivateFile(join(directory, "compose.yaml"), stack.file);
  const secrets = join(directory, "secrets");
  const tls = join(directory, "tls");
  await storeSecrets(secrets, plan.secrets, given);
  await issueCertificates(tls, plan.stack, plan.certificates, false);
  for (const contents of stack.containers) await writeContainer(directory, contents, plan.secrets);
  await removeOthers(
    join(directory, "containers"),
    stack.containers.map(({ service }) => service),
  );
}

async function writeContainer(
  directory: string,
  contents: ContainerContents,
  secrets: readonly PlanSecret[],
): Promise<void> {
  const root = join(directory, "containers", contents.service);
  for (const { path, content } of contents.files)
    await writePrivateFile(
      join(root, path.slice(containerRoot.length)),
      await fillPlaceholders(content, join(directory, "secrets"), secrets),
    );
  await copyFiles(directory, root, "tls", contents.certificates);
  await copyFiles(directory, root, "secrets", contents.secrets);
  for (const data of contents.data) {
    await ensureDirectory(join(directory, "data", data));
    // What the data is mounted over: a container cannot make it in a folder that it may only read.
    await ensureDirectory(join(root, "data", data));
  }
}

/** Each container has copies of its own, in a directory: a renewed file shows in a mounted directory only. */
async function copyFiles(
  directory: string,
  root: string,
  folder: string,
  names: readonly string[],
): Promise<void> {
  for (const name of names) {
    const content = await readTextFile(join(directory, folder, name));
    if (content === undefined)
      throw new Error(`${join(directory, folder, name)} is missing, but a service of the plan reads it`);
    await writePrivateFile(join(root, folder, name), content);
  }
  await removeOthers(join(root, folder), names);
}

async function removeOthers(directory: string, wanted: readonly string[]): Promise<void> {
  const kept = new Set(wanted);
  for (const name of await entries(directory))
    if (!kept.has(name)) await rm(join(directory, name), { recursive: true });
}

async function refuseForeign(directory: string, stack: string): Promise<void> {
  if ((await entries(directory)).length === 0) return;
  const file = await readTextFile(join(directory, "compose.yaml"));
  if (file?.startsWith(`${composeHeader(stack)}\n`) === true) return;
  throw new Error(
    `${directory} holds something else than stack ${stack} as containers; choose an empty folder with --out DIR`,
  );
}

async function refuseMissing(
  directory: string,
  secrets: readonly PlanSecret[],
  given: Readonly<Record<string, string>>,
): Promise<void> {
  for (const { name, about, generated } of secrets)
    if (
      !generated &&
      !(name in given) &&
      (await readTextFile(join(directory, "secrets", name))) === undefined
    )
      throw new Error(
        `secret ${name} has no value (${about.replace(/\.$/, "")}); write it to a file and add --secret ${name}=FILE`,
      );
}

async function entries(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

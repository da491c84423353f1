/** Finds modules of the Pulumi SDK the way a program in a folder would: in the node_modules above it. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/**
 * The file of `@pulumi/pulumi/cmd/<command>` for a program in `folder`.
 * @throws where the SDK is not installed there
 */
export function sdkCommand(folder: string, command: "run" | "run-plugin"): string {
  const name = `@pulumi/pulumi/cmd/${command}`;
  try {
    return createRequire(join(folder, "program.js")).resolve(name);
  } catch {
    throw new Error(`${folder}: Cannot find module '${name}': run 'npm install' there`);
  }
}

/** Name and exact version of what the nearest package.json above `folder` depends on, where it is installed. */
export function installedDependencies(folder: string): { name: string; version: string }[] {
  const manifest = nearestManifest(folder);
  if (manifest === undefined) return [];
  const { dependencies = {} } = readManifest(manifest);
  const modules = join(dirname(manifest), "node_modules");
  return Object.keys(dependencies)
    .sort()
    .map((name) => ({ name, file: join(modules, name, "package.json") }))
    .filter(({ file }) => existsSync(file))
    .map(({ name, file }) => ({ name, version: readManifest(file).version ?? "" }));
}

/** The version of the SDK that this host belongs to. */
export const sdkVersion: string =
  readManifest(createRequire(import.meta.url).resolve("@pulumi/pulumi/package.json")).version ?? "";

interface Manifest {
  version?: string;
  dependencies?: Record<string, string>;
}

function nearestManifest(folder: string): string | undefined {
  const file = join(folder, "package.json");
  if (existsSync(file)) return file;
  const parent = dirname(folder);
  return parent === folder ? undefined : nearestManifest(parent);
}

function readManifest(file: string): Manifest {
  return JSON.parse(readFileSync(file, "utf8")) as Manifest;
}

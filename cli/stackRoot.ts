import { resolve } from "node:path";
import { parseConfig, type StackConfig } from "../configuration/parse.ts";
import { readStackFiles, type StackFile } from "../configuration/stackFiles.ts";
import { repository } from "./engine.ts";

/** The folder of a local stack, as its configuration file says. @throws when the project has no such stack file. */
export function stackRoot(stack: string): string {
  return localStack(stack).root;
}

/** A local stack's configuration and folder. @throws when the project has no such stack file. */
export function localStack(stack: string): { readonly config: StackConfig; readonly root: string } {
  const file = stackFileOf(stack, readStackFiles(repository));
  const config = parseConfig(file.raw, file.secretKeys, stack);
  if (config.platform !== "local")
    throw new Error(
      `stack "${stack}" runs on ${config.platform}, not on this machine; look at it with its own tools`,
    );
  return { config, root: resolve(repository, config.directory) };
}

/** @throws when the stack is not among the project's, naming those that are */
export function stackFileOf(stack: string, files: readonly StackFile[]): StackFile {
  const file = files.find((candidate) => candidate.stack === stack);
  if (file !== undefined) return file;
  throw new Error(
    `stack "${stack}" has no Pulumi.${stack}.yaml; the project has ${files.map((known) => known.stack).join(", ")}`,
  );
}

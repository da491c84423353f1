/** A dynamic resource carries its provider as CommonJS text; this makes it runnable, once per text. */
import { Module } from "node:module";
import type { dynamic } from "@pulumi/pulumi";

export type Values = Record<string, unknown>;
export type StoredProvider = dynamic.ResourceProvider<Values, Values>;

/** The input that holds the text: @pulumi/pulumi/dynamic/index.js. */
export const textKey = "__provider";

const providers = new Map<string, StoredProvider>();

/**
 * The provider of a resource with these inputs or this state.
 * @throws where there is no text, or the provider wants to be configured, which only Pulumi's own host does
 */
export function storedProvider(resource: Values): StoredProvider {
  const text = resource[textKey];
  if (typeof text !== "string")
    throw new Error(`the resource has no '${textKey}': it was not made by pulumi.dynamic`);
  const known = providers.get(text);
  if (known) return known;
  const provider = compile(text).handler();
  if (provider.configure) {
    throw new Error("dynamic providers with 'configure' need the official pulumi-resource-pulumi-nodejs");
  }
  providers.set(text, provider);
  return provider;
}

function compile(text: string): { handler: () => StoredProvider } {
  const module = new Module("") as Module & { _compile(code: string, file: string): void };
  module.paths = (Module as unknown as { _nodeModulePaths(folder: string): string[] })._nodeModulePaths(
    process.cwd(),
  );
  module._compile(text, "");
  return module.exports as { handler: () => StoredProvider };
}

/** Names that a cloud gives a resource whose program gives none: the program's name with a suffix, kept at every later update. */
import { hex } from "./invented.ts";
import { plain, type Properties } from "./propertyValues.ts";
import type { Requested } from "./cloud.ts";

/** The input that lists the others which the provider has filled in, as Pulumi's own providers keep it. */
const defaultsKey = "__defaults";

/** The inputs with `key` filled in where the program left it out. */
export function withName(
  { inputs, urn, name }: Requested,
  before: Properties | undefined,
  key: string,
  make: (name: string, suffix: string) => string = (base, suffix) => `${base}-${suffix}`,
): Properties {
  if (plain(inputs[key]) !== undefined) return inputs;
  const kept = isDefaulted(before, key) ? before?.[key] : undefined;
  return { ...inputs, [key]: kept ?? make(name, hex(urn, 7)), [defaultsKey]: [key] };
}

export function isDefaulted(inputs: Properties | undefined, key: string): boolean {
  const list = inputs?.[defaultsKey];
  return Array.isArray(list) && list.includes(key);
}

/** The first of these inputs that the resource declares as an optional one. */
export function nameKey({ declaration }: Requested, candidates: readonly string[]): string | undefined {
  return candidates.find((key) => declaration.inputs[key]?.required === false);
}

/** `VirtualNetwork` as `virtualNetwork`. */
export function lowerFirst(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}

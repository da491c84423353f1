/** Holds values against declared types; everything that does not fit is a finding with its path. */
import { suggestion } from "../../monitoring/nearest.ts";
import { isAsset, isMap, isUnknown, plain } from "../propertyValues.ts";
import type { Field, Fields, Type } from "./types.ts";

export interface Mismatch {
  /** Such as `sku.name` or `rules[2].days`. */
  readonly path: string;
  /** One sentence: what it is, what is accepted. */
  readonly reason: string;
}

/** Finds the type that a reference names: `Declarations.resolve`. */
export type Resolve = (reference: string) => Type;

/** What does not fit of an object with these fields. Unknown values fit everything. */
export function mismatchesOf(value: unknown, fields: Fields, resolve: Resolve): Mismatch[] {
  return objectMismatches(value, fields, "", resolve);
}

function objectMismatches(value: unknown, fields: Fields, path: string, resolve: Resolve): Mismatch[] {
  const open = plain(value);
  if (isUnknown(open)) return [];
  if (!isMap(open)) return [mismatch(path, open, "an object")];
  const known = Object.keys(fields);
  const strangers = Object.keys(open).filter((key) => !(key in fields) && !key.startsWith("__"));
  return [
    ...strangers.map((key) => ({
      path: join(path, key),
      reason: `there is no such property; ${suggestion(key, known)}`,
    })),
    ...Object.entries(fields).flatMap(([key, field]) =>
      fieldMismatches(open[key], field, join(path, key), resolve),
    ),
  ];
}

function fieldMismatches(value: unknown, field: Field, path: string, resolve: Resolve): Mismatch[] {
  const open = plain(value);
  if (open === undefined || open === null)
    return field.required
      ? [{ path, reason: `is missing; ${accepted(field.type, resolve)} is required` }]
      : [];
  return typeMismatches(open, field.type, path, resolve);
}

function typeMismatches(value: unknown, type: Type, path: string, resolve: Resolve): Mismatch[] {
  const open = plain(value);
  if (isUnknown(open)) return [];
  switch (type.kind) {
    case "any":
      return [];
    case "string":
    case "number":
    case "boolean":
      return typeof open === type.kind ? [] : [mismatch(path, open, accepted(type, resolve))];
    case "literal":
      return open === type.value ? [] : [mismatch(path, open, accepted(type, resolve))];
    case "asset":
      return isAsset(open) ? [] : [mismatch(path, open, "an asset or an archive")];
    case "array":
      if (!Array.isArray(open)) return [mismatch(path, open, "a list")];
      return open.flatMap((inner, index) =>
        typeMismatches(inner, type.element, `${path}[${String(index)}]`, resolve),
      );
    case "map":
      if (!isMap(open)) return [mismatch(path, open, "a map")];
      return Object.entries(open).flatMap(([key, inner]) =>
        typeMismatches(inner, type.element, join(path, key), resolve),
      );
    case "object":
      return objectMismatches(open, type.fields, path, resolve);
    case "reference":
      return typeMismatches(open, resolve(type.name), path, resolve);
    case "union":
      return unionMismatches(open, type.members, path, resolve);
  }
}

/** The findings of the alternative that comes nearest: one of the same shape, with the fewest. */
function unionMismatches(
  value: unknown,
  members: readonly Type[],
  path: string,
  resolve: Resolve,
): Mismatch[] {
  const alternatives = narrowed(members, resolve);
  const found = alternatives.map((member) => typeMismatches(value, member, path, resolve));
  if (found.some((mismatches) => mismatches.length === 0)) return [];
  const nested = found.filter((mismatches) => mismatches.every((inner) => inner.path !== path));
  const [nearest] = nested.sort((a, b) => a.length - b.length);
  return nearest ?? [mismatch(path, value, accepted({ kind: "union", members }, resolve))];
}

/** `string | enums.X` declares an enum that may grow; against the pinned version only its values count. */
function narrowed(members: readonly Type[], resolve: Resolve): readonly Type[] {
  const all = members.map((member) => (member.kind === "reference" ? resolve(member.name) : member));
  const hasEnum = members.some(
    ({ kind, ...member }) => "name" in member && isEnum(member.name) && kind === "reference",
  );
  return hasEnum ? all.filter(({ kind }) => kind !== "string") : all;
}

function isEnum(name: string): boolean {
  return name.startsWith("enums.") && !openEnums.has(name);
}

/** Lists of what a cloud had on the day of the SDK's release: other values are good as well. */
const openEnums = new Set([
  "enums.compute.VirtualMachineSizeTypes",
  "enums.iam.ManagedPolicy",
  "enums.ec2.InstanceType",
  "enums.rds.InstanceType",
]);

/** What a type accepts, in words. */
function accepted(type: Type, resolve: Resolve): string {
  switch (type.kind) {
    case "any":
      return "a value";
    case "string":
      return "a text";
    case "number":
      return "a number";
    case "boolean":
      return "true or false";
    case "asset":
      return "an asset";
    case "literal":
      return JSON.stringify(type.value);
    case "array":
      return "a list";
    case "map":
      return "a map";
    case "object":
      return "an object";
    case "reference":
      return accepted(resolve(type.name), resolve);
    case "union": {
      const words = flattened(type.members, resolve).map((member) => accepted(member, resolve));
      const shownWords =
        words.length > 12 ? [...words.slice(0, 12), `${String(words.length - 12)} more`] : words;
      return shownWords.length < 2
        ? shownWords.join("")
        : `${shownWords.slice(0, -1).join(", ")} or ${shownWords.at(-1) ?? ""}`;
    }
  }
}

function flattened(members: readonly Type[], resolve: Resolve): Type[] {
  return narrowed(members, resolve).flatMap((member) =>
    member.kind === "union" ? flattened(member.members, resolve) : [member],
  );
}

function mismatch(path: string, value: unknown, expected: string): Mismatch {
  return { path, reason: `got ${shown(value)}; accepted: ${expected}` };
}

function shown(value: unknown): string {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    const text = JSON.stringify(value);
    return text.length > 80 ? `${text.slice(0, 77)}…"` : text;
  }
  if (Array.isArray(value)) return "a list";
  return value === null ? "null" : "an object";
}

function join(path: string, key: string): string {
  const step = /^[A-Za-z_$][\w$-]*$/.test(key) ? key : `["${key}"]`;
  if (path === "") return step;
  return step.startsWith("[") ? `${path}${step}` : `${path}.${step}`;
}

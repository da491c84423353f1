/**
 * What of a setting is not as its schema says. The engine checks schemas too, but names neither the value nor an example, and
 * a command and a test read a configuration without it.
 */
import type { PolicyConfigSchema } from "@pulumi/policy";
import { durationPattern, sizePattern } from "./facts/amounts.ts";
import { isMap, shown } from "./resource.ts";

type Schema = PolicyConfigSchema["properties"][string];

/** What {@link schemaFaults} reads of a schema; a test holds every setting against it. */
export const readKeywords = [
  ...["type", "pattern", "minLength", "minimum", "maximum", "items", "additionalProperties"],
  ...["default", "description"],
] as const;

/**
 * @param where the key path, `cost-tags.required`
 * @returns a line for each thing that is wrong: key, value, and what is accepted
 */
export function schemaFaults(where: string, value: unknown, schema: Schema): readonly string[] {
  if (!isAccepted(value, schema)) return [`${where}: got ${shown(value)}, expected ${accepted(schema)}`];
  const { items, additionalProperties } = schema;
  if (Array.isArray(value) && isMap(items))
    return value.flatMap((item, index) => schemaFaults(`${where}[${String(index)}]`, item, items));
  if (isMap(value) && isMap(additionalProperties))
    return Object.entries(value).flatMap(([key, inner]) =>
      schemaFaults(`${where}.${key}`, inner, additionalProperties),
    );
  return [];
}

function isAccepted(value: unknown, schema: Schema): boolean {
  const { pattern, minLength = 0, minimum = -Infinity, maximum = Infinity } = schema;
  if (!typesOf(schema).some((type) => isOfType(value, type))) return false;
  if (typeof value === "string")
    return (
      Array.from(value).length >= minLength && (pattern === undefined || new RegExp(pattern, "u").test(value))
    );
  return typeof value !== "number" || (value >= minimum && value <= maximum);
}

function isOfType(value: unknown, type: string): boolean {
  if (type === "integer") return Number.isInteger(value);
  if (type === "array") return Array.isArray(value);
  return type === "object" ? isMap(value) : typeof value === type;
}

function typesOf({ type = [] }: Schema): readonly string[] {
  return [type].flat();
}

/** `a duration such as "7d"`. */
function accepted(schema: Schema): string {
  const kinds = typesOf(schema).map((type) => kindOf(type, schema));
  const { default: initial } = schema;
  const isTelling = typeof initial === "string" || typeof initial === "number" || Array.isArray(initial);
  const example = isTelling && initial !== "" && shown(initial) !== "[]" ? ` such as ${shown(initial)}` : "";
  return `${kinds.join(" or ")}${example}`;
}

function kindOf(type: string, schema: Schema): string {
  const { pattern, minLength, minimum, maximum, items, additionalProperties } = schema;
  if (type === "boolean") return "true or false";
  if (type === "array") return isMap(items) ? `a list, each item ${accepted(items)}` : "a list";
  if (type === "object")
    return isMap(additionalProperties)
      ? `an object, each value ${accepted(additionalProperties)}`
      : "an object";
  if (type === "string") {
    if (pattern === durationPattern) return "a duration";
    if (pattern === sizePattern) return "a size";
    return minLength === undefined ? "a text" : `a text of ${String(minLength)} characters or more`;
  }
  const number = type === "integer" ? "a whole number" : "a number";
  if (minimum === undefined) return number;
  return maximum === undefined
    ? `${number} of ${String(minimum)} or more`
    : `${number} from ${String(minimum)} to ${String(maximum)}`;
}

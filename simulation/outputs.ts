/** All outputs of a simulated resource: its inputs, what its cloud makes of them, and a likely value for every other declared one. */
import type { Cloud, Existing } from "./cloud.ts";
import { guid, hex, moment } from "./invented.ts";
import { isMap, isSecret, plain, secret, unknown, type Properties } from "./propertyValues.ts";
import type { Fields, Type } from "./schema/types.ts";
import type { Resolve } from "./schema/validate.ts";

/** @param preview computed outputs are unknown, as with a real cloud before it has created anything */
export function outputsOf(cloud: Cloud, resource: Existing, resolve: Resolve, preview: boolean): Properties {
  const { declaration, inputs, urn, id, name } = resource;
  const given = Object.fromEntries(Object.entries(inputs).filter(([key]) => !key.startsWith("__")));
  const known = cloud.outputs(resource);
  const special = preview ? (obscured(known) as Properties) : known;
  const seed = { urn: `${urn}|${id}`, name };
  const rest = Object.entries(declaration.outputs)
    .filter(([key, field]) => field.required && !(key in given) && !(key in known))
    .map(([key, field]) => [key, preview ? unknown : likely(key, field.type, seed, resolve)]);
  const all = laidOver({ ...Object.fromEntries(rest), ...given }, special) as Properties;
  for (const key of declaration.secretOutputs) if (all[key] !== undefined) all[key] = secret(all[key]);
  return all;
}

/** Everything of a declared result, with `known` laid over it. */
export function resultOf(fields: Fields, known: Properties, seed: string, resolve: Resolve): Properties {
  const rest = Object.entries(fields)
    .filter(([key, field]) => field.required && !(key in known))
    .map(([key, field]) => [key, likely(key, field.type, { urn: seed, name: seed }, resolve)]);
  return laidOver(Object.fromEntries(rest), known) as Properties;
}

interface Seed {
  readonly urn: string;
  readonly name: string;
}

function likely(key: string, type: Type, seed: Seed, resolve: Resolve): unknown {
  switch (type.kind) {
    case "string":
      return likelyText(key, seed);
    case "number":
      return 0;
    case "boolean":
      return false;
    case "literal":
      return type.value;
    case "array":
      return [];
    case "map":
      return {};
    case "any":
    case "asset":
      return undefined;
    case "reference":
      return likely(key, resolve(type.name), seed, resolve);
    case "union":
      return type.members[0] && likely(key, type.members[0], seed, resolve);
    case "object":
      return Object.fromEntries(
        Object.entries(type.fields)
          .filter(([, field]) => field.required)
          .map(([inner, field]) => [inner, likely(inner, field.type, seed, resolve)]),
      );
  }
}

function likelyText(key: string, { urn, name }: Seed): string {
  if (/(?:principal|client|tenant|object|subscription)Id$/i.test(key)) return guid(`${urn}${key}`);
  if (/provisioningState$/.test(key)) return "Succeeded";
  if (/^(?:status|state)$/.test(key)) return "ACTIVE";
  if (/(?:At|Time|Date|Timestamp)$/.test(key)) return moment;
  if (/(?:endpoint|url|uri)$/i.test(key)) return `https://${hex(`${urn}${key}`, 12)}.simulated.invalid/`;
  if (/name$/i.test(key)) return name;
  return `${key}-${hex(`${urn}${key}`)}`;
}

/** The same shape with every value unknown. */
function obscured(value: unknown): unknown {
  if (!isMap(value) || isSecret(value)) return isSecret(value) ? secret(unknown) : unknown;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, obscured(inner)]));
}

/** `over` laid on `under`, map by map; a secret of `under` stays one. */
function laidOver(under: unknown, over: unknown): unknown {
  if (over === undefined) return under;
  const below = plain(under);
  if (!isMap(below) || !isMap(over) || isSecret(over)) return over;
  const keys = [...new Set([...Object.keys(below), ...Object.keys(over)])];
  const merged = Object.fromEntries(keys.map((key) => [key, laidOver(below[key], over[key])]));
  return isSecret(under) ? secret(merged) : merged;
}

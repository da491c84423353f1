/** Whether a chart knows the values that it is given: Helm ignores in silence what it does not know. */
import { isMap, isScalar, parseDocument, type YAMLMap } from "yaml";

/** What a chart has at some place of its values: the node, and where its text with its comments is in the source. */
interface Place {
  readonly node: unknown;
  readonly source: string;
  readonly start: number;
  readonly end: number;
}

/** A JSON schema, as far as it is walked. */
interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly $ref?: string;
}

export interface Chart {
  readonly values: string;
  readonly schema?: object | undefined;
  readonly subcharts?: Readonly<Record<string, string>>;
}

/**
 * Paths of `values` that the chart does not have. A key is known when values.yaml has it, has it as a commented
 * example in the same block, or the schema has it. Below an empty map, an empty list, nothing, or one of Kubernetes' own types
 * everything goes: the API server's strict validation looks at those. Lists are not looked into.
 *
 * @param free paths below which a chart passes on whatever it is given, such as Grafana's own settings
 */
export function unknownValues(
  values: Readonly<Record<string, unknown>>,
  chart: Chart,
  free: readonly string[] = [],
): string[] {
  const subcharts = Object.fromEntries(
    Object.entries(chart.subcharts ?? {}).map(([name, source]) => [name, placeOf(source)]),
  );
  const walk = (
    value: unknown,
    places: readonly Place[],
    schemas: readonly Schema[],
    path: string,
  ): string[] => {
    if (!isObject(value) || free.includes(path)) return [];
    if (isOpen(places, schemas)) return [];
    return Object.entries(value).flatMap(([key, child]) => {
      const at = path === "" ? key : `${path}.${key}`;
      const under = places.flatMap((place) => childOf(place, key));
      if (path === "" && subcharts[key] !== undefined) under.push(subcharts[key]);
      // Every chart that `helm create` began has these in its templates, and many leave them out of its values.
      if (nameOverrides.includes(key) && (path === "" || path in subcharts)) return [];
      const described = schemas.flatMap((schema) => propertyOf(schema, key, chart.schema));
      if (under.length > 0 || described.length > 0)
        return isKubernetesType(key) ? [] : walk(child, under, described, at);
      return places.some((place) => hasCommentedKey(place, key)) ? [] : [at];
    });
  };
  return walk(values, [placeOf(chart.values)], chart.schema === undefined ? [] : [chart.schema], "");
}

function placeOf(source: string): Place {
  return { node: parseDocument(source, { merge: true }).contents, source, start: 0, end: source.length };
}

const nameOverrides: readonly string[] = ["nameOverride", "fullnameOverride"];

/** Values that a chart copies into objects as they are. */
const kubernetesTypes =
  /(^|[a-z])(resources|securityContext|affinity|nodeSelector|tolerations|annotations|labels|strategy|probe|selector|topologySpreadConstraints)$/i;

function isKubernetesType(key: string): boolean {
  return kubernetesTypes.test(key);
}

/** Whether nothing is said of what is below: the chart takes whatever comes. */
function isOpen(places: readonly Place[], schemas: readonly Schema[]): boolean {
  const said = places.some(({ node }) => !isEmpty(node));
  const described = schemas.some(({ properties, $ref }) => properties !== undefined || $ref !== undefined);
  return !said && !described;
}

function isEmpty(node: unknown): boolean {
  if (isMap(node)) return node.items.length === 0;
  if (isScalar(node)) return node.value === null;
  return node === null || node === undefined || (isSequence(node) && node.items.length === 0);
}

function isSequence(node: unknown): node is { items: unknown[] } {
  return typeof node === "object" && node !== null && "items" in node && !isMap(node);
}

/** The value of a key; its text reaches to the next key beside it. */
function childOf({ node, source, start, end }: Place, key: string): Place[] {
  if (!isMap(node)) return [];
  const at = node.items.findIndex((item) => isScalar(item.key) && item.key.value === key);
  if (at < 0) return [];
  return [
    {
      node: node.items[at]?.value,
      source,
      start: startOf(node, at) ?? start,
      end: startOf(node, at + 1) ?? end,
    },
  ];
}

function startOf(map: YAMLMap, at: number): number | undefined {
  const key = map.items[at]?.key;
  return isScalar(key) ? key.range?.[0] : undefined;
}

function hasCommentedKey({ source, start, end }: Place, key: string): boolean {
  const escaped = key.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^\\s*#+\\s*-?\\s*"?${escaped}"?:`, "m").test(source.slice(start, end));
}

function propertyOf(schema: Schema, key: string, root: object | undefined): Schema[] {
  const target = resolve(schema, root);
  const found = target.properties?.[key];
  if (found !== undefined) return [resolve(found, root)];
  return typeof target.additionalProperties === "object" ? [resolve(target.additionalProperties, root)] : [];
}

/** Follows references within the document. */
function resolve(schema: Schema, root: object | undefined): Schema {
  if (schema.$ref?.startsWith("#/") !== true) return schema;
  const steps = schema.$ref.slice(2).split("/");
  return steps.reduce<unknown>((node, step) => (isObject(node) ? node[step] : undefined), root) as Schema;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

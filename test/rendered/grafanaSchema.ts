/** Grafana's own schema of a dashboard, from the types that its repository generates of its definitions (@grafana/schema). */
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createGenerator } from "ts-json-schema-generator";

const types = join(
  createRequire(import.meta.url).resolve("@grafana/schema/package.json"),
  "../dist/types/raw",
);

/** A panel's type with the folder of its own schema. */
const panels = { timeseries: "timeseries", stat: "stat", table: "table", gauge: "gauge" } as const;

export interface GrafanaSchema {
  /** Errors of a dashboard, each with its place; none of one that Grafana knows every field of. */
  readonly errors: (dashboard: unknown) => string[];
}

interface PanelJson {
  readonly type: string;
  readonly title?: string;
  readonly options?: unknown;
  readonly fieldConfig?: { readonly defaults?: { readonly custom?: unknown } };
}

/** Takes some seconds: the schemas are made from the types. */
export function grafanaSchema(): GrafanaSchema {
  const dashboard = validator("dashboard/x/types.gen.d.ts", "Dashboard");
  const parts = new Map(
    Object.entries(panels).map(([type, folder]) => {
      const path = `composable/${folder}/panelcfg/x/types.gen.d.ts`;
      const custom =
        folder === "timeseries" || folder === "table" ? validator(path, "FieldConfig") : undefined;
      return [type, { options: validator(path, "Options"), custom }] as const;
    }),
  );
  const errorsOfPanel = (panel: PanelJson): string[] => {
    if (panel.type === "row") return [];
    const part = parts.get(panel.type);
    const place = `panel ${panel.title ?? "?"}`;
    if (part === undefined) return [`${place}: no schema for type ${panel.type}`];
    const custom = panel.fieldConfig?.defaults?.custom ?? {};
    return [
      ...errorsOf(part.options, panel.options ?? {}, `${place} options`),
      ...(part.custom === undefined ? [] : errorsOf(part.custom, custom, `${place} custom`)),
    ];
  };
  return {
    errors: (json) => [
      ...errorsOf(dashboard, withoutQueries(json), "dashboard"),
      ...((json as { panels?: PanelJson[] }).panels ?? []).flatMap(errorsOfPanel),
    ],
  };
}

/**
 * Of an annotation the schema knows what Grafana's own store is asked, by its own words "TODO: this should be a regular
 * DataQuery"; what a data source is asked, and how it tells, is the data source's.
 */
function withoutQueries(json: unknown): unknown {
  const { annotations, ...dashboard } = json as { annotations?: { list: Record<string, unknown>[] } };
  const list = (annotations?.list ?? []).map((annotation) => {
    const { target: _target, titleFormat: _format, useValueForTime: _time, ...known } = annotation;
    return known;
  });
  return { ...dashboard, annotations: { list } };
}

function validator(file: string, type: string): ValidateFunction {
  const schema = createGenerator({
    path: join(types, file),
    type,
    skipTypeCheck: true,
    // A field that the schema does not know is one that Grafana ignores.
    additionalProperties: false,
  }).createSchema(type);
  // Every option of a panel has a default; what is given must be right.
  return new Ajv({ allErrors: true, strict: false }).compile(partial(schema, type));
}

/** Only the dashboard's own required fields are asked for. */
function partial(schema: object, type: string): object {
  if (type === "Dashboard") return schema;
  return JSON.parse(
    JSON.stringify(schema, (key, value: unknown) => (key === "required" ? undefined : value)),
  ) as object;
}

function errorsOf(validate: ValidateFunction, json: unknown, place: string): string[] {
  return validate(json) ? [] : (validate.errors ?? []).map((error) => `${place} ${describe(error)}`);
}

function describe({ instancePath, message, params }: ErrorObject): string {
  return `${instancePath} ${message ?? ""} ${JSON.stringify(params)}`;
}

/**
 * The charts' own values and the schemas of custom resources, which lie beside the repository (`../shared`) and are no
 * part of it: tests that need them are left out where they are not.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { charts, type ChartName } from "../../monitoring/kubernetes/charts.ts";

export const referenceFolder = resolve(import.meta.dirname, "../../../shared");

export const crdSchemas = join(referenceFolder, "crds");

/** Leaves a suite out, saying why, where the reference is not. */
export function needsReference(this: Mocha.Context): void {
  if (!existsSync(crdSchemas)) leaveOut(this, `${referenceFolder} has neither charts nor crds`);
}

/** Skips what runs in this context, and says why. */
export function leaveOut(context: Mocha.Context, reason: string): never {
  console.log(`      skipped: ${reason}`);
  context.skip();
}

/** What a chart says of itself. */
export interface ChartReference {
  readonly version: string;
  /** Source of values.yaml. */
  readonly values: string;
  readonly schema: object | undefined;
  /** Sources of the values.yaml of its subcharts, by name. */
  readonly subcharts: Readonly<Record<string, string>>;
}

/** Charts that the reference does not have: `kubernetesCharts.test.ts` looks at them, where there are charts. */
export const notInReference: readonly ChartName[] = ["prometheus-adapter"];

/** Folders that are named otherwise than the chart: two charts of one name come from different houses. */
const folders: Partial<Record<ChartName, string>> = { memcached: "cloudpirates-memcached" };

export function chartReference(name: ChartName): ChartReference {
  const folder = join(referenceFolder, "charts", folders[name] ?? charts[name].chart);
  const read = (...path: string[]): string => readFileSync(join(folder, ...path), "utf8");
  const { version } = JSON.parse(read("chart.json")) as { version: string };
  const subcharts = existsSync(join(folder, "subcharts")) ? readdirSync(join(folder, "subcharts")) : [];
  return {
    version,
    values: read("values.yaml"),
    schema: existsSync(join(folder, "values.schema.json"))
      ? (JSON.parse(read("values.schema.json")) as object)
      : undefined,
    subcharts: Object.fromEntries(subcharts.map((sub) => [sub, read("subcharts", sub, "values.yaml")])),
  };
}

/** A schema of `../shared/crds`, by the kind that it describes. */
export interface CrdSchema {
  readonly group: string;
  readonly version: string;
  /** In lower case, as the file's name has it. */
  readonly kind: string;
  readonly schema: Readonly<Record<string, unknown>>;
}

export function allCrdSchemas(): CrdSchema[] {
  return readdirSync(crdSchemas).flatMap((group) =>
    readdirSync(join(crdSchemas, group)).map((file): CrdSchema => {
      const [kind = "", version = ""] = file.replace(/\.json$/, "").split("_");
      const schema = mended(JSON.parse(readFileSync(join(crdSchemas, group, file), "utf8")));
      return { group, version, kind, schema: schema as CrdSchema["schema"] };
    }),
  );
}

/**
 * Who wrote `additionalProperties: false` into the schemas took fields that are named `properties` for the keyword, and put it
 * among the fields, where it is no schema: external-secrets' provider `crd` has such a field.
 */
function mended(node: unknown, among?: string): unknown {
  if (Array.isArray(node)) return node.map((item) => mended(item));
  if (typeof node !== "object" || node === null) return node;
  const fields = Object.entries(node).filter(([, value]) => among !== "properties" || value !== false);
  // Below a field of any name, `properties` is the keyword again.
  return Object.fromEntries(
    fields.map(([key, value]) => [key, mended(value, among === "properties" ? undefined : key)]),
  );
}

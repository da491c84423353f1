/** What the values of a release say wherever they say it: charts have no common shape, and common words. */
import { isMap, known, type Properties } from "../resource.ts";
import { valuePath, type Release } from "./releases.ts";

export interface NamedMap {
  /** `values.webhook.securityContext`. */
  readonly path: string;
  /** The last step of the path: `securityContext`. */
  readonly key: string;
  readonly map: Properties;
}

/** Every map below the values, lists included; what is not known yet is left out. */
export function mapsOf({ values }: Release): readonly NamedMap[] {
  return below(values, "");
}

function below(value: unknown, path: string): readonly NamedMap[] {
  if (Array.isArray(value))
    return value.flatMap((_, index) =>
      known(() => below((value as unknown[])[index], `${path}[${String(index)}]`), []),
    );
  if (!isMap(value)) return [];
  const own = {
    path: path === "" ? "values" : valuePath(path),
    key: path.split(".").at(-1) ?? "",
    map: value,
  };
  return [
    own,
    ...Object.keys(value).flatMap((key) =>
      known(() => below(value[key], path === "" ? key : `${path}.${key}`), []),
    ),
  ];
}

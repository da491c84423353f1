/** What the values of a release say wherever they say it: charts have no common shape, and common words. */
import { isMap, known, type Properties } from "../resource.ts";
import type { Release } from "./releases.ts";

export interface NamedMap {
  /** `values.webhook.securityContext`. */
  readonly path: string;
  /** The last step of the path: `securityContext`. */
  readonly key: string;
  readonly map: Properties;
}

/** Every map below the values, lists included; what is not known yet is left out. */
export function mapsOf({ values }: Release): readonly NamedMap[] {
  return mapsBelow(values, "values");
}

/** The same of anything. @param path of the value, which begins those of the maps */
export function mapsBelow(value: unknown, path: string): readonly NamedMap[] {
  if (Array.isArray(value))
    return value.flatMap((_, index) =>
      known(() => mapsBelow((value as unknown[])[index], `${path}[${String(index)}]`), []),
    );
  if (!isMap(value)) return [];
  return [
    { path, key: path.split(".").slice(1).at(-1) ?? "", map: value },
    ...Object.keys(value).flatMap((key) => known(() => mapsBelow(value[key], `${path}.${key}`), [])),
  ];
}

/** The paths at which two sets of inputs differ. */
import { isMap, isUnknown, plain } from "./propertyValues.ts";

export interface Difference {
  /** `spec.replicas`, `tags["a.b"]`, `rules[0].days` */
  readonly path: string;
  readonly kind: "added" | "removed" | "changed";
}

/** Secrets are compared by what is inside; an unknown differs from everything. */
export function differences(before: unknown, after: unknown, path = ""): Difference[] {
  const [old, now] = [plain(before), plain(after)];
  if (now === undefined) return old === undefined ? [] : [{ path, kind: "removed" }];
  if (old === undefined) return [{ path, kind: "added" }];
  if (isUnknown(now)) return [{ path, kind: "changed" }];
  if (isMap(old) && isMap(now)) {
    const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])].filter(
      (key) => !key.startsWith("__"),
    );
    return keys.flatMap((key) => differences(old[key], now[key], stepTo(path, key)));
  }
  if (Array.isArray(old) && Array.isArray(now)) {
    return Array.from({ length: Math.max(old.length, now.length) }, (_, index) =>
      differences(old[index], now[index], `${path}[${String(index)}]`),
    ).flat();
  }
  return Object.is(old, now) ? [] : [{ path, kind: "changed" }];
}

function stepTo(path: string, key: string): string {
  if (!/^[A-Za-z_$][\w$-]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}

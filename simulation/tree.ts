/** The resources of a stack as a person reads them: what belongs to what, and how many there are of each type. */
import type { StackResource } from "./exported.ts";

/** One line a resource, indented under its parent, in the order of their creation. Providers are left out. */
export function resourceTree(resources: readonly StackResource[]): string[] {
  const shown = resources.filter(isShown);
  const children = Map.groupBy(shown, ({ parent }) => parent ?? "");
  const known = new Set(shown.map(({ urn }) => urn));
  const roots = shown.filter(({ parent }) => parent === undefined || !known.has(parent));
  return roots.flatMap((root) => [line(root), ...branches(root.urn, children, "")]);
}

/** `kubernetes:core/v1:ConfigMap` → 12, the most frequent first. */
export function countsByType(resources: readonly StackResource[]): [type: string, count: number][] {
  const groups = Map.groupBy(resources.filter(isShown), ({ type }) => type);
  return [...groups]
    .map(([type, members]): [string, number] => [type, members.length])
    .sort(([a, many], [b, few]) => few - many || (a < b ? -1 : 1));
}

function branches(
  urn: string,
  children: ReadonlyMap<string, readonly StackResource[]>,
  indent: string,
): string[] {
  const own = children.get(urn) ?? [];
  return own.flatMap((child, at) => {
    const last = at === own.length - 1;
    return [
      `${indent}${last ? "└─ " : "├─ "}${line(child)}`,
      ...branches(child.urn, children, `${indent}${last ? "   " : "│  "}`),
    ];
  });
}

function line({ type, urn }: StackResource): string {
  return `${type}  ${urn.split("::").at(-1) ?? ""}`;
}

function isShown({ type }: StackResource): boolean {
  return !type.startsWith("pulumi:providers:");
}

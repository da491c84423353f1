/**
 * Whether everything waits for what it needs: an object for its namespace, a custom resource for the release that defines it.
 *
 * A run alone does not tell: what is created side by side may come in the right order by luck. The state has what each resource
 * depends on, so the answer is the same every time.
 */
import type { StackResource } from "./exported.ts";
import { chartName, chartsDefining } from "./kubernetes/custom.ts";
import { textAt } from "./propertyValues.ts";

/** One sentence for each resource that does not wait, with the way to mend it. */
export function orderFaults(resources: readonly StackResource[]): string[] {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  return resources.flatMap((resource) => {
    const needed = needsOf(resource, resources);
    if (needed.every((urns) => urns.length === 0)) return [];
    const before = predecessors(resource, byUrn);
    return needed
      .filter((urns) => urns.length > 0 && !urns.some((urn) => before.has(urn)))
      .map(
        (urns) =>
          `${named(resource.urn)} does not wait for ${urns.map(named).join(" or ")}: make it depend on it`,
      );
  });
}

/** Alternatives, for each thing that is needed; none where the stack does not make it itself. */
function needsOf(resource: StackResource, resources: readonly StackResource[]): string[][] {
  const { type, inputs } = resource;
  if (!type.startsWith("kubernetes:")) return [];
  const namespace = textAt(inputs, "metadata", "namespace") ?? textAt(inputs, "namespace");
  const charts = chartsDefining(type);
  return [
    urnsOf(
      resources,
      (other) => other.type === "kubernetes:core/v1:Namespace" && nameIn(other) === namespace,
    ),
    urnsOf(resources, (other) => charts.includes(chartName(textAt(other.inputs, "chart") ?? ""))),
  ];
}

function urnsOf(resources: readonly StackResource[], wanted: (resource: StackResource) => boolean): string[] {
  return resources.filter(wanted).map(({ urn }) => urn);
}

function nameIn({ inputs }: StackResource): string | undefined {
  return textAt(inputs, "metadata", "name");
}

/** Everything that is complete before the resource begins: its dependencies, its provider, and what its parents wait for. */
function predecessors(
  resource: StackResource,
  byUrn: ReadonlyMap<string, StackResource>,
): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [resource];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { dependencies = [], parent, provider } = next;
    // A provider is referred to as URN::id.
    for (const urn of [...dependencies, parent, provider?.replace(/::[^:]*$/, "")]) {
      const known = urn === undefined || found.has(urn) ? undefined : byUrn.get(urn);
      if (known === undefined) continue;
      found.add(known.urn);
      open.push(known);
    }
  }
  return found;
}

function named(urn: string): string {
  const [type, name] = urn.split("::").slice(2);
  return `${type?.split("$").at(-1) ?? ""} ${name ?? ""}`;
}

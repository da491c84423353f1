/**
 * Breaks every input of a state that has to do with security or retention, one at a time. What has to do with them, and which
 * way is the weaker, is told by the words of names and by values, not by what the policies look at: what no policy notices is
 * a gap. A mutant that the cloud's own schema refuses is none.
 */
import type { StackResource } from "../../policies/resource.ts";
import { breakingsOf, gone, type Operator } from "./breaking.ts";
import { isRefused } from "./schemas.ts";

export interface Mutant {
  /** What was done: `blocks (aws:s3/…): versioningConfiguration.status "Enabled" → "Disabled"`. */
  readonly what: string;
  readonly operator: Operator | "delete" | "unprotect";
  readonly type: string;
  /** Of the property, indices as `*`. */
  readonly shape: string;
  readonly original: StackResource;
  /** Absent where the resource is gone. */
  readonly changed?: StackResource;
}

/** Types that only describe or belong to the engine, and rules and monitors, which watch and open nothing. */
const silent =
  /^(?:pulumi:|vigil:|random:|tls:|kubernetes:monitoring\.coreos\.com\/v1:(?:PrometheusRule|PodMonitor|ServiceMonitor)|kubernetes:core\/v1:LimitRange)/;

export function mutantsOf(resources: readonly StackResource[]): Mutant[] {
  return resources
    .filter(({ type }) => !silent.test(type))
    .flatMap((resource) => [...changed(resource), ...deleted(resource), ...unprotected(resource)]);
}

function changed(original: StackResource): Mutant[] {
  const refusedAnyway = isRefused(original.type, original.props);
  return breakingsOf(original.props).flatMap(({ steps, was, becomes, operator, whole }) => {
    const props = whole as StackResource["props"];
    if (!refusedAnyway && isRefused(original.type, props)) return [];
    const path = steps.join(".");
    return [
      {
        what: `${original.name} (${original.type}): ${path} ${short(was)} → ${becomes === gone ? "nothing" : short(becomes)}`,
        operator,
        type: original.type,
        shape: steps.map((step) => (typeof step === "number" ? "*" : step)).join("."),
        original,
        changed: { ...original, props, origins: computed(original, props) },
      },
    ];
  });
}

/** A property that is gone was computed from nothing. */
function computed({ origins }: StackResource, props: StackResource["props"]): StackResource["origins"] {
  return Object.fromEntries(Object.entries(origins).filter(([property]) => property in props));
}

/** Resources that are there to guard, keep or record another. */
const guards =
  /Block$|Versioning|Lifecycle|Encryption|Policy$|OwnershipControls|Logging$|BlobServiceProperties|DiagnosticSetting|FlowLog|DefaultSecurityGroup|PrivateEndpoint$|Replication|PodDisruptionBudget|MaintenanceConfiguration|ManagementLock/;

function deleted(original: StackResource): Mutant[] {
  const kind = original.type.split(":").at(-1) ?? "";
  // A policy of an identity grants: without it there is less.
  if (!guards.test(kind) || original.type.startsWith("aws:iam/")) return [];
  const what = `${original.name} (${original.type}): deleted`;
  return [{ what, operator: "delete", type: original.type, shape: "", original }];
}

function unprotected(original: StackResource): Mutant[] {
  if (!original.protect) return [];
  const what = `${original.name} (${original.type}): protect true → false`;
  const changed = { ...original, protect: false };
  return [{ what, operator: "unprotect", type: original.type, shape: "", original, changed }];
}

function short(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 97)}…` : text;
}

/** What a run over an exported state has not looked at, so that nobody takes silence for a yes. */
import { policies } from "./catalogue.ts";
import { readConfiguration } from "./configuration.ts";
import type { PackConfiguration } from "./packConfiguration.ts";
import { isUnknownTo } from "./providers.ts";
import { isMap } from "./resource.ts";

/** Of `pulumi stack export`. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  /** Whether a provider manages it: a component has none. */
  readonly custom?: boolean;
  /** Whether it is on its way out; the engine leaves it out. */
  readonly delete?: boolean;
  readonly inputs?: unknown;
  readonly outputs?: unknown;
}

/** Resources of providers of which no policy knows any type. */
export function foreignNotice(all: readonly StateResource[]): string | undefined {
  const isUnknown = isUnknownTo(policies);
  const managed = all.filter(
    (one) => one.custom === true && one.delete !== true && !one.type.startsWith("pulumi:"),
  );
  const foreign = managed.filter(({ type }) => isUnknown(type));
  if (foreign.length === 0) return undefined;
  const counts = [...Map.groupBy(foreign, ({ type }) => type)]
    .map(([type, { length }]) => [type, length] as const)
    .sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))
    .map(([type, count]) => `${type} (${String(count)})`);
  const rest = counts.length - shownTypes;
  const named = [...counts.slice(0, shownTypes), ...(rest > 0 ? [`and ${String(rest)} more`] : [])];
  return `${String(foreign.length)} of ${String(managed.length)} resources are of providers that no policy knows, and were looked at for keys in plain text only: ${named.join(", ")}`;
}

const shownTypes = 5;

/** Values that the engine had no key for: to policies they are not known. */
export function encryptedNotice(all: readonly StateResource[]): string | undefined {
  const places = all.flatMap(({ urn, inputs, outputs }) => [
    // What is both given and kept is one value.
    ...new Set([...encrypted(inputs), ...encrypted(outputs)].map((path) => `${urn} ${path}`)),
  ]);
  const { length } = places;
  return length === 0
    ? undefined
    : `${String(length)} ${length === 1 ? "value of the state is encrypted and was" : "values of the state are encrypted and were"} not looked at; export it with pulumi stack export --show-secrets`;
}

/** How a state marks a secret: sdk/go/common/resource/sig. */
const secretKey = "4dabf18193072939515e22adb298388d";

function encrypted(value: unknown, path = ""): readonly string[] {
  if (Array.isArray(value))
    return value.flatMap((inner, index) => encrypted(inner, `${path}[${String(index)}]`));
  if (!isMap(value)) return [];
  if (secretKey in value && typeof value["ciphertext"] === "string") return [path];
  return Object.entries(value).flatMap(([key, inner]) => encrypted(inner, `${path}.${key}`));
}

/** Exclusions of nothing: what they were for may have another name now, or be gone. */
export function exclusionNotices(
  all: readonly StateResource[],
  configuration: PackConfiguration,
  now: Date,
): readonly string[] {
  // A name may hold what stands between the parts of an URN.
  const named = all.map(({ urn }) => ({ urn, name: urn.split("::").slice(3).join("::") }));
  return policies.flatMap((policy) =>
    readConfiguration(policy, configuration[policy.id] ?? {}, now).exclusions.flatMap(
      ({ resource, matches }, index) =>
        named.some(matches)
          ? []
          : [
              `${policy.id}.exclusions[${String(index)}].resource: ${JSON.stringify(resource)} is no resource of the state`,
            ],
    ),
  );
}

/** A resource as policies see it, the same whether it comes from a preview, an update or an exported state. */

export type Properties = Readonly<Record<string, unknown>>;

/**
 * Reading a property that is unknown during a preview throws (the SDK's UnknownValueError): the policy is then reported as
 * not decided, and decided in the update.
 */
export interface Resource {
  readonly urn: string;
  /** Without the version that azure-native puts into some types. */
  readonly type: string;
  readonly name: string;
  readonly props: Properties;
  readonly protect: boolean;
  /** URN of the component that it belongs to. */
  readonly parent?: string;
  /** Settings of its provider, where they are said. */
  readonly provider?: Properties;
}

/** A resource together with what it was made from; only a look at the whole stack knows that. */
export interface StackResource extends Resource {
  /** By property: URNs of the resources whose outputs it was computed from. */
  readonly origins: Readonly<Record<string, readonly string[]>>;
}

export interface Stack {
  readonly resources: readonly StackResource[];
  readonly ofType: (...types: readonly string[]) => readonly StackResource[];
}

export function stackOf(resources: readonly StackResource[]): Stack {
  const byType = Map.groupBy(resources, ({ type }) => type);
  return { resources, ofType: (...types) => types.flatMap((type) => byType.get(type) ?? []) };
}

/** Names of before azure-native 3, which some still use. */
const renamed: Readonly<Record<string, string>> = {
  "azure-native:insights:DiagnosticSetting": "azure-native:monitor:DiagnosticSetting",
};

/** `azure-native:storage/v20240101:StorageAccount` is the StorageAccount of another day. */
export function plainType(type: string): string {
  const plain = type.replace(/^(azure-native:\w+)\/v\d{8}(?:preview)?:/, "$1:");
  return renamed[plain] ?? plain;
}

/**
 * The resources of `types` that belong to `owner` by `property`: computed from it, or naming it as one of `names` does
 * (an exported state holds plain names where nobody computed them).
 *
 * @throws the SDK's UnknownValueError where none is found, and one may belong to it: what it names is not known yet, and was
 * computed from nothing of the owner's type
 */
export function attached(
  stack: Stack,
  owner: StackResource,
  types: readonly string[],
  property: string,
  names: readonly unknown[],
): readonly StackResource[] {
  const all = stack.ofType(...types);
  const found = all.filter(
    ({ origins, props }) =>
      origins[property]?.includes(owner.urn) === true || known(() => names.includes(props[property]), false),
  );
  if (found.length > 0) return found;
  const owners = new Set(stack.ofType(owner.type).map(({ urn }) => urn));
  return all.filter(
    ({ origins, props }) =>
      origins[property]?.some((urn) => owners.has(urn)) !== true && names.includes(props[property]),
  );
}

/** The answer, or `otherwise` where it depends on what a preview does not know yet. */
export function known<Answer>(ask: () => Answer, otherwise: Answer): Answer {
  try {
    return ask();
  } catch (error) {
    if (isUnknown(error)) return otherwise;
    throw error;
  }
}

/** Whether this was thrown for a value that a preview does not know. */
export function isUnknown(error: unknown): boolean {
  return error instanceof Error && error.constructor.name === "UnknownValueError";
}

/**
 * Every fault of every item: an item that is not known yet hides no fault of another. What was not known is thrown at the
 * end, so that it is reported too.
 */
export function* everyOne<Item, Found>(
  items: Iterable<Item>,
  look: (item: Item) => Iterable<Found>,
): Generator<Found> {
  let undecided: unknown;
  for (const item of items)
    try {
      yield* look(item);
    } catch (error) {
      if (!isUnknown(error)) throw error;
      undecided ??= error;
    }
  if (undecided !== undefined) throw undecided as Error;
}

/**
 * What lies at the path, `undefined` where a step is missing. Steps are names and indices: `at(props, "spec", "ports", 0)`.
 * @throws the SDK's UnknownValueError where a step is not known yet
 */
export function at(value: unknown, ...steps: readonly (string | number)[]): unknown {
  return steps.reduce<unknown>(
    (inner, step) =>
      typeof inner === "object" && inner !== null
        ? (inner as Record<string | number, unknown>)[step]
        : undefined,
    value,
  );
}

/** The properties with some of them changed; what a preview does not know is handed on unread. */
export function changed(props: Properties, changes: Properties): Properties {
  const own = Object.entries(Object.getOwnPropertyDescriptors(props));
  return { ...Object.fromEntries(own.map(([name, { value }]) => [name, value as unknown])), ...changes };
}

export function isMap(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a setting is said yes to, also by a text, which templates make of `true`. */
export function isOn(value: unknown): boolean {
  return value === true || (typeof value === "string" && value.toLowerCase() === "true");
}

/** The list at the path; empty where there is none. */
export function listAt(value: unknown, ...steps: readonly (string | number)[]): readonly unknown[] {
  const found = at(value, ...steps);
  return Array.isArray(found) ? (found as unknown[]) : [];
}

/** How a value is quoted in a message: short, and never a secret's worth of text. */
export function quoted(value: unknown): string {
  return value === undefined || value === null ? "is not set" : `is ${shown(value)}`;
}

/** A value in a message or an error: short, in one line. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

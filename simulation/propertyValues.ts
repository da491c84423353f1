/**
 * Values as the engine sends them: plain JSON in which a secret, an unknown, an asset and a reference to a resource are marked.
 * Source of the marks: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/plugin/rpc.go
 */
export type Properties = Record<string, unknown>;

const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const assetSignatures = ["c44067f5952c0a294b673a41bacd8c17", "0def7320c3a5731c473e5ecbe6d01bc7"];

/** What stands for a value that is not known before the resource exists. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The same for values that are no text: any of them makes a value unknown. */
const unknowns: ReadonlySet<unknown> = new Set([
  unknown,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // boolean
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // array
  "030794c1-ac77-496b-92df-f27374a8bd58", // asset
  "e48ece36-62e2-4504-bad9-02848725956a", // archive
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);

export function isMap(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isUnknown(value: unknown): boolean {
  return unknowns.has(plain(value));
}

export function isSecret(value: unknown): value is { value: unknown } {
  return isMap(value) && value[signatureKey] === secretSignature;
}

export function isAsset(value: unknown): boolean {
  return isMap(value) && assetSignatures.includes(String(value[signatureKey]));
}

/** A secret stays one however often it is wrapped. */
export function secret(value: unknown): unknown {
  return isSecret(value) ? value : { [signatureKey]: secretSignature, value };
}

/** What is inside a secret; any other value as it is. One level: use `revealed` for what lies deeper. */
export function plain(value: unknown): unknown {
  return isSecret(value) ? plain(value.value) : value;
}

/** The value with every secret in it opened, for comparing and deriving; never to be stored. */
export function revealed(value: unknown): unknown {
  const open = plain(value);
  if (Array.isArray(open)) return open.map(revealed);
  if (!isMap(open)) return open;
  return Object.fromEntries(Object.entries(open).map(([key, inner]) => [key, revealed(inner)]));
}

/** Whether a secret lies anywhere in the value. */
export function holdsSecret(value: unknown): boolean {
  if (isSecret(value)) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsSecret);
}

/** The value at a path such as `["metadata", "name"]`, opened on the way; undefined where there is none. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => {
    const open = plain(inner);
    return isMap(open) ? open[key] : undefined;
  }, value);
}

/** The text at a path; undefined where there is none, or where it is not known yet. */
export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = plain(at(value, ...path));
  return typeof found === "string" && !unknowns.has(found) ? found : undefined;
}

/** Without the entries that are undefined, at every depth: the wire has no such value. */
export function defined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((inner) => defined(inner) ?? null);
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .map(([key, inner]) => [key, defined(inner)]),
  );
}

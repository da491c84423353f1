/** Every text that a resource holds, wherever in its properties. */
import { unpacked } from "./payloads.ts";
import { isMap, known, type Properties, type Resource } from "../resource.ts";
import { parsedJson } from "../text.ts";

export interface Text {
  readonly path: string;
  readonly text: string;
  /** What it is called: its key, or the name that stands beside a `value`. */
  readonly label: string;
}

/** Base64 of a Secret's `data` and the declaration of a local service are opened; what a preview does not know is left out. */
export function textsOf({ type, props }: Resource): readonly Text[] {
  const declared =
    type === "pulumi-nodejs:dynamic/vigil:Service"
      ? known(() => parsedJson(String(props["declaration"])), undefined)
      : undefined;
  const texts = declared === undefined ? below(props, "") : below(declared, "declaration");
  // Words of a ConfigMap may look like base64, and are none.
  return type === "kubernetes:core/v1:Secret" ? texts.map(opened) : texts;
}

function below(value: unknown, path: string, label = ""): readonly Text[] {
  if (typeof value === "string") return [{ path, text: unpacked(value), label }];
  if (Array.isArray(value))
    return value.flatMap((_, index) =>
      known(() => below((value as unknown[])[index], `${path}[${String(index)}]`, label), []),
    );
  if (!isMap(value)) return [];
  return Object.keys(value).flatMap((key) =>
    known(() => below(value[key], path === "" ? key : `${path}.${key}`, labelOf(value, key)), []),
  );
}

function labelOf(map: Properties, key: string): string {
  const name = key === "value" ? known(() => map["name"], undefined) : undefined;
  return typeof name === "string" ? name : key;
}

function opened(found: Text): Text {
  return /^data\./.test(found.path) && /^[A-Za-z0-9+/\s]{8,}={0,2}$/.test(found.text)
    ? { ...found, text: unpacked(Buffer.from(found.text, "base64").toString("utf8")) }
    : found;
}

/** Every text that a resource holds, wherever in its properties. */
import { unpacked } from "./payloads.ts";
import { isMap, known, type Resource } from "../resource.ts";

export interface Text {
  readonly path: string;
  readonly text: string;
}

/** Base64 of a Secret's `data` is opened; what a preview does not know is left out. */
export function textsOf({ props }: Resource): readonly Text[] {
  return below(props, "");
}

function below(value: unknown, path: string): readonly Text[] {
  if (typeof value === "string") return [{ path, text: unpacked(opened(value, path)) }];
  if (Array.isArray(value))
    return value.flatMap((_, index) =>
      known(() => below((value as unknown[])[index], `${path}[${String(index)}]`), []),
    );
  if (!isMap(value)) return [];
  return Object.keys(value).flatMap((key) =>
    known(() => below(value[key], path === "" ? key : `${path}.${key}`), []),
  );
}

function opened(text: string, path: string): string {
  return /^data\./.test(path) && /^[A-Za-z0-9+/\s]{8,}={0,2}$/.test(text)
    ? Buffer.from(text, "base64").toString("utf8")
    : text;
}

/** Settings in the files that programs read: `key = value`, `key: value`, sections in brackets. */
import { isMap } from "../resource.ts";
import { textsOf, type Text } from "./texts.ts";
import type { Resource } from "../resource.ts";

/** `auth.anonymous.enabled` of an INI file, in its last word; undefined where it is not said. */
export function iniValue(text: string, section: string, key: string): string | undefined {
  const header = new RegExp(`^\\s*\\[${escaped(section)}\\]\\s*$([^]*?)(?=^\\s*\\[|(?![^]))`, "gm");
  return [...text.matchAll(header)]
    .map(([, body = ""]) => assigned(body, key))
    .findLast((value) => value !== undefined);
}

/** The value of `key = value` on a line of its own, without quotes and comments. */
export function assigned(text: string, key: string): string | undefined {
  const found = [
    ...text.matchAll(new RegExp(`^[ \\t]*${escaped(key)}[ \\t]*[=:][ \\t]*(.*?)[ \\t]*(?:[#;].*)?$`, "gm")),
  ];
  return found.at(-1)?.[1]?.replace(/^(["'])(.*)\1$/, "$2");
}

/** Texts of the resource that look like the file of a program. */
export function filesWith(resource: Resource, mark: RegExp): readonly Text[] {
  return textsOf(resource).filter(({ text }) => mark.test(text));
}

/** `{ "auth.anonymous": { enabled: false } }` as an INI file's text. */
export function iniText(sections: unknown): string {
  if (!isMap(sections)) return "";
  return Object.entries(sections)
    .map(([section, keys]) =>
      isMap(keys)
        ? [`[${section}]`, ...Object.entries(keys).map(([key, value]) => `${key} = ${String(value)}`)].join(
            "\n",
          )
        : "",
    )
    .join("\n");
}

function escaped(text: string): string {
  return text.replaceAll(/[.+?^${}()|[\]\\*]/g, "\\$&");
}

/** Settings in the files that programs read: `key = value`, `key: value`, sections in brackets. */
import { isMap, type Resource } from "../resource.ts";
import { escaped } from "../text.ts";
import { textsOf, type Text } from "./texts.ts";

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

/** The last value of a key in a TOML file without sections: of a list every item, else one; empty where it is not said. */
export function tomlValues(text: string, key: string): readonly string[] {
  const line = new RegExp(
    `^[ \\t]*${escaped(key)}[ \\t]*=[ \\t]*(\\[[^]*?\\][ \\t]*(?=#|$)|"[^"\\n]*"|'[^'\\n]*'|[^#\\n]*)`,
    "gm",
  );
  const value = [...text.matchAll(line)].at(-1)?.[1]?.trim();
  if (value === undefined) return [];
  if (value.startsWith("[")) return [...value.matchAll(/(["'])(.*?)\1/g)].map(([, , item = ""]) => item);
  return [value.replace(/^(["'])(.*)\1$/, "$2")];
}

/** A map as YAML in blocks, for those who look at the lines of a file. */
export function yamlText(value: unknown, indent = ""): string {
  const inner = `${indent}  `;
  if (Array.isArray(value) && value.length === 0) return " []";
  if (Array.isArray(value))
    return value.map((item: unknown) => `\n${indent}- ${yamlText(item, inner).trimStart()}`).join("");
  if (!isMap(value)) return ` ${typeof value === "string" ? JSON.stringify(value) : textOf(value)}`;
  return Object.keys(value)
    .map((key) => `\n${indent}${key}:${yamlText(value[key], inner)}`)
    .join("");
}

/** What stands elsewhere, as in a Secret's key, is a reference. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "$__file{elsewhere}";
}

/** Whether a setting only says where the secret lies. */
export function isReference(value: unknown): boolean {
  return (
    typeof value === "string" &&
    (/^\$(?:__(?:file|env|vault))?\{|^\$\(|^\{\{/.test(value) || value === "[secret]")
  );
}

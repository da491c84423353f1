/**
 * Data as PowerShell literals. A script is pure ASCII, since Windows PowerShell 5.1 takes a file without a byte order mark
 * for the machine's code page: every other character is written `<U+XXXX>` and put back by `Expand-VigilText`.
 */

/** What can be written as a literal. */
export type Literal =
  string | number | boolean | null | readonly Literal[] | { readonly [name: string]: Literal };

/** The text of a literal. Names of a table are in their own order; no value is ever expanded or evaluated. */
export function literal(value: Literal): string {
  if (value === null) return "$null";
  if (typeof value === "boolean") return value ? "$true" : "$false";
  if (typeof value === "number") return wholeNumber(value);
  if (typeof value === "string") return text(value);
  if (isList(value)) return value.length === 0 ? "@()" : `@(\n${value.map(entry).join("\n")}\n)`;
  const fields = Object.entries(value).map(([name, field]) => `${text(name)} = ${literal(field)}`);
  return fields.length === 0 ? "@{}" : `@{\n${fields.join("\n")}\n}`;
}

function isList(value: Literal): value is readonly Literal[] {
  return Array.isArray(value);
}

/** A list within a list would be flattened without the comma. */
function entry(value: Literal): string {
  return typeof value === "object" && value !== null && isList(value)
    ? `, ${literal(value)}`
    : literal(value);
}

function wholeNumber(value: number): string {
  if (!Number.isSafeInteger(value))
    throw new Error(`${String(value)} is no whole number, which is all that a script of a step holds`);
  return String(value);
}

/** Anything but printable ASCII and the line's end, and what would read as its escape. */
const special = /[^\n\x20-\x7e]|<(?=U\+)/g;

function text(value: string): string {
  const escaped = value.replaceAll(special, escape);
  const quoted = escaped.includes("\n") ? block(escaped) : `'${escaped.replaceAll("'", "''")}'`;
  return escaped === value && !value.includes("\n") ? quoted : `(Expand-VigilText ${quoted})`;
}

function escape(character: string): string {
  return `<U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}>`;
}

/** Lines as they are, which can be read and compared, unless one of them could end the block: not every grammar looks on. */
function block(value: string): string {
  return /(?:^|\n)'/.test(value) ? `'${value.replaceAll("'", "''")}'` : `@'\n${value}\n'@`;
}

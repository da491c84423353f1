/**
 * Cuts single declarations out of generated `.d.ts` files. The largest have 200 000 lines: only what a program uses is parsed.
 * The generated text is regular: four blanks a level, one closing brace on a line of its own.
 */
import { existsSync, readFileSync } from "node:fs";

const texts = new Map<string, string | undefined>();

/** The text of a file; undefined where there is none. Read once. */
export function textOf(file: string): string | undefined {
  if (!texts.has(file)) texts.set(file, existsSync(file) ? readFileSync(file, "utf8") : undefined);
  return texts.get(file);
}

/** The inside of `namespace a { namespace b {…} }`; the whole text for no names. */
export function namespaceSlice(text: string, names: readonly string[]): string | undefined {
  return names.reduce<string | undefined>((inner, name, depth) => {
    if (inner === undefined) return undefined;
    const indent = "    ".repeat(depth);
    return block(inner, `${indent}${depth === 0 ? "export declare " : ""}namespace ${name} {\n`, indent);
  }, text);
}

/** `interface name {…}`, whole, at a depth of namespaces. */
export function interfaceSlice(text: string, name: string, depth: number): string | undefined {
  const indent = "    ".repeat(depth);
  const inner = block(text, `${indent}${depth === 0 ? "export " : ""}interface ${name} {\n`, indent);
  return inner === undefined ? undefined : `interface ${name} {\n${inner}}`;
}

/** `export declare class name … {…}`, whole. */
export function classSlice(text: string, name: string): string | undefined {
  const head = new RegExp(`^export declare class ${name} extends [^\\n]*\\{\\n`, "m").exec(text)?.[0];
  const inner = head === undefined ? undefined : block(text, head, "");
  return inner === undefined ? undefined : `declare class ${name} {\n${inner}}`;
}

/** The values of `export declare const name: { readonly X: "x"; … }`. */
export function enumValues(text: string, name: string): (string | number)[] | undefined {
  const inner = block(text, `export declare const ${name}: {\n`, "");
  if (inner === undefined) return undefined;
  return [...inner.matchAll(/^ {4}readonly \w+: (.+);$/gm)].map(
    ([, literal = ""]) => JSON.parse(literal) as string | number,
  );
}

function block(text: string, head: string, indent: string): string | undefined {
  const start = text.startsWith(head) ? 0 : text.indexOf(`\n${head}`) + 1;
  if (start === 0 && !text.startsWith(head)) return undefined;
  const from = start + head.length;
  // An empty block closes at once.
  const end = text.startsWith(`${indent}}`, from) ? from : text.indexOf(`\n${indent}}`, from) + 1;
  return end <= 0 ? undefined : text.slice(from, end);
}

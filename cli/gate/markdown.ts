/** Markdown out of text that others wrote: it shows as it is, mentions nobody and commands nothing. */

/** A name or a path in one line. */
export function code(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map(({ length }) => length));
  const ticks = "`".repeat(longest + 1);
  const space = line.startsWith("`") || line.endsWith("`") ? " " : "";
  return `${ticks}${space}${line}${space}${ticks}`;
}

/** Several lines, of which no more than `most` bytes are kept. */
export function block(text: string, most = 4_000): string {
  const kept = cut(text, most);
  const longest = Math.max(2, ...(kept.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = "`".repeat(longest + 1);
  return `${fence}text\n${kept}\n${fence}`;
}

/** A sentence of the project's own pack or of another's: without what Markdown, HTML or a platform would act on. */
export function plain(text: string): string {
  return text
    .replaceAll(/\s+/g, " ")
    .trim()
    .replaceAll(/[\\`*_{}[\]<>()#|!~$]/g, "\\$&")
    .replaceAll("@", "@\u200b")
    .replaceAll("://", ":\u200b//");
}

export interface Section {
  readonly title: string;
  /** Each can stand alone: those that find no room are counted. */
  readonly items: readonly string[];
  /** Shown only when it is asked for. */
  readonly folded?: boolean;
}

/**
 * Head, sections and foot in no more than `limit` bytes of UTF-8, which no platform counts as more than that many characters.
 * What comes first is kept first.
 */
export function fitted(head: string, sections: readonly Section[], foot: string, limit: number): string {
  let room = limit - bytes(`${head}\n\n${foot}\n`);
  const shown: string[] = [];
  for (const section of sections) {
    if (section.items.length === 0) continue;
    const text = sectionWithin(section, room);
    shown.push(text);
    room -= bytes(`${text}\n\n`);
  }
  return [head, ...shown, foot].filter((part) => part !== "").join("\n\n");
}

function sectionWithin({ title, items, folded = false }: Section, room: number): string {
  const open = folded ? `<details><summary>${title}</summary>\n\n` : `**${title}**\n\n`;
  const close = folded ? "\n\n</details>" : "";
  const rest = (count: number): string => `… and ${String(count)} more: see the log of the run`;
  let left = room - bytes(`${open}${close}\n\n${rest(items.length)}\n\n`);
  const kept: string[] = [];
  for (const item of items) {
    left -= bytes(`${item}\n`);
    if (left < 0) break;
    kept.push(item);
  }
  const more = items.length - kept.length;
  return `${open}${kept.join("\n")}${more === 0 ? "" : `\n\n${rest(more)}`}${close}`;
}

function cut(text: string, most: number): string {
  if (bytes(text) <= most) return text;
  return `${Buffer.from(text)
    .subarray(0, most)
    .toString("utf8")
    .replace(/\uFFFD+$/, "")} …`;
}

function bytes(text: string): number {
  return Buffer.byteLength(text);
}

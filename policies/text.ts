/** Texts as what is written in them, and as patterns. */

/** Undefined where the text is no JSON. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The text for a regular expression, in which it stands for itself. */
export function escaped(text: string): string {
  return text.replaceAll(/[.+?^${}()|[\]\\*]/g, "\\$&");
}

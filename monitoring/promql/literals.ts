/** Stands for every character of a string literal in masked text; of private use, so in no expression. */
const MASK = "\ue000";

/**
 * The expression at its own length with string literals masked and comments blanked, so that brackets and
 * words can be looked for. A quote that is left opens a string without an end.
 */
export function maskLiterals(expression: string): string {
  return expression.replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`|#[^\n]*/g, (literal) =>
    (literal.startsWith("#") ? " " : MASK).repeat(literal.length),
  );
}

/** What Prometheus accepts outside strings: printable ASCII and four kinds of blank. */
export const foreignCharacter: RegExp = new RegExp(`[^${MASK}\\t\\n\\r -~]`);

const simpleEscapes: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
};

/** The text of a string literal by Go's rules, or the escape that is not one. */
export function unquote(literal: string): { value: string } | { badEscape: string } {
  const quote = literal.charAt(0);
  const text = literal.slice(1, -1);
  if (quote === "`" || !text.includes("\\")) return { value: text };
  let badEscape: string | undefined;
  const value = text.replace(
    /\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[0-3][0-7]{2}|[\s\S])/g,
    (escape) => {
      const body = escape.slice(1);
      const simple = simpleEscapes[body] ?? (body === quote ? quote : undefined);
      if (simple !== undefined) return simple;
      const code = codePoint(body);
      if (code === undefined) badEscape ??= escape;
      return code ?? "";
    },
  );
  return badEscape === undefined ? { value } : { badEscape };
}

function codePoint(body: string): string | undefined {
  if (body.length === 1) return undefined;
  const code = /^[xuU]/.test(body) ? parseInt(body.slice(1), 16) : parseInt(body, 8);
  return code > 0x10ffff ? undefined : String.fromCodePoint(code);
}

/** What is meant as a number or a duration: a word that begins with a digit. */
export const numberLike = /(?<![\w:.])(?:\d[\d_.]*e[+-]?\d\w*|\.?\d[\w.]*)/gi;

/** Whether it is one: decimal, hexadecimal, or a duration with each unit once, from the longest to the shortest. */
export function isNumber(literal: string): boolean {
  const duration = /^(?=\d)(?:\d+y)?(?:\d+w)?(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?(?:\d+ms)?$/;
  return (
    duration.test(literal) ||
    (/^(?:0x[\da-f_]+|[\d_]*\.?[\d_]*(?:e[+-]?[\d_]+)?)$/i.test(literal) &&
      Number.isFinite(numberValue(literal)))
  );
}

const unitSeconds: Readonly<Record<string, number>> = {
  y: 365 * 86400,
  w: 7 * 86400,
  d: 86400,
  h: 3600,
  m: 60,
  s: 1,
  ms: 0.001,
};

/** The value of a number or duration literal (in seconds) that the grammar has accepted. */
export function numberValue(literal: string): number {
  const text = literal.replace(/[_\s]/g, "").toLowerCase();
  const sign = text.startsWith("-") ? -1 : 1;
  const digits = text.replace(/^[+-]/, "");
  if (digits === "inf") return sign * Infinity;
  if (/^\d.*[ywdhms]$/.test(digits) && !digits.startsWith("0x")) return sign * durationValue(digits);
  // A leading zero is octal to Prometheus, as to Go.
  return sign * (/^0[0-7]+$/.test(digits) ? parseInt(digits, 8) : Number(digits));
}

function durationValue(text: string): number {
  let seconds = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|[ywdhms])/g)) {
    seconds += Number(count) * (unitSeconds[unit ?? ""] ?? NaN);
  }
  return seconds;
}

/** Seconds in PromQL's own notation: 5400 is "1h30m", 0.25 is "250ms". */
export function formatDuration(seconds: number): string {
  let milliseconds = Math.round(seconds * 1000);
  let text = "";
  for (const unit of ["d", "h", "m", "s", "ms"]) {
    const size = Math.round((unitSeconds[unit] ?? 1) * 1000);
    const count = Math.floor(milliseconds / size);
    if (count > 0) text += `${count}${unit}`;
    milliseconds -= count * size;
  }
  return text || "0s";
}

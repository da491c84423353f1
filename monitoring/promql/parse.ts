import { parser } from "@prometheus-io/lezer-promql";
import type { SyntaxNode } from "@lezer/common";
import type { Expression, Finding } from "./expression.ts";
import { readExpression } from "./read.ts";
import { signatureOf, nearestFunction } from "./functions.ts";
import { foreignCharacter, isNumber, maskLiterals, numberLike } from "./literals.ts";

/** An expression as far as its syntax goes; `root` is absent when the grammar refuses it. */
export interface Parsed {
  readonly root?: Expression;
  readonly findings: readonly Finding[];
}

/** Parses with Prometheus' own Lezer grammar. The latest texts are remembered: each is asked about more than once. */
export function parse(expression: string): Parsed {
  const known = remembered.get(expression);
  if (known) return known;
  const parsed = parseAfresh(expression);
  if (remembered.size >= 2000) remembered.clear();
  remembered.set(expression, parsed);
  return parsed;
}

const remembered = new Map<string, Parsed>();

function parseAfresh(expression: string): Parsed {
  const masked = maskLiterals(expression);
  const refused = lexicalFault(masked) ?? bracketFault(masked);
  if (refused) return { findings: [refused] };
  const top = parseStrictly(expression);
  return top
    ? readExpression(expression, top)
    : { findings: [explain(expression, masked, firstError(expression))] };
}

// Strict parsing stops at the first error, which spares sound expressions a search for one.
const strict = parser.configure({ strict: true });

function parseStrictly(expression: string): SyntaxNode | undefined {
  try {
    return strict.parse(expression).topNode;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function lexicalFault(masked: string): Finding | undefined {
  if (masked.trim() === "") return { position: 0, message: "the expression is empty" };
  const open = masked.search(/["'`]/);
  if (open >= 0) return { position: open, message: "the string that starts here has no closing quote" };
  const badNumber = [...masked.matchAll(numberLike)].find(([literal]) => !isNumber(literal));
  if (badNumber)
    return {
      position: badNumber.index,
      message: `"${badNumber[0]}" is neither a number nor a duration such as 1h30m`,
    };
  const foreign = foreignCharacter.exec(masked);
  if (!foreign) return undefined;
  const code = foreign[0].charCodeAt(0).toString(16).padStart(4, "0");
  return { position: foreign.index, message: `unexpected character U+${code}: quote it or remove it` };
}

const closing: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

function bracketFault(masked: string): Finding | undefined {
  const open: { bracket: string; position: number }[] = [];
  for (const { 0: bracket, index: position } of masked.matchAll(/[()[\]{}]/g)) {
    if (closing[bracket]) {
      open.push({ bracket, position });
      continue;
    }
    const last = open.pop();
    if (!last) return { position, message: `"${bracket}" closes nothing` };
    const expected = closing[last.bracket] ?? "";
    if (bracket !== expected)
      return { position, message: `found "${bracket}" where "${expected}" must close "${last.bracket}"` };
  }
  const unclosed = open.pop();
  return unclosed && { position: unclosed.position, message: `"${unclosed.bracket}" is never closed` };
}

function firstError(expression: string): number {
  let position: number | undefined;
  parser.parse(expression).iterate({
    enter(node) {
      if (node.type.isError) position ??= node.from;
      return position === undefined;
    },
  });
  return position ?? expression.length;
}

const keywords: ReadonlySet<string> = new Set(
  "and atan2 bool by group_left group_right ignoring offset on or unless without".split(" "),
);

const joiners: Readonly<Record<string, string>> = {
  "&&": `unexpected "&&": the operator is "and"`,
  "||": `unexpected "||": the operator is "or"`,
  "=": `unexpected "=": a comparison is written "=="`,
};

/** Turns the place where the grammar gave up into a sentence that names the text there and, if known, the mend. */
function explain(expression: string, masked: string, error: number): Finding {
  const position = error + masked.slice(error).search(/\S|$/);
  const token = /^(?:[\w:.]+|\ue000+|&&|\|\||[=!<>]=?~?|[\s\S])/.exec(masked.slice(position))?.[0] ?? "";
  if (token === "") return { position, message: "unexpected end of the expression" };
  const shown = expression.slice(position, position + token.length);
  const before = masked.slice(0, position);

  const called = /([A-Za-z_:][\w:]*)\s*$/.exec(before);
  if (token === "(" && called?.[1] && !keywords.has(called[1].toLowerCase()))
    return unknownFunction(called[1], called.index);
  const callee = /^([A-Za-z_:][\w:]*)\s*\(/.exec(masked.slice(position));
  if (
    callee?.[1] &&
    !signatureOf(callee[1]) &&
    !keywords.has(callee[1].toLowerCase()) &&
    !/[\w)\]}]\s*$/.test(before)
  )
    return unknownFunction(callee[1], position);

  if (joiners[token] !== undefined && isOutsideBraces(before)) return { position, message: joiners[token] };
  if (/group_(?:left|right)/i.test(token))
    return { position, message: `${shown} goes after on(…) or ignoring(…), before the right side` };
  if (/[=~]\s*$/.test(before) && /^\w/.test(token) && !isOutsideBraces(before))
    return { position, message: `label values must be quoted: "${shown}"` };
  if (/,\s*$/.test(before) && token === ")")
    return {
      position,
      message: `unexpected ")" after a comma: an argument is missing or the comma is one too many`,
    };
  if (/\[\s*$/.test(before))
    return { position, message: `bad duration "${shown}": expected a number or a duration such as 5m` };
  return { position, message: `unexpected "${shown}"${near(before)}` };
}

function unknownFunction(name: string, position: number): Finding {
  if (signatureOf(name)?.experimental)
    return {
      position,
      message: `function "${name}" needs --enable-feature=promql-experimental-functions`,
    };
  const nearest = nearestFunction(name);
  const hint = nearest === undefined || nearest === name ? "" : `: did you mean "${nearest}"?`;
  return { position, message: `unknown function "${name}"${hint}` };
}

function isOutsideBraces(before: string): boolean {
  return before.lastIndexOf("{") <= before.lastIndexOf("}");
}

function near(before: string): string {
  const words = /\S.{0,18}\S?\s*$/
    .exec(before)?.[0]
    .trim()
    .replace(/\ue000+/g, "…");
  return words ? ` after "${words}"` : "";
}

import type { SyntaxNode } from "@lezer/common";
import { numberValue } from "./literals.ts";
import { childrenOf, note, textOf, type Reading } from "./grammar.ts";

/** Prometheus keeps durations as 64-bit nanoseconds: about 292 years. */
const LONGEST_SECONDS = 2 ** 63 / 1e9;

/** A duration expression in seconds; NaN where it depends on the query, by step() or range(). */
export function durationOf(reading: Reading, node: SyntaxNode): number {
  const seconds = evaluate(reading, node);
  if (Math.abs(seconds) > LONGEST_SECONDS)
    note(reading, node.from, "the duration is out of range (292 years)");
  return seconds;
}

function evaluate(reading: Reading, node: SyntaxNode): number {
  if (node.name === "NumberDurationLiteralInDurationContext" || node.name === "NumberDurationLiteral")
    return numberValue(textOf(reading, node));
  const children = childrenOf(node);
  const terms = children.filter(isTerm).map((term) => evaluate(reading, term));
  const operator = children.find((child) => !isTerm(child));
  const [left = NaN, right = NaN] = terms;
  switch (operator?.name) {
    case undefined:
      return left;
    case "UnaryOp":
      return reading.source.charAt(operator.from) === "-" ? -left : left;
    case "Add":
      return left + right;
    case "Sub":
      return left - right;
    case "Mul":
      return left * right;
    case "Pow":
      return left ** right;
    case "Div":
    case "Mod":
      if (right === 0) note(reading, operator.from, "division by zero in a duration");
      return right === 0 ? NaN : operator.name === "Div" ? left / right : left % right;
    case "DurationMinOf":
      return Math.min(left, right);
    case "DurationMaxOf":
      return Math.max(left, right);
    default:
      return NaN;
  }
}

function isTerm(node: SyntaxNode): boolean {
  return /^(?:Offset)?DurationExpr$|^NumberDurationLiteral/.test(node.name);
}

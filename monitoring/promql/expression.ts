/** Something wrong with an expression; `position` is the offset of its first character. */
export interface Finding {
  readonly position: number;
  readonly message: string;
}

/** One label matcher of a selector, its value unquoted. */
export interface Matcher {
  readonly label: string;
  readonly operator: "=" | "!=" | "=~" | "!~";
  readonly value: string;
  readonly position: number;
}

interface Span {
  readonly position: number;
}

// Durations are seconds; NaN is one that is known only to the query, such as step().
interface Modifiers {
  readonly offset?: number;
  readonly at?: number | "start" | "end";
}

export interface SelectorNode extends Span, Modifiers {
  readonly kind: "selector";
  /** The name before the braces. */
  readonly name?: string;
  /** What is inside the braces; a quoted metric name is a matcher of `__name__`. */
  readonly matchers: readonly Matcher[];
}

export interface RangeNode extends Span, Modifiers {
  readonly kind: "range";
  readonly selector: SelectorNode;
  readonly window: number;
}

export interface SubqueryNode extends Span, Modifiers {
  readonly kind: "subquery";
  readonly operand: Expression;
  readonly window: number;
}

export interface AggregateNode extends Span {
  readonly kind: "aggregate";
  /** In lower case. */
  readonly operator: string;
  readonly grouping?: { readonly without: boolean; readonly labels: readonly string[] };
  readonly operands: readonly Expression[];
}

export interface CallNode extends Span {
  readonly kind: "call";
  readonly name: string;
  readonly operands: readonly Expression[];
}

export interface BinaryNode extends Span {
  readonly kind: "binary";
  /** In lower case. */
  readonly operator: string;
  readonly operatorPosition: number;
  readonly left: Expression;
  readonly right: Expression;
  readonly bool: boolean;
  readonly fill: boolean;
  readonly matching?: {
    readonly on: boolean;
    readonly labels: readonly string[];
    readonly group?: readonly string[];
  };
}

export type Expression =
  | SelectorNode
  | RangeNode
  | SubqueryNode
  | AggregateNode
  | CallNode
  | BinaryNode
  | (Span & { readonly kind: "unary" | "parenthesised"; readonly operand: Expression })
  | (Span & { readonly kind: "number"; readonly value: number })
  | (Span & { readonly kind: "string"; readonly value: string });

/** The expressions directly below one, in the order of the text. */
export function operandsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case "range":
      return [expression.selector];
    case "subquery":
    case "unary":
    case "parenthesised":
      return [expression.operand];
    case "aggregate":
    case "call":
      return expression.operands;
    case "binary":
      return [expression.left, expression.right];
    default:
      return [];
  }
}

/** The expression and all below it, depth first. */
export function* walk(expression: Expression): Generator<Expression> {
  yield expression;
  for (const operand of operandsOf(expression)) yield* walk(operand);
}

/** The expression without the parentheses around it. */
export function bare(expression: Expression): Expression {
  return expression.kind === "parenthesised" ? bare(expression.operand) : expression;
}

/** The metric's name, wherever the selector states it; undefined where it is matched by a pattern or not at all. */
export function metricOf(selector: SelectorNode): string | undefined {
  return selector.name ?? selector.matchers.find(namesTheMetric)?.value;
}

export function namesTheMetric(matcher: Matcher): boolean {
  return matcher.label === "__name__" && matcher.operator === "=";
}

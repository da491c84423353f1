import type { SyntaxNode } from "@lezer/common";
import type { Expression, Finding, Matcher, RangeNode, SelectorNode, SubqueryNode } from "./expression.ts";
import { numberValue, unquote } from "./literals.ts";
import { durationOf } from "./duration.ts";
import { childAt, childrenOf, note, textOf, type Reading } from "./grammar.ts";

/** Reads a faultless syntax tree into an expression, noting what Prometheus' parser would refuse while it reads. */
export function readExpression(
  source: string,
  top: SyntaxNode,
): { root: Expression; findings: readonly Finding[] } {
  const reading: Reading = { source, findings: [] };
  return { root: read(reading, childAt(top, 0)), findings: reading.findings };
}

function read(reading: Reading, node: SyntaxNode): Expression {
  const position = node.from;
  switch (node.name) {
    case "NumberDurationLiteral":
      return { kind: "number", position, value: numberValue(textOf(reading, node)) };
    case "StringLiteral":
      return { kind: "string", position, value: stringOf(reading, node) };
    case "ParenExpr":
      return { kind: "parenthesised", position, operand: read(reading, childAt(node, 0)) };
    case "UnaryExpr":
      return { kind: "unary", position, operand: read(reading, childAt(node, 1)) };
    case "VectorSelector":
      return readSelector(reading, node);
    case "FunctionCall": {
      const name = textOf(reading, childAt(node, 0));
      return { kind: "call", position, name, operands: readBody(reading, node) };
    }
    case "AggregateExpr":
      return readAggregate(reading, node);
    case "BinaryExpr":
      return readBinary(reading, node);
    case "MatrixSelector":
      return readWindow(reading, node, rangeOver);
    case "SubqueryExpr":
      return readWindow(reading, node, subqueryOver);
    case "OffsetExpr":
      return readOffset(reading, node);
    case "StepInvariantExpr":
      return readAt(reading, node);
    default:
      // AnchoredExpr and SmoothedExpr are the only ones left.
      note(
        reading,
        node.to,
        `"${node.name.slice(0, 8).toLowerCase()}" needs --enable-feature=promql-extended-range-selectors`,
      );
      return read(reading, childAt(node, 0));
  }
}

function readSelector(reading: Reading, node: SyntaxNode): SelectorNode {
  const identifier = node.getChild("Identifier");
  if (identifier && /^atan2$/i.test(textOf(reading, identifier)))
    note(reading, identifier.from, "atan2 is an operator: as a metric's name it must be quoted in braces");
  const braces = node.getChild("LabelMatchers");
  const matchers = braces ? childrenOf(braces).map((matcher) => readMatcher(reading, matcher)) : [];
  const name = identifier ? { name: textOf(reading, identifier) } : {};
  return { kind: "selector", position: node.from, ...name, matchers };
}

function readMatcher(reading: Reading, node: SyntaxNode): Matcher {
  const position = node.from;
  if (node.name === "QuotedLabelName") {
    const value = stringOf(reading, childAt(node, 0));
    return { label: "__name__", operator: "=", value, position };
  }
  const [name, operator, value] = [childAt(node, 0), childAt(node, 1), childAt(node, 2)];
  return {
    label: labelOf(reading, name),
    operator: textOf(reading, operator) as Matcher["operator"],
    value: stringOf(reading, value),
    position,
  };
}

function readBody(reading: Reading, node: SyntaxNode): Expression[] {
  const body = node.getChild("FunctionCallBody");
  return body ? childrenOf(body).map((operand) => read(reading, operand)) : [];
}

function readAggregate(reading: Reading, node: SyntaxNode): Expression {
  const modifier = node.getChild("AggregateModifier");
  const grouping = modifier && {
    grouping: { without: modifier.getChild("Without") !== null, labels: groupingLabels(reading, modifier) },
  };
  const operator = textOf(reading, childAt(node, 0)).toLowerCase();
  return { kind: "aggregate", position: node.from, operator, ...grouping, operands: readBody(reading, node) };
}

function readBinary(reading: Reading, node: SyntaxNode): Expression {
  const operator = childAt(node, 1);
  const clause = node.getChild("MatchingModifierClause");
  const matching = clause && {
    matching: {
      on: clause.getChild("On") !== null,
      labels: groupingLabels(reading, clause),
      ...((clause.getChild("GroupLeft") ?? clause.getChild("GroupRight")) && {
        group: groupingLabels(reading, clause, 1),
      }),
    },
  };
  return {
    kind: "binary",
    position: node.from,
    operator: textOf(reading, operator).toLowerCase(),
    operatorPosition: operator.from,
    left: read(reading, childAt(node, 0)),
    right: read(reading, childrenOf(node).at(-1) ?? node),
    bool: node.getChild("BoolModifier") !== null,
    fill: node.getChild("FillModifier") !== null,
    ...matching,
  };
}

function groupingLabels(reading: Reading, clause: SyntaxNode, index = 0): string[] {
  const labels = clause.getChildren("GroupingLabels")[index];
  return labels ? childrenOf(labels).map((label) => labelOf(reading, label)) : [];
}

type Modified = SelectorNode | RangeNode | SubqueryNode;

function readWindow(
  reading: Reading,
  node: SyntaxNode,
  over: (reading: Reading, operand: Expression, window: number) => Expression,
): Expression {
  const duration = childAt(node, 1);
  const window = durationOf(reading, duration);
  if (window <= 0) note(reading, duration.from, "a window must be longer than 0");
  return toNearest(read(reading, childAt(node, 0)), (operand) => over(reading, operand, window));
}

function rangeOver(reading: Reading, operand: Expression, window: number): Expression {
  const position = operand.position;
  if (operand.kind !== "selector") {
    note(
      reading,
      position,
      "a range such as [5m] follows a selector only: elsewhere write a subquery, [5m:]",
    );
    return { kind: "subquery", position, operand, window };
  }
  if (operand.offset !== undefined || operand.at !== undefined)
    note(reading, position, "offset and @ come after the range: x[5m] offset 1h");
  return { kind: "range", position, selector: operand, window };
}

function subqueryOver(_: Reading, operand: Expression, window: number): Expression {
  return { kind: "subquery", position: operand.position, operand, window };
}

function readOffset(reading: Reading, node: SyntaxNode): Expression {
  const offset = durationOf(reading, childAt(node, 2));
  return modify(reading, node, "offset", (target) => {
    if (target.offset !== undefined) note(reading, node.from, "offset is set twice");
    return { ...target, offset };
  });
}

function readAt(reading: Reading, node: SyntaxNode): Expression {
  const time = childAt(node, 2);
  const text = textOf(reading, time).toLowerCase();
  const at = text === "start" || text === "end" ? text : numberValue(text);
  if (typeof at === "number" && !(Math.abs(at) < 2 ** 63))
    note(reading, time.from, `@ needs a time in seconds since 1970, not ${text}`);
  return modify(reading, node, "@", (target) => {
    if (target.at !== undefined) note(reading, node.from, "@ is set twice");
    return { ...target, at };
  });
}

function modify(
  reading: Reading,
  node: SyntaxNode,
  modifier: string,
  change: (target: Modified) => Modified,
): Expression {
  return toNearest(read(reading, childAt(node, 0)), (target) => {
    if (target.kind === "selector" || target.kind === "range" || target.kind === "subquery")
      return change(target);
    note(reading, target.position, `${modifier} must directly follow a selector, a range or a subquery`);
    return target;
  });
}

/**
 * Applies what follows an operand to that operand alone: the Lezer grammar reads `-x offset 5m` as `(-x) offset 5m`,
 * Prometheus as `-(x offset 5m)`.
 */
function toNearest(expression: Expression, change: (operand: Expression) => Expression): Expression {
  if (expression.kind === "unary") return { ...expression, operand: toNearest(expression.operand, change) };
  if (expression.kind === "binary") return { ...expression, right: toNearest(expression.right, change) };
  return change(expression);
}

function labelOf(reading: Reading, node: SyntaxNode): string {
  return node.name === "QuotedLabelName" ? stringOf(reading, childAt(node, 0)) : textOf(reading, node);
}

function stringOf(reading: Reading, node: SyntaxNode): string {
  const unquoted = unquote(textOf(reading, node));
  if ("value" in unquoted) return unquoted.value;
  note(
    reading,
    node.from,
    `invalid escape ${unquoted.badEscape} in a string: double the backslash or quote with backticks`,
  );
  return "";
}
